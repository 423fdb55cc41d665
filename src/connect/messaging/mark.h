// Marks: how far a user has read and received a chat. Pure functions, any thread.
//
// A mark names any event id; what counts is the newest event at or below it that the user may see.
// Marks only move up, and sending moves the sender's read mark to the own message.
#pragma once

#include <optional>
#include <variant>

#include "connect/messaging/chat_state.h"
#include "connect/messaging/decide.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// What was read because an earlier decision asked for it.
struct MarkInputs {
  const protocol::MarksItem* stored = nullptr;  // the user's marks; null: not read yet
  // The places of the ids that the command names, where memory does not know them.
  std::optional<protocol::Place> read;
  std::optional<protocol::Place> delivered;
};

struct MarkMoved {
  protocol::Marked answer;
  protocol::MarksItem marks;       // as they are now
  store::Projections projections;  // empty when no mark moves
  bool moves = false;
};
struct NeedsMarks {};
// The newest event at or below each of these ids must be read.
struct NeedsPlaces {
  std::optional<protocol::EventId> read;
  std::optional<protocol::EventId> delivered;
};
// The log goes on above the chat's tail in memory.
struct NeedsReload {};
using MarkDecision = std::variant<MarkMoved, Refused, NeedsMarks, NeedsPlaces, NeedsReload>;

MarkDecision decide_mark(const ChatState& state, const MarkInputs& inputs,
                         const protocol::Command& command);

// The newest event at or below the id, when it is the tail, in memory or surely absent. What is at
// an id above the tail is not known here: others may have appended.
std::optional<protocol::Place> place_in_memory(const ChatState& state, protocol::EventId id);

}  // namespace chat::messaging
