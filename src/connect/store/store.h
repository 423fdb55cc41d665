// Store: the chat database. An ordered log for each chat, appended to by compare-and-append, and
// versioned items beside it.
//
// What every implementation guarantees (the contract suite in tests/contract proves it for each):
//  * append is atomic: all its events or none, and only when the newest event of the chat is
//  exactly
//    `expected_tail`. Of two writers at one tail one gets kConflict, whatever they append.
//  * Items and redactions that come with an append become visible no earlier than its events and
//    are durable before it is answered kDone.
//  * An answer of kDone, or of success by project, means durable. An error from append or project
//    means outcome unknown (read the tail to learn it), except kOverloaded: nothing was taken on,
//    and kInvalid and kCorrupt: nothing was written, and the same would fail again.
//  * An item is only ever replaced by one of a higher version; a lower or equal one is dropped
//    without an error, so that replays change nothing.
//  * Reads are strong: they see everything that was answered before they began.
//  * kCorrupt: what is stored fails its checksum or does not parse; it is never served.
//
// Thread rule: any thread. Callbacks are called exactly once, inside the call or on a thread of the
// store, and must not block. Reads may block on disk: call them where that is permitted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connect/base/executor.h"
#include "connect/base/result.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::store {

using protocol::ChatId;
using protocol::Event;
using protocol::EventId;
using protocol::UserId;

enum class Table {
  kChats,      // partition: chat; items: see item_names.h
  kUsers,      // partition: user, item: chat; a MemberItem
  kRead,       // partition: user, item: chat; the Place read up to
  kDelivered,  // partition: user, item: chat; the Place received up to
};

struct ItemKey {
  Table table = Table::kChats;
  std::string partition;
  std::string item;
  auto operator<=>(const ItemKey&) const = default;
};

// Replaces the item if what is stored has a lower version, or nothing is stored.
struct ItemWrite {
  ItemKey key;
  uint64_t version = 0;  // an event id, 1 or more
  std::string value;     // a serialized record
};

struct Item {
  std::string item;
  uint64_t version = 0;
  std::string value;
};

// What later readers see beside the log: items to replace and events to blank.
struct Projections {
  std::vector<ItemWrite> items;
  // Events whose body is removed in place and marked gone; ids that do not exist are skipped.
  std::vector<EventId> redactions;
  [[nodiscard]] bool empty() const { return items.empty() && redactions.empty(); }
};

struct Append {
  ChatId chat;
  EventId expected_tail;      // 0: the chat has no event
  std::vector<Event> events;  // 1 to 100; ids rising from above expected_tail, seqs dense
  Projections projections;
};

enum class AppendResult { kDone, kConflict };

inline constexpr size_t kAppendEventsMax = 100;
inline constexpr size_t kAppendBytesMax = 64 * 1024;  // or a single event above it

// Events with after < id < before, in rising order or, newest_first, in falling order. Stops before
// any of the maxima would be passed, but returns at least one event when there is one.
struct LogRange {
  EventId after{};
  EventId before{EventId::kMax};
  bool newest_first = false;
  uint32_t events_max = 1000;
  uint32_t messages_max = UINT32_MAX;  // events of kind message, member or chat
  size_t bytes_max = 1 << 20;          // of serialized events
};

// Items of one partition with first <= item < last, ascending, at most `limit`.
struct ItemRange {
  Table table = Table::kChats;
  std::string partition;
  std::string first;
  std::string last;
  uint32_t limit = 1000;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual void append(Append append, base::Callback<base::Result<AppendResult>> done) = 0;
  virtual void project(ChatId chat, Projections projections, base::Callback<base::Status> done) = 0;
  virtual void read_log(const ChatId& chat, const LogRange& range,
                        base::Callback<base::Result<std::vector<Event>>> done) = 0;
  // The newest event of each chat, in the order asked; nothing for an empty chat.
  virtual void read_heads(const std::vector<ChatId>& chats,
                          base::Callback<base::Result<std::vector<std::optional<Event>>>> done) = 0;
  // The id of each chat's newest event, in the order asked; 0 for an empty chat. Reads no event:
  // what ranks many chats asks this.
  virtual void read_tails(const std::vector<ChatId>& chats,
                          base::Callback<base::Result<std::vector<EventId>>> done) = 0;
  // In the order asked; nothing where none is stored.
  virtual void read_items(const std::vector<ItemKey>& keys,
                          base::Callback<base::Result<std::vector<std::optional<Item>>>> done) = 0;
  virtual void scan_items(const ItemRange& range,
                          base::Callback<base::Result<std::vector<Item>>> done) = 0;
};

}  // namespace chat::store
