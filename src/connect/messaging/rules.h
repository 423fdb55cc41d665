// The rules of membership, roles and content that decide holds a command to, once its key is known
// to be new. Pure functions, any thread.
#pragma once

#include "connect/messaging/chat_state.h"
#include "connect/messaging/overlay.h"
#include "connect/protocol/error.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

using Verdict = protocol::Result<base::Unit>;

// May the user do this at all: the chat exists for them, and their role permits it. `event` is what
// would be appended.
Verdict check_membership(const ChatState& state, const protocol::Command& command,
                         const protocol::Event& event);
// Does the message that the operation aims at permit it?
Verdict check_target(const ChatState& state, const Target& target, const protocol::Event& event);

}  // namespace chat::messaging
