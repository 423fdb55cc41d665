// ChatState: what a worker holds of a chat: its tail, settings, members past and present, and the
// recent keys. A pure value: `apply` moves it forward exactly as a reload would show it, and the
// same computation (membership_change.h) yields what the projections write. It belongs to its
// chat's worker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/base/text_map.h"
#include "connect/messaging/dedup.h"
#include "connect/messaging/membership_change.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// The newest event's place. All zero: the chat has none.
struct Tail {
  protocol::EventId id;
  protocol::Seq seq;
  uint64_t nth = 0;
  bool operator==(const Tail&) const = default;
};

class ChatState {
 public:
  // By the bytes of the user's id, past members too.
  using Members = base::TextMap<protocol::MemberItem>;

  // A chat that does not exist.
  ChatState() = default;
  explicit ChatState(persistence::LoadedChat loaded);

  bool exists() const { return tail_.seq > protocol::Seq(); }
  const Tail& tail() const { return tail_; }
  protocol::Place head() const;  // the tail as a record
  const protocol::ChatItem& chat() const { return chat_; }
  const Members& members() const { return members_; }
  // Null: never in it. A past member's role is NONE.
  const protocol::MemberItem* member(std::string_view user) const;
  protocol::Role role_of(std::string_view user) const;
  uint32_t owners() const { return owners_; }
  const RecentKeys& keys() const { return keys_; }
  // Changes whenever the set of present members does.
  uint64_t membership_version() const { return membership_version_; }

  // The next event: its seq is the tail's plus 1.
  void apply(const protocol::Event& event);

  // Roughly what it costs, in units of 100 to 200 bytes: a member, an interval of one, a key.
  size_t weight() const { return kChatWeight + members_.size() + intervals_ + keys_.size(); }
  // Whatever is in it: settings, empty tables and queues, 2 to 3 KB.
  static constexpr size_t kChatWeight = 16;

 private:
  void put_member(const std::string& user, protocol::MemberItem item);

  Tail tail_;
  protocol::ChatItem chat_;
  Members members_;
  uint32_t owners_ = 0;
  size_t intervals_ = 0;  // of all members
  RecentKeys keys_;
  uint64_t membership_version_ = 1;
};

}  // namespace chat::messaging
