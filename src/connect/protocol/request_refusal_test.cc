#include "connect/protocol/request.h"

#include <gtest/gtest.h>

#include <vector>

#include "connect/protocol/limits.h"

namespace chat::protocol {
namespace {

const std::string kKeyText = "0199c2a4-7b1e-7c3d-9a5f-00112233aabb";
const std::string kKey = R"("key":")" + kKeyText + '"';

// A message of id 1 with this operation.
Request request_of(const std::string& name, const std::string& fields) {
  return parse_request("{\"id\":1,\"" + name + "\":{" + fields + "}}");
}

Command command_of(const std::string& name, const std::string& fields) {
  const Request request = request_of(name, fields);
  EXPECT_TRUE(request.operation) << name << " " << fields << ": "
                                 << (request.operation ? "" : request.operation.error().message);
  return request.operation ? std::get<Command>(*request.operation) : Command();
}

ReadRequest read_of(const std::string& name, const std::string& fields) {
  const Request request = request_of(name, fields);
  EXPECT_TRUE(request.operation) << name << " " << fields << ": "
                                 << (request.operation ? "" : request.operation.error().message);
  return request.operation ? std::get<ReadRequest>(*request.operation) : ReadRequest();
}

void expect_refused(const Request& request, ErrorCode code, std::string_view field,
                    std::string_view hint) {
  ASSERT_FALSE(request.operation) << hint;
  const Error& error = request.operation.error();
  EXPECT_EQ(name_of(error.code), name_of(code)) << hint << ": " << error.message;
  EXPECT_EQ(error.field, field) << hint << ": " << error.message;
  EXPECT_FALSE(error.message.empty()) << hint;
}

struct Bad {
  const char* operation;
  std::string fields;
  ErrorCode code;
  std::string field;
};

void expect_all_refused(const std::vector<Bad>& table) {
  for (const Bad& row : table)
    expect_refused(request_of(row.operation, row.fields), row.code, row.field,
                   std::string(row.operation) + " " + row.fields.substr(0, 100));
}

TEST(RequestRefusal, ChatsAndKeysAreChecked) {
  const std::string chat = R"("chat":"c1")";
  const std::string body = R"(,"body":{"text":"x"})";
  expect_all_refused({
      {"send", kKey + body, ErrorCode::kFieldMissing, "chat"},
      {"send", R"("chat":1,)" + kKey + body, ErrorCode::kFieldInvalid, "chat"},
      {"send", R"("chat":"",)" + kKey + body, ErrorCode::kFieldInvalid, "chat"},
      {"send", R"("chat":"a b",)" + kKey + body, ErrorCode::kFieldInvalid, "chat"},
      {"send", R"("chat":"a\u0000",)" + kKey + body, ErrorCode::kFieldInvalid, "chat"},
      {"send", chat + body, ErrorCode::kFieldMissing, "key"},
      {"send", chat + R"(,"key":1)" + body, ErrorCode::kKeyInvalid, "key"},
      {"send", chat + R"(,"key":"x")" + body, ErrorCode::kKeyInvalid, "key"},
      {"join", chat + R"(,"key":"0199C2A4-7b1e-7c3d-9a5f-00112233aabb")", ErrorCode::kKeyInvalid,
       "key"},
      {"create", R"("type":"group")", ErrorCode::kFieldMissing, "key"},
      {"history", "", ErrorCode::kFieldMissing, "chat"},
      {"events", "", ErrorCode::kFieldMissing, "chat"},
  });
}

std::string text_of(size_t size) { return '"' + std::string(size, 'x') + '"'; }

std::string list_of(size_t count, const std::string& element) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) list += (i ? "," : "") + element;
  return list + "]";
}

std::string distinct_users(size_t count) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) list += (i ? ",\"u" : "\"u") + std::to_string(i) + "\"";
  return list + "]";
}

std::string send_of(const std::string& body) {
  return R"("chat":"c1",)" + kKey + R"(,"body":)" + body;
}

