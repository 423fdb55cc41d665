#include <gtest/gtest.h>

#include "connect/protocol/limits.h"
#include "connect/protocol/request.h"

namespace chat::protocol {
namespace {

const ChatId kChat("c1");
const Key kKey = *Key::parse("0199c2a4-7b1e-7c3d-9a5f-00112233aabb");

template <typename T>
void expect_refused(const Result<T>& result, ErrorCode code, std::string_view field) {
  ASSERT_FALSE(result);
  EXPECT_EQ(name_of(result.error().code), name_of(code)) << result.error().message;
  EXPECT_EQ(result.error().field, field) << result.error().message;
}

// The WebSocket form of a command, to compare with.
std::string websocket_form(const std::string& text) {
  Request request = parse_request(text);
  return request.operation ? std::get<Command>(*request.operation).SerializeAsString() : "refused";
}

TEST(RestRequest, CommandsAreThoseOfTheWebSocket) {
  const std::string common = R"("chat":"c1","key":")" + kKey.text() + R"(",)";
  const std::string body = R"("body":{"text":"x","reply_to":5})";
  EXPECT_EQ(parse_send(kChat, kKey, "{" + body + "}")->SerializeAsString(),
            websocket_form(R"({"id":1,"send":{)" + common + body + "}}"));
  EXPECT_EQ(parse_edit(kChat, kKey, EventId(9), "{" + body + "}")->SerializeAsString(),
            websocket_form(R"({"id":1,"edit":{"target":9,)" + common + body + "}}"));
  const std::string create = R"("type":"group","members":["b"],"title":"t")";
  EXPECT_EQ(parse_create(kKey, "{" + create + "}")->SerializeAsString(),
            websocket_form(R"({"id":1,"create":{)" + common + create + "}}"));
  const std::string update = R"("title":"t","joinable":true)";
  EXPECT_EQ(parse_update(kChat, kKey, "{" + update + "}")->SerializeAsString(),
            websocket_form(R"({"id":1,"update":{)" + common + update + "}}"));
  EXPECT_EQ(parse_mark(kChat, R"({"read":5})")->SerializeAsString(),
            websocket_form(R"({"id":1,"mark":{"chat":"c1","read":5}})"));
}

TEST(RestRequest, BodiesAreChecked) {
  expect_refused(parse_send(kChat, kKey, ""), ErrorCode::kJsonInvalid, "");
  expect_refused(parse_send(kChat, kKey, "[]"), ErrorCode::kJsonInvalid, "");
  expect_refused(parse_send(kChat, kKey, "{}"), ErrorCode::kFieldMissing, "body");
  expect_refused(parse_edit(kChat, kKey, EventId(1), R"({"body":{"text":""}})"),
                 ErrorCode::kFieldInvalid, "body.text");
  expect_refused(parse_create(kKey, R"({"type":"x"})"), ErrorCode::kFieldUnknownType, "type");
  expect_refused(parse_update(kChat, kKey, R"({"title":5})"), ErrorCode::kFieldInvalid, "title");
  expect_refused(parse_mark(kChat, "{}"), ErrorCode::kFieldMissing, "read");
  expect_refused(parse_sync(R"({"limit":0})"), ErrorCode::kFieldInvalid, "limit");
}

TEST(RestRequest, SyncRoleAndLogin) {
  EXPECT_EQ(parse_sync(R"({"chats":{"c1":{"after":5}}})")->sync().chats_size(), 1);
  EXPECT_EQ(*parse_role("{}"), ROLE_NONE);
  EXPECT_EQ(*parse_role(R"({"role":"admin"})"), ROLE_ADMIN);
  expect_refused(parse_role(R"({"role":"x"})"), ErrorCode::kFieldUnknownType, "role");
  EXPECT_EQ(parse_login(R"({"user":"alice"})")->value(), "alice");
  expect_refused(parse_login("{}"), ErrorCode::kFieldMissing, "user");
  expect_refused(parse_login(R"({"user":""})"), ErrorCode::kFieldInvalid, "user");
}

TEST(RestRequest, NamesOfThePath) {
  EXPECT_EQ(parse_chat("c1")->value(), "c1");
  expect_refused(parse_chat("a b"), ErrorCode::kFieldInvalid, "chat");
  EXPECT_EQ(parse_user("al ice")->value(), "al ice");
  expect_refused(parse_user("\xff"), ErrorCode::kFieldInvalid, "user");
  expect_refused(parse_user(std::string_view("\0", 1), "member"), ErrorCode::kFieldInvalid,
                 "member");
  EXPECT_EQ(*parse_key(kKey.text()), kKey);
  expect_refused(parse_key(""), ErrorCode::kKeyInvalid, "key");
  EXPECT_EQ(*parse_emoji("👍"), "👍");
  for (const std::string& emoji : {std::string(), std::string("\xf0\x9f"), std::string(33, 'x')})
    expect_refused(parse_emoji(emoji), ErrorCode::kFieldInvalid, "emoji");
}

TEST(RestRequest, NumbersOfTheQuery) {
  EXPECT_EQ(parse_event_id("9007199254740991", "after")->value(), EventId::kMax);
  EXPECT_EQ(parse_event_id("0", "after")->value(), 0u);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "9007199254740992", "abc",
                           "99999999999999999999999999"})
    expect_refused(parse_event_id(text, "after"), ErrorCode::kFieldInvalid, "after");
  EXPECT_EQ(*parse_moment_ms("4398046511103", "at"), kMomentMaxMs);
  expect_refused(parse_moment_ms("4398046511104", "at"), ErrorCode::kFieldInvalid, "at");
  EXPECT_EQ(*parse_limit("200"), 200u);
  for (const char* text : {"0", "201", "", "ten"})
    expect_refused(parse_limit(text), ErrorCode::kFieldInvalid, "limit");
  EXPECT_EQ(parse_limit("0").error().message, "limit is 1 to 200, got 0");
}

}  // namespace
}  // namespace chat::protocol
