// decide: what becomes of a command, from the chat's state and the record's time alone. Pure: no
// clock, no input or output, no randomness, so that it can be replayed and simulated. Any thread.
//
// The checks come in this order, and dedup is the first, so that a retry of what is stored is never
// refused for a reason that arose later: key stored; key's age; chat and membership; role; content.
//
// Who may what. Group: everyone sends, reacts, leaves, edits and deletes their own; admins also
// delete any message, update the chat, invite members and remove members; owners also set roles,
// invite as admin or owner, remove admins and owners. The last owner stays while others are in.
// Direct chats: both are plain members for good: inviting, removing, joining, leaving, roles and
// updates are `forbidden`. One who is not in the chat now gets `not_found`, whether it exists or
// not; only joining again where it is not open is `forbidden`. An operation that changes nothing
// still appends its event, so that its key is stored.
#pragma once

#include <optional>
#include <variant>

#include "connect/messaging/chat_state.h"
#include "connect/messaging/dedup.h"
#include "connect/messaging/overlay.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// What was read because an earlier decision asked for it. Null: not read yet.
struct Inputs {
  const Target* target = nullptr;
  const KeyLookup* lookup = nullptr;
};

struct Appending {
  protocol::Event event;
  store::Projections projections;
  protocol::Seq target_seq;  // of an edit, delete or reaction: its message's
};
// The key is stored already.
struct AlreadyStored {
  protocol::EventId id;
  protocol::Seq seq;
};
struct Refused {
  protocol::Error error;
};
// The log from the id on must be read for the key, up to where memory begins.
struct NeedsLog {
  protocol::EventId from;
};
struct NeedsTarget {
  protocol::EventId target;
};
using Decision = std::variant<Appending, AlreadyStored, Refused, NeedsLog, NeedsTarget>;

// For every operation but mark and typing, which append nothing (mark.h).
Decision decide(const ChatState& state, const Inputs& inputs, const protocol::Command& command,
                int64_t record_ms);

// The id that an event with this record time would get.
protocol::EventId next_id(const Tail& tail, int64_t record_ms);

// The message that the command aims at; nothing for operations without one.
std::optional<protocol::EventId> target_of(const protocol::Command& command);

// The answer to one whom the chat does not exist for.
protocol::Error no_such_chat();

}  // namespace chat::messaging