TEST(RequestRefusal, BodiesAreChecked) {
  const auto attachment = [](const std::string& value) {
    return send_of("{\"attachments\":[" + value + "]}");
  };
  const ErrorCode invalid = ErrorCode::kFieldInvalid, missing = ErrorCode::kFieldMissing;
  expect_all_refused({
      {"send", R"("chat":"c1",)" + kKey, missing, "body"},
      {"send", send_of("\"x\""), invalid, "body"},
      {"send", send_of("{}"), missing, "body.text"},
      {"send", send_of(R"({"text":""})"), invalid, "body.text"},
      {"send", send_of(R"({"text":1})"), invalid, "body.text"},
      {"send", send_of(R"({"text":null})"), invalid, "body.text"},
      {"send", send_of("{\"text\":" + text_of(kTextBytesMax + 1) + "}"), invalid, "body.text"},
      {"send", send_of(R"({"text":"x","reply_to":0})"), invalid, "body.reply_to"},
      {"send", send_of(R"({"text":"x","reply_to":9007199254740992})"), invalid, "body.reply_to"},
      {"send", send_of(R"({"text":"x","reply_to":"7"})"), invalid, "body.reply_to"},
      {"send", send_of(R"({"text":"x","meta":[]})"), invalid, "body.meta"},
      {"send", send_of("{\"text\":\"x\",\"meta\":{\"a\":" + text_of(kMetaBytesMax) + "}}"), invalid,
       "body.meta"},
      {"send", send_of(R"({"text":"x","attachments":{}})"), invalid, "body.attachments"},
      {"send", send_of("{\"attachments\":" + list_of(11, R"({"url":"u"})") + "}"), invalid,
       "body.attachments"},
      {"send", send_of(R"({"attachments":[]})"), missing, "body.text"},
      {"send", attachment("1"), invalid, "body.attachments[0]"},
      {"send", attachment("{}"), missing, "body.attachments[0].url"},
      {"send", attachment(R"({"url":""})"), invalid, "body.attachments[0].url"},
      {"send", attachment("{\"url\":" + text_of(kUrlBytesMax + 1) + "}"), invalid,
       "body.attachments[0].url"},
      {"send", attachment(R"({"url":"u"},{"url":"u","type":)" + text_of(256) + "}"), invalid,
       "body.attachments[1].type"},
      {"send", attachment(R"({"url":"u","name":)" + text_of(256) + "}"), invalid,
       "body.attachments[0].name"},
      {"send", attachment(R"({"url":"u","size":-1})"), invalid, "body.attachments[0].size"},
      {"send", R"("ack":"never",)" + send_of(R"({"text":"x"})"), invalid, "ack"},
      {"send", R"("ack":1,)" + send_of(R"({"text":"x"})"), invalid, "ack"},
      {"edit", R"("target":1,)" + send_of("{}"), missing, "body.text"},
  });
}

TEST(RequestRefusal, BodiesAtTheirLimitsAreTaken) {
  EXPECT_EQ(command_of("send", send_of("{\"text\":" + text_of(kTextBytesMax) + "}"))
                .send()
                .body()
                .text()
                .size(),
            kTextBytesMax);
  EXPECT_EQ(command_of("send", send_of("{\"attachments\":" +
                                       list_of(10, "{\"url\":" + text_of(kUrlBytesMax) + "}") +
                                       ",\"meta\":{\"a\":" + text_of(kMetaBytesMax - 8) + "}}"))
                .send()
                .body()
                .attachments_size(),
            10);
}

TEST(RequestRefusal, TargetsAndReactionsAreChecked) {
  const std::string chat = R"("chat":"c1",)" + kKey;
  const ErrorCode invalid = ErrorCode::kFieldInvalid, missing = ErrorCode::kFieldMissing;
  expect_all_refused({
      {"edit", chat + R"(,"body":{"text":"x"})", missing, "target"},
      {"delete", chat, missing, "target"},
      {"delete", chat + R"(,"target":0)", invalid, "target"},
      {"delete", chat + R"(,"target":9007199254740992)", invalid, "target"},
      {"delete", chat + R"(,"target":"7")", invalid, "target"},
      {"react", chat + R"(,"target":7,"on":true)", missing, "emoji"},
      {"react", chat + R"(,"target":7,"emoji":"x")", missing, "on"},
      {"react", chat + R"(,"target":7,"emoji":"","on":true)", invalid, "emoji"},
      {"react", chat + R"(,"target":7,"on":true,"emoji":)" + text_of(33), invalid, "emoji"},
      {"react", chat + R"(,"target":7,"emoji":"x","on":1)", invalid, "on"},
      {"mark", R"("chat":"c1")", missing, "read"},
      {"mark", R"("chat":"c1","read":-1)", invalid, "read"},
      {"mark", R"("chat":"c1","delivered":9007199254740992)", invalid, "delivered"},
  });
}

TEST(RequestRefusal, ChatsSettingsAreChecked) {
  const ErrorCode invalid = ErrorCode::kFieldInvalid, unknown = ErrorCode::kFieldUnknownType;
  const std::string group = kKey + R"(,"type":"group")", update = R"("chat":"c1",)" + kKey;
  expect_all_refused({
      {"create", kKey, ErrorCode::kFieldMissing, "type"},
      {"create", kKey + R"(,"type":"channel")", unknown, "type"},
      {"create", kKey + R"(,"type":1)", invalid, "type"},
      {"create", kKey + R"(,"type":"direct")", ErrorCode::kFieldMissing, "members"},
      {"create", kKey + R"(,"type":"direct","members":["b"],"joinable":true)", invalid, "joinable"},
      {"create", group + R"(,"members":"b")", invalid, "members"},
      {"create", group + R"(,"members":[1])", invalid, "members"},
      {"create", group + R"(,"members":[""])", invalid, "members"},
      {"create", group + R"(,"members":["a\u0000b"])", invalid, "members"},
      {"create", group + R"(,"members":[)" + text_of(129) + "]", invalid, "members"},
      {"create", group + R"(,"members":)" + distinct_users(101), invalid, "members"},
      {"create", group + R"(,"title":)" + text_of(257), invalid, "title"},
      {"create", group + R"(,"topic":)" + text_of(1025), invalid, "topic"},
      {"create", group + R"(,"visibility":"none")", unknown, "visibility"},
      {"create", group + R"(,"joinable":"yes")", invalid, "joinable"},
      {"update", update + R"(,"title":null)", invalid, "title"},
      {"update", update + R"(,"topic":)" + text_of(1025), invalid, "topic"},
      {"update", update + R"(,"visibility":"all")", unknown, "visibility"},
      {"update", update + R"(,"joinable":0)", invalid, "joinable"},
  });
}

