#include "connect/gateway/rest_routes.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "connect/gateway/upgrade.h"
#include "connect/protocol/limits.h"
#include "connect/protocol/request.h"

namespace chat::gateway {
namespace {

using protocol::ChatId;
using protocol::Command;
using protocol::ErrorCode;
using protocol::EventId;
using protocol::Key;
using protocol::ReadRequest;
using protocol::refuse;
using protocol::Result;
using protocol::UserId;
using Answer = Result<RestCall>;

// A query's parameter, decoded; nothing when it is absent.
Result<std::optional<std::string>> parameter(const RestInput& input, std::string_view name) {
  std::optional<std::string> found;
  bool is_broken = false;
  for_each_parameter(input.request.query, [&](std::string_view each, std::string_view value) {
    if (each != name || found || is_broken) return;
    found = percent_decoded(value);
    is_broken = !found;
  });
  if (is_broken)
    return refuse(ErrorCode::kFieldInvalid, std::string(name) + " has a broken percent escape",
                  std::string(name));
  return found;
}

Result<uint32_t> limit_of(const RestInput& input) {
  TRY_ASSIGN(const auto text, parameter(input, "limit"));
  if (!text) return protocol::kPageDefault;
  return protocol::parse_limit(*text);
}

Result<std::string> cursor_of(const RestInput& input) {
  TRY_ASSIGN(auto text, parameter(input, "cursor"));
  return std::move(text).value_or("");
}

Result<ChatId> chat_of(const RestInput& input) { return protocol::parse_chat(input.parts[0]); }

Result<Key> key_of(const RestInput& input) {
  if (input.request.count("idempotency-key") == 0) return input.minted;
  return protocol::parse_key(input.request.header("idempotency-key"));
}

// A command on the path's chat with the call's key.
Result<Command> command_of(const RestInput& input) {
  TRY_ASSIGN(const ChatId chat, chat_of(input));
  TRY_ASSIGN(const Key key, key_of(input));
  Command command;
  command.set_chat(chat.value());
  command.set_key(std::string(key.bytes()));
  return command;
}

Answer as_call(Result<Command> command) {
  TRY_ASSIGN(Command value, std::move(command));
  return RestCall(std::move(value));
}

Answer inbox(const RestInput& input) {
  ReadRequest read;
  TRY_ASSIGN(const uint32_t limit, limit_of(input));
  TRY_ASSIGN(const std::string cursor, cursor_of(input));
  read.mutable_inbox()->set_limit(limit);
  read.mutable_inbox()->set_cursor(cursor);
  return RestCall(std::move(read));
}

Answer history(const RestInput& input) {
  ReadRequest read;
  protocol::HistoryRead& history = *read.mutable_history();
  TRY_ASSIGN(const ChatId chat, chat_of(input));
  TRY_ASSIGN(const uint32_t limit, limit_of(input));
  history.set_chat(chat.value());
  history.set_limit(limit);
  int positions = 0;
  for (const std::string_view name : {"before", "after", "around", "at"}) {
    TRY_ASSIGN(const auto text, parameter(input, name));
    if (!text) continue;
    if (++positions > 1)
      return refuse(ErrorCode::kFieldInvalid, "one of before, after, around, at",
                    std::string(name));
    if (name == "at") {
      TRY_ASSIGN(const uint64_t at_ms, protocol::parse_moment_ms(*text, name));
      history.set_at_ms(at_ms);
      continue;
    }
    TRY_ASSIGN(const EventId id, protocol::parse_event_id(*text, name));
    if (name == "before") history.set_before(id.value());
    if (name == "after") history.set_after(id.value());
    if (name == "around") history.set_around(id.value());
  }
  return RestCall(std::move(read));
}

Answer events(const RestInput& input) {
  ReadRequest read;
  TRY_ASSIGN(const ChatId chat, chat_of(input));
  TRY_ASSIGN(const uint32_t limit, limit_of(input));
  TRY_ASSIGN(const auto after, parameter(input, "after"));
  read.mutable_events()->set_chat(chat.value());
  read.mutable_events()->set_limit(limit);
  if (after) {
    TRY_ASSIGN(const EventId id, protocol::parse_event_id(*after, "after"));
    read.mutable_events()->set_after(id.value());
  }
  return RestCall(std::move(read));
}

Answer chat(const RestInput& input) {
  ReadRequest read;
  TRY_ASSIGN(const ChatId chat, chat_of(input));
  read.mutable_chat()->set_chat(chat.value());
  return RestCall(std::move(read));
}

Answer members(const RestInput& input) {
  ReadRequest read;
  TRY_ASSIGN(const ChatId chat, chat_of(input));
  TRY_ASSIGN(const uint32_t limit, limit_of(input));
  TRY_ASSIGN(const std::string cursor, cursor_of(input));
  read.mutable_members()->set_chat(chat.value());
  read.mutable_members()->set_limit(limit);
  read.mutable_members()->set_cursor(cursor);
  return RestCall(std::move(read));
}

Answer receipts(const RestInput& input) {
  ReadRequest read;
  TRY_ASSIGN(const ChatId chat, chat_of(input));
  TRY_ASSIGN(const auto text, parameter(input, "id"));
  if (!text) return refuse(ErrorCode::kFieldMissing, "id is missing", "id");
  TRY_ASSIGN(const EventId id, protocol::parse_event_id(*text, "id"));
  read.mutable_receipts()->set_chat(chat.value());
  read.mutable_receipts()->set_id(id.value());
  return RestCall(std::move(read));
}

Answer sync(const RestInput& input) {
  TRY_ASSIGN(ReadRequest read, protocol::parse_sync(input.request.body));
  return RestCall(std::move(read));
}

Answer send(const RestInput& input) {
  TRY_ASSIGN(ChatId chat, chat_of(input));
  TRY_ASSIGN(const Key key, key_of(input));
  return as_call(protocol::parse_send(std::move(chat), key, input.request.body));
}

Answer edit(const RestInput& input) {
  TRY_ASSIGN(ChatId chat, chat_of(input));
  TRY_ASSIGN(const Key key, key_of(input));
  TRY_ASSIGN(const EventId target, protocol::parse_event_id(input.parts[1], "id"));
  return as_call(protocol::parse_edit(std::move(chat), key, target, input.request.body));
}

Answer remove_message(const RestInput& input) {
  TRY_ASSIGN(Command command, command_of(input));
  TRY_ASSIGN(const EventId target, protocol::parse_event_id(input.parts[1], "id"));
  command.mutable_delete_()->set_target(target.value());
  return RestCall(std::move(command));
}

Answer react(const RestInput& input) {
  TRY_ASSIGN(Command command, command_of(input));
  TRY_ASSIGN(const EventId target, protocol::parse_event_id(input.parts[1], "id"));
  TRY_ASSIGN(std::string emoji, protocol::parse_emoji(input.parts[2]));
  command.mutable_react()->set_target(target.value());
  command.mutable_react()->set_emoji(std::move(emoji));
  command.mutable_react()->set_on(input.request.method == Method::kPut);
  return RestCall(std::move(command));
}

Answer mark(const RestInput& input) {
  TRY_ASSIGN(ChatId chat, chat_of(input));
  return as_call(protocol::parse_mark(std::move(chat), input.request.body));
}

Answer create(const RestInput& input) {
  TRY_ASSIGN(const Key key, key_of(input));
  TRY_ASSIGN(Command command, protocol::parse_create(key, input.request.body));
  TRY(protocol::resolve_create(input.user, command));
  return RestCall(std::move(command));
}

Answer update(const RestInput& input) {
  TRY_ASSIGN(ChatId chat, chat_of(input));
  TRY_ASSIGN(const Key key, key_of(input));
  return as_call(protocol::parse_update(std::move(chat), key, input.request.body));
}

// Oneself joins, or sets the own role; another user is invited, which for a member sets the role.
Answer put_member(const RestInput& input) {
  TRY_ASSIGN(Command command, command_of(input));
  TRY_ASSIGN(const UserId user, protocol::parse_user(input.parts[1]));
  const std::string_view body = input.request.body;
  TRY_ASSIGN(const protocol::Role role, protocol::parse_role(body.empty() ? "{}" : body));
  if (user != input.user) {
    command.mutable_invite()->add_users(user.value());
    command.mutable_invite()->set_role(role);
  } else if (role == protocol::ROLE_NONE) {
    command.mutable_join();
  } else {
    command.mutable_set_role()->set_user(user.value());
    command.mutable_set_role()->set_role(role);
  }
  return RestCall(std::move(command));
}

Answer delete_member(const RestInput& input) {
  TRY_ASSIGN(Command command, command_of(input));
  TRY_ASSIGN(const UserId user, protocol::parse_user(input.parts[1]));
  if (user == input.user) {
    command.mutable_leave();
  } else {
    command.mutable_remove()->set_user(user.value());
  }
  return RestCall(std::move(command));
}

constexpr std::array kRoutes = {
    RestRoute{Method::kGet, "/v1/inbox", inbox},
    RestRoute{Method::kPost, "/v1/sync", sync},
    RestRoute{Method::kPost, "/v1/chats", create},
    RestRoute{Method::kGet, "/v1/chats/{chat}", chat},
    RestRoute{Method::kPatch, "/v1/chats/{chat}", update},
    RestRoute{Method::kGet, "/v1/chats/{chat}/messages", history},
    RestRoute{Method::kPost, "/v1/chats/{chat}/messages", send},
    RestRoute{Method::kPatch, "/v1/chats/{chat}/messages/{id}", edit},
    RestRoute{Method::kDelete, "/v1/chats/{chat}/messages/{id}", remove_message},
    RestRoute{Method::kPut, "/v1/chats/{chat}/messages/{id}/reactions/{emoji}", react},
    RestRoute{Method::kDelete, "/v1/chats/{chat}/messages/{id}/reactions/{emoji}", react},
    RestRoute{Method::kGet, "/v1/chats/{chat}/events", events},
    RestRoute{Method::kPut, "/v1/chats/{chat}/read", mark},
    RestRoute{Method::kGet, "/v1/chats/{chat}/receipts", receipts},
    RestRoute{Method::kGet, "/v1/chats/{chat}/members", members},
    RestRoute{Method::kPut, "/v1/chats/{chat}/members/{user}", put_member},
    RestRoute{Method::kDelete, "/v1/chats/{chat}/members/{user}", delete_member},
};

// Takes the text up to the next slash, with that slash.
std::string_view take_segment(std::string_view& path) {
  const size_t slash = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return segment;
}

}  // namespace

std::span<const RestRoute> rest_routes() { return kRoutes; }

std::optional<std::vector<std::string_view>> match_path(std::string_view pattern,
                                                        std::string_view path) {
  if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) return std::nullopt;
  std::vector<std::string_view> parts;
  while (!pattern.empty() || !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    if (expected.starts_with('{') && !segment.empty()) {
      parts.push_back(segment);
    } else if (expected != segment) {
      return std::nullopt;
    }
  }
  return parts;
}

}  // namespace chat::gateway
