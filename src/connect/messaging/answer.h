// Pieces of JSON that several reads answer with, beside those of protocol/json_out.h. Pure
// functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connect/messaging/paging.h"
#include "connect/messaging/view.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// An answer about several chats ends with the one that passes this, and gives a cursor.
inline constexpr size_t kAnswerBytesMax = 1 << 20;
// Or with the one whose page passes this, in events that its pages looked through. Behind runs of
// reactions the last page may look through as many again: 40,000 events take about 40 ms.
inline constexpr uint32_t kAnswerEventsMax = 20'000;

// What a request that gave no limit gets.
uint32_t limit_or_default(uint32_t limit);

// null for somebody who is no member.
void append_role(std::string& out, protocol::Role role);
void append_optional_id(std::string& out, std::optional<protocol::EventId> id);
// [{"from":…,"to":…,"why":"not_member"}]
void append_missing(std::string& out, const std::vector<View::Hole>& missing);
// {"from":…,"to":…,"complete":…} or null
void append_range(std::string& out, const Page& page);

}  // namespace chat::messaging