TEST(RequestRefusal, MembershipIsChecked) {
  const std::string chat = R"("chat":"c1",)" + kKey;
  const ErrorCode invalid = ErrorCode::kFieldInvalid, missing = ErrorCode::kFieldMissing;
  expect_all_refused({
      {"invite", chat, missing, "users"},
      {"invite", chat + R"(,"users":[])", invalid, "users"},
      {"invite", chat + R"(,"users":)" + distinct_users(101), invalid, "users"},
      {"invite", chat + R"(,"users":["b"],"role":"king")", ErrorCode::kFieldUnknownType, "role"},
      {"invite", chat + R"(,"users":["b"],"role":1)", invalid, "role"},
      {"remove", chat, missing, "user"},
      {"remove", chat + R"(,"user":"")", invalid, "user"},
      {"set_role", chat + R"(,"user":"b")", missing, "role"},
      {"set_role", chat + R"(,"role":"admin")", missing, "user"},
      {"set_role", chat + R"(,"user":"b","role":"none")", ErrorCode::kFieldUnknownType, "role"},
      {"watch", "", missing, "users"},
      {"watch", R"("users":)" + distinct_users(201), invalid, "users"},
      {"hello", R"("token":1)", invalid, "token"},
      {"hello", R"("device":)" + text_of(129), invalid, "device"},
      {"hello", R"("agent":)" + text_of(257), invalid, "agent"},
  });
  EXPECT_EQ(command_of("invite", chat + R"(,"users":)" + distinct_users(100)).invite().users_size(),
            100);
}

// As long as such names and ids can be.
std::string named_chats(size_t count) {
  std::string chats;
  for (size_t i = 0; i < count; ++i) {
    std::string name = std::to_string(i);
    name.insert(0, kChatBytesMax - name.size(), 'c');
    chats += (i ? ",\"" : "\"") + name + "\":{\"after\":" + std::to_string(EventId::kMax) + "}";
  }
  return "{" + chats + "}";
}

TEST(RequestRefusal, ReadsAreChecked) {
  const ErrorCode invalid = ErrorCode::kFieldInvalid;
  const std::string chat = R"("chat":"c1")";
  expect_all_refused({
      {"history", chat + R"(,"limit":0)", invalid, "limit"},
      {"history", chat + R"(,"limit":201)", invalid, "limit"},
      {"history", chat + R"(,"limit":"5")", invalid, "limit"},
      {"history", chat + R"(,"limit":5.0)", invalid, "limit"},
      {"history", chat + R"(,"before":1,"after":2)", invalid, "after"},
      {"history", chat + R"(,"around":1,"at":2)", invalid, "at"},
      {"history", chat + R"(,"before":-1)", invalid, "before"},
      {"history", chat + R"(,"around":9007199254740992)", invalid, "around"},
      {"history", chat + R"(,"at":4398046511104)", invalid, "at"},
      {"events", chat + R"(,"after":null)", invalid, "after"},
      {"events", chat + R"(,"limit":-9223372036854775809)", invalid, "limit"},
      {"sync", R"("chats":[])", invalid, "chats"},
      {"sync", R"("chats":{"a b":{"after":1}})", invalid, "chats"},
      {"sync", R"("chats":{"c1":5})", invalid, "chats"},
      {"sync", R"("chats":{"c1":{}})", ErrorCode::kFieldMissing, "chats.after"},
      {"sync", R"("chats":{"c1":{"after":-1}})", invalid, "chats.after"},
      {"sync", R"("chats":)" + named_chats(kSyncNamedChatsMax + 1), invalid, "chats"},
      {"sync", R"("cursor":"")", invalid, "cursor"},
      {"sync", R"("cursor":5)", invalid, "cursor"},
      {"sync", R"("limit":0)", invalid, "limit"},
  });
  const std::string most = R"("chats":)" + named_chats(kSyncNamedChatsMax);
  EXPECT_EQ(read_of("sync", most).sync().chats_size(), kSyncNamedChatsMax);
  EXPECT_LT(most.size(), kMessageBytesMax - 100);  // with the longest names and ids
}

TEST(RequestRefusal, MessagesSayWhatTheFieldMayBe) {
  const auto message = [](const std::string& fields) {
    return request_of("history", R"("chat":"c1",)" + fields).operation.error().message;
  };
  EXPECT_EQ(message(R"("limit":0)"), "limit is 1 to 200, got 0");
  EXPECT_EQ(message(R"("limit":"many")"), "limit is a whole number, 1 to 200");
  EXPECT_EQ(request_of("create", kKey + R"(,"type":"secret")").operation.error().message,
            "type is one of direct, group");
}

}  // namespace
}  // namespace chat::protocol
