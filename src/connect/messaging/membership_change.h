// What an event does to a chat's settings and members: the one place that knows, for the state in
// memory and for the items that are written. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connect/protocol/records.pb.h"

namespace chat::messaging {

class ChatState;

// Intervals that a MemberItem keeps: 64 of about 40 bytes are 2.5 KB. One who comes and goes more
// often loses sight of the oldest.
inline constexpr int kIntervalsMax = 64;

struct MembershipChange {
  std::optional<protocol::ChatItem> chat;                             // the new settings
  std::vector<std::pair<std::string, protocol::MemberItem>> members;  // the new items
  bool empty() const { return !chat && members.empty(); }
};

// The items as they are after the event, only those that it changes. `state` is the chat before it.
MembershipChange membership_change(const ChatState& state, const protocol::Event& event);

}  // namespace chat::messaging
