// The items and redactions that go with an event: what readers see beside the log. Pure functions,
// any thread.
#pragma once

#include <string>

#include "connect/messaging/chat_state.h"
#include "connect/messaging/overlay.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// `state` is the chat before the event; `target` the message it aims at, or null.
store::Projections projections_of(const ChatState& state, const std::string& chat,
                                  const protocol::Event& event, const Target* target);

// A mark: the user has read (received) up to the place, which is not the one before every event.
store::ItemWrite mark_item(store::Table table, const std::string& user, const std::string& chat,
                           const protocol::Place& place);

}  // namespace chat::messaging
