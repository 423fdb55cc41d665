// SessionTable: the sessions of one loop: by number, by user, and who watches whom.
// Thread rule: its loop's thread; has_watchers() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connect/base/text_map.h"
#include "connect/gateway/websocket.h"
#include "connect/protocol/ids.h"

namespace chat::gateway {

class SessionTable {
 public:
  // From 1, never twice.
  uint64_t next_number() { return ++last_number_; }
  void add(WebSocket& socket);
  // The session has got its user: pushes for that user reach it.
  void add_to_user(WebSocket& socket);
  // Whether it had got its user.
  bool remove(WebSocket& socket);
  // Replaces the list of whom the session watches.
  void watch(uint64_t session, const std::vector<protocol::UserId>& users);

  [[nodiscard]] WebSocket* find(uint64_t session) const;
  // Empty when there is none. Valid until a session is added or removed.
  [[nodiscard]] const std::vector<WebSocket*>& of_user(std::string_view user) const;
  [[nodiscard]] std::vector<WebSocket*> watchers_of(std::string_view user) const;
  [[nodiscard]] std::vector<WebSocket*> all() const;
  [[nodiscard]] size_t size() const { return sockets_.size(); }
  [[nodiscard]] bool has_watchers() const { return watching_.load(std::memory_order_relaxed) > 0; }

 private:
  std::unordered_map<uint64_t, WebSocket*> sockets_;
  base::TextMap<std::vector<WebSocket*>> users_;
  base::TextMap<std::vector<uint64_t>> watchers_;
  std::unordered_map<uint64_t, std::vector<protocol::UserId>> watched_;  // by session
  std::atomic<size_t> watching_{0};
  uint64_t last_number_ = 0;
  const std::vector<WebSocket*> none_{};
};

}  // namespace chat::gateway
