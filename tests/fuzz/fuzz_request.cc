// Any bytes as a request of either transport: whatever is accepted keeps every bound.
#include "connect/base/check.h"
#include "connect/protocol/frame.h"
#include "connect/protocol/json_in.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/limits.h"
#include "connect/protocol/request.h"

namespace chat::protocol {
namespace {

void check_body(const Body& body) {
  CHECK(body.text().size() <= kTextBytesMax);
  CHECK(!body.text().empty() || body.attachments_size() > 0);
  CHECK(body.attachments_size() <= static_cast<int>(kAttachmentsMax));
  CHECK(body.reply_to() <= EventId::kMax);
  CHECK(body.meta().size() <= kMetaBytesMax);
  CHECK(body.meta().empty() || json::parse(body.meta()).has_value());
  for (const Attachment& attachment : body.attachments())
    CHECK(!attachment.url().empty() && attachment.url().size() <= kUrlBytesMax);
}

void check_users(const auto& users) {
  CHECK(users.size() <= static_cast<int>(kUsersPerChangeMax));
  for (const std::string& user : users) CHECK(UserId::parse(user).has_value());
}

void check_command(Command command) {
  if (command.has_send()) check_body(command.send().body());
  if (command.has_edit()) check_body(command.edit().body());
  if (command.has_invite()) check_users(command.invite().users());
  if (command.has_react()) CHECK(parse_emoji(command.react().emoji()).has_value());
  if (command.has_create()) {
    check_users(command.create().members());
    if (!resolve_create(UserId("alice"), command)) return;
  }
  CHECK(ChatId::parse(command.chat()).has_value());
  Command again;
  CHECK(again.ParseFromString(command.SerializeAsString()));
}

void check_read(const ReadRequest& read) {
  if (read.has_sync()) CHECK(read.sync().chats_size() <= static_cast<int>(kSyncNamedChatsMax));
  if (!read.has_history()) return;
  CHECK(read.history().limit() >= 1 && read.history().limit() <= kPageMax);
  CHECK(ChatId::parse(read.history().chat()).has_value());
}

// An error must be writable as JSON, and belong to the codes of its kind.
void check_error(const Error& error) {
  CHECK(http_status_of(error.code) == 400);
  CHECK(json::parse(json::error_body(error)).has_value());
}

template <typename T>
void check_rest(const Result<T>& result) {
  if (!result) return check_error(result.error());
  if constexpr (std::is_same_v<T, Command>) check_command(*result);
  if constexpr (std::is_same_v<T, ReadRequest>) check_read(*result);
}

void check(std::string_view text) {
  const Key key = Key::mint(1795000000001, {});
  check_rest(parse_send(ChatId("c1"), key, text));
  check_rest(parse_create(key, text));
  check_rest(parse_update(ChatId("c1"), key, text));
  check_rest(parse_mark(ChatId("c1"), text));
  check_rest(parse_sync(text));
  check_rest(parse_role(text));
  check_rest(parse_login(text));
  check_rest(parse_event_id(text, "after"));
  check_rest(parse_user(text));
  check_rest(parse_key(text));
  const Request request = parse_request(text);
  if (!request.operation) return check_error(request.operation.error());
  if (const auto* command = std::get_if<Command>(&*request.operation)) check_command(*command);
  if (const auto* read = std::get_if<ReadRequest>(&*request.operation)) check_read(*read);
}

}  // namespace
}  // namespace chat::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chat::protocol::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
