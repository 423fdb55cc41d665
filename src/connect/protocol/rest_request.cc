#include <charconv>

#include "connect/protocol/frame.h"
#include "connect/protocol/limits.h"
#include "connect/protocol/operation.h"

namespace chat::protocol {
namespace {

using json::Value;

// Fills a record from a body, which is a JSON object.
template <typename Record, typename Fill>
Result<Record> from_body(std::string_view body, Record record, Fill fill) {
  TRY_ASSIGN(const Value object, parse_object(body));
  std::optional<Error> refusal;
  Fields fields(object, refusal);
  fill(fields, record);
  if (refusal) return base::Unexpected{*std::move(refusal)};
  return record;
}

Command command_of(const ChatId& chat, const Key& key) {
  Command command;
  command.set_chat(chat.value());
  command.set_key(key.bytes().data(), key.bytes().size());
  return command;
}

base::Unexpected<Error> invalid(std::string_view field, const std::string& what) {
  return refuse(ErrorCode::kFieldInvalid, std::string(field) + " " + what, std::string(field));
}

Result<uint64_t> parse_number(std::string_view text, std::string_view field, uint64_t min,
                              uint64_t max) {
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || text.empty() || error == std::errc::invalid_argument)
    return invalid(field, "is a whole number, " + range_text(min, max));
  if (error != std::errc()) return invalid(field, "is " + range_text(min, max));
  if (value < min || value > max)
    return invalid(field, "is " + std::to_string(min) + " to " + std::to_string(max) + ", got " +
                              std::to_string(value));
  return value;
}

}  // namespace

Result<Command> parse_send(ChatId chat, Key key, std::string_view body) {
  return from_body(body, command_of(chat, key), fill_send);
}

Result<Command> parse_edit(ChatId chat, Key key, EventId target, std::string_view body) {
  Command command = command_of(chat, key);
  command.mutable_edit()->set_target(target.value());
  return from_body(body, std::move(command), fill_edit);
}

Result<Command> parse_create(Key key, std::string_view body) {
  return from_body(body, command_of(ChatId(), key), fill_create);
}

Result<Command> parse_update(ChatId chat, Key key, std::string_view body) {
  return from_body(body, command_of(chat, key), fill_update);
}

Result<Command> parse_mark(ChatId chat, std::string_view body) {
  Command command;
  command.set_chat(chat.value());
  return from_body(body, std::move(command), fill_mark);
}

Result<ReadRequest> parse_sync(std::string_view body) {
  return from_body(body, ReadRequest(), fill_sync);
}

Result<Role> parse_role(std::string_view body) {
  return from_body(body, ROLE_NONE, [](Fields& fields, Role& role) { role = role_of(fields); });
}

Result<UserId> parse_login(std::string_view body) {
  return from_body(body, UserId(), [](Fields& fields, UserId& user) {
    fields.require({"user"});
    user = fields.user("user").value_or(UserId());
  });
}

Result<ChatId> parse_chat(std::string_view text, std::string_view field) {
  if (std::optional<ChatId> chat = ChatId::parse(text)) return *std::move(chat);
  return invalid(field, "is 1 to 64 of A-Z a-z 0-9 . _ : -");
}

Result<UserId> parse_user(std::string_view text, std::string_view field) {
  if (std::optional<UserId> user = UserId::parse(text)) return *std::move(user);
  return invalid(field, "is 1 to 128 bytes of UTF-8 without NUL");
}

Result<Key> parse_key(std::string_view text) {
  if (const std::optional<Key> key = Key::parse(text)) return *key;
  return refuse(ErrorCode::kKeyInvalid, "key is a UUIDv7, lower case with hyphens", "key");
}

Result<EventId> parse_event_id(std::string_view text, std::string_view field) {
  TRY_ASSIGN(const uint64_t id, parse_number(text, field, 0, EventId::kMax));
  return EventId(id);
}

Result<uint64_t> parse_moment_ms(std::string_view text, std::string_view field) {
  return parse_number(text, field, 0, kMomentMaxMs);
}

Result<uint32_t> parse_limit(std::string_view text) {
  TRY_ASSIGN(const uint64_t limit, parse_number(text, "limit", 1, kPageMax));
  return static_cast<uint32_t>(limit);
}

Result<std::string> parse_emoji(std::string_view text) {
  if (!text.empty() && text.size() <= kEmojiBytesMax && valid_utf8(text)) return std::string(text);
  return invalid("emoji", "is " + range_text(1, kEmojiBytesMax) + " bytes of UTF-8");
}

}  // namespace chat::protocol
