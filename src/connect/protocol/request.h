// Requests of a client, parsed and checked: what a WebSocket message or a REST call turns into.
// Everything a field may be is decided here, so that no later part sees an out-of-range value.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::protocol {

struct Hello {
  std::string token;  // may be empty when it came with the upgrade
  std::string device;
  std::string agent;
};

struct Watch {
  std::vector<UserId> users;
};

// The command's `from` and `origin` and the read's `user` are filled in by the gateway.
using Operation = std::variant<Hello, Watch, Command, ReadRequest>;

// A WebSocket message. The id is known even when the operation is refused, whenever the message was
// a JSON object with a usable `id`, so that the error can be addressed.
struct Request {
  std::optional<uint64_t> id;  // absent only for typing
  Result<Operation> operation;
};

// `text` must be valid UTF-8 (the framing checks it). A text that is no JSON object gives a Request
// without id whose operation is the json_invalid error, with the byte position in its message.
Request parse_request(std::string_view text);

// The REST side: the same operations, from a body and what the path, the query and the headers
// said. Each checks exactly what the WebSocket form checks.
Result<Command> parse_send(ChatId chat, Key key, std::string_view body);
Result<Command> parse_edit(ChatId chat, Key key, EventId target, std::string_view body);
Result<Command> parse_create(Key key, std::string_view body);
Result<Command> parse_update(ChatId chat, Key key, std::string_view body);
Result<Command> parse_mark(ChatId chat, std::string_view body);
Result<ReadRequest> parse_sync(std::string_view body);
// The body of `PUT …/members/{user}`: {role}, ROLE_NONE when absent.
Result<Role> parse_role(std::string_view body);
// The body of `POST /v1/dev/login`: {user}.
Result<UserId> parse_login(std::string_view body);

// Single values as paths, queries and headers carry them; `field` names them in the error.
Result<ChatId> parse_chat(std::string_view text, std::string_view field = "chat");
Result<UserId> parse_user(std::string_view text, std::string_view field = "user");
Result<Key> parse_key(std::string_view text);
Result<EventId> parse_event_id(std::string_view text, std::string_view field);
// `at`: up to kMomentMaxMs.
Result<uint64_t> parse_moment_ms(std::string_view text, std::string_view field);
Result<uint32_t> parse_limit(std::string_view text);  // 1 to kPageMax
Result<std::string> parse_emoji(std::string_view text);

// The chat of a `create`, from its creator: fills command.chat. Refuses what only the creator's
// name can show: a direct chat with oneself or not of exactly two.
Result<base::Unit> resolve_create(const UserId& creator, Command& command);

}  // namespace chat::protocol
