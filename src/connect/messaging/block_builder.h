// Building a block: the commands at the front of a chat's queue, decided one upon the other. Pure
// but for the slot it works on; the worker's thread.
#pragma once

#include <functional>
#include <variant>

#include "connect/messaging/chat_slot.h"
#include "connect/messaging/decide.h"
#include "connect/messaging/mark.h"

namespace chat::messaging {

// What the first command in the queue needs before it can be decided.
using Need =
    std::variant<std::monostate, NeedsLog, NeedsTarget, NeedsMarks, NeedsPlaces, NeedsReload>;

struct Built {
  Block block;  // empty: nothing could be decided yet
  Need need;    // of the command at which the block ends
};

// Moves commands from the queue into a block and applies their events to the state. The block is
// full at the store's limits or 100 outcomes; a command that is to be alone has its own; an event
// that changes who is in the chat is alone in its block, so that one membership holds for all that
// a block delivers. Typing signals are handed to `typing` at once.
Built build_block(ChatSlot& slot, const std::function<void(const Waiting&)>& typing);

// Moves the commands at the front of the queue that are of one user who was never in the chat into
// a block of refusals, up to one that is not refused. `outline`: the chat's tail and settings,
// without its members, who make no difference to those commands.
Block build_refusals(ChatSlot& slot, const ChatState& outline,
                     const std::function<void(const Waiting&)>& typing);

}  // namespace chat::messaging
