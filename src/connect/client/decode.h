// From the server's JSON to the client's model. Lenient as a client must be: unknown fields and
// kinds pass, a shape without what makes it usable is nothing. Pure functions, any thread.
#pragma once

#include <optional>

#include "connect/client/model.h"
#include "connect/protocol/json_in.h"

namespace chat::client {

using Json = protocol::json::Value;

// The member's value, or the fallback when it is absent or of another type.
std::string string_of(const Json& object, std::string_view name);
uint64_t number_of(const Json& object, std::string_view name);
bool bool_of(const Json& object, std::string_view name, bool fallback = false);

std::optional<Event> event_of(const Json& value);
std::optional<Message> message_of(const Json& value);
std::optional<Page> page_of(const Json& value);
std::optional<EventsPage> events_page_of(const Json& value);
SyncAnswer sync_of(const Json& value);
HelloAnswer hello_of(const Json& value);
Appended appended_of(const Json& value);
Place place_of(const Json& object, std::string_view name);
// Of an `error` object. kInternal for a code this version does not know.
protocol::Error error_of(const Json& value);

}  // namespace chat::client
