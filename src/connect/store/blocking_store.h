// BlockingStore: a Store's calls as plain functions that wait for their answer: for tools and
// tests, which have nothing else to do meanwhile. Never used on a thread that serves others.
// Thread rule: any thread, but not one that the store answers on.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connect/store/store.h"

namespace chat::store {

// Starts something that answers a callback, and waits for the answer.
template <typename T, typename Start>
T wait_for(Start start) {
  const auto promise = std::make_shared<std::promise<T>>();
  start([promise](T answer) { promise->set_value(std::move(answer)); });
  return promise->get_future().get();
}

class BlockingStore final {
 public:
  // The store is borrowed.
  explicit BlockingStore(Store& store) : store_(store) {}

  base::Result<AppendResult> append(Append append) {
    return wait_for<base::Result<AppendResult>>(
        [&](auto done) { store_.append(std::move(append), std::move(done)); });
  }
  base::Status project(const ChatId& chat, Projections projections) {
    return wait_for<base::Status>(
        [&](auto done) { store_.project(chat, std::move(projections), std::move(done)); });
  }
  base::Result<std::vector<Event>> read_log(const ChatId& chat, const LogRange& range = {}) {
    return wait_for<base::Result<std::vector<Event>>>(
        [&](auto done) { store_.read_log(chat, range, std::move(done)); });
  }
  base::Result<std::vector<std::optional<Event>>> read_heads(const std::vector<ChatId>& chats) {
    return wait_for<base::Result<std::vector<std::optional<Event>>>>(
        [&](auto done) { store_.read_heads(chats, std::move(done)); });
  }
  base::Result<std::vector<EventId>> read_tails(const std::vector<ChatId>& chats) {
    return wait_for<base::Result<std::vector<EventId>>>(
        [&](auto done) { store_.read_tails(chats, std::move(done)); });
  }
  base::Result<std::vector<std::optional<Item>>> read_items(const std::vector<ItemKey>& keys) {
    return wait_for<base::Result<std::vector<std::optional<Item>>>>(
        [&](auto done) { store_.read_items(keys, std::move(done)); });
  }
  base::Result<std::vector<Item>> scan_items(const ItemRange& range) {
    return wait_for<base::Result<std::vector<Item>>>(
        [&](auto done) { store_.scan_items(range, std::move(done)); });
  }

 private:
  Store& store_;
};

}  // namespace chat::store
