#include "connect/protocol/request.h"

#include <gtest/gtest.h>

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

TEST(Request, Send) {
  const Command command = command_of(
      "send", R"("chat":"c1",)" + kKey +
                  R"(,"later":true,"body":{"text":"h\u00e9","reply_to":7,"meta":{ "a":[1]},)"
                  R"("attachments":[{"url":"u","type":"t","size":3,"name":"n","more":1},)"
                  R"({"url":"v"}]})");
  EXPECT_EQ(command.chat(), "c1");
  EXPECT_EQ(Key::from_bytes(command.key())->text(), kKeyText);
  EXPECT_FALSE(command.send().accepted());
  const Body& body = command.send().body();
  EXPECT_EQ(body.text(), "hé");
  EXPECT_EQ(body.reply_to(), 7u);
  EXPECT_EQ(body.meta(), R"({ "a":[1]})");
  ASSERT_EQ(body.attachments_size(), 2);
  EXPECT_EQ(body.attachments(0).url(), "u");
  EXPECT_EQ(body.attachments(0).type(), "t");
  EXPECT_EQ(body.attachments(0).size(), 3u);
  EXPECT_EQ(body.attachments(0).name(), "n");
  EXPECT_EQ(body.attachments(1).url(), "v");
}

TEST(Request, TextIsKeptByteForByte) {
  const std::string text = "a\u202eb 👩‍👩‍👧 " + std::string(3000, 'w');
  const Command command =
      command_of("send", R"("chat":"c1",)" + kKey + R"(,"body":{"text":"\u0000)" + text + R"("})");
  EXPECT_EQ(command.send().body().text(), std::string(1, '\0') + text);
}

TEST(Request, TypingComesWithoutId) {
  const Request request = parse_request(R"({"typing":{"chat":"c1"}})");
  EXPECT_FALSE(request.id);
  ASSERT_TRUE(request.operation);
  EXPECT_TRUE(std::get<Command>(*request.operation).has_typing());
  EXPECT_EQ(std::get<Command>(*request.operation).chat(), "c1");
}

TEST(Request, SendAcknowledgement) {
  const std::string rest = R"(,"chat":"c1","body":{"text":"x"},)" + kKey;
  EXPECT_TRUE(command_of("send", R"("ack":"accepted")" + rest).send().accepted());
  EXPECT_FALSE(command_of("send", R"("ack":"stored")" + rest).send().accepted());
}

TEST(Request, EditDeleteReact) {
  const std::string common = R"("chat":"c1","target":9,)" + kKey;
  const Command edit = command_of("edit", common + R"(,"body":{"text":"new"})");
  EXPECT_EQ(edit.edit().target(), 9u);
  EXPECT_EQ(edit.edit().body().text(), "new");
  EXPECT_EQ(command_of("delete", common).delete_().target(), 9u);
  const Command react = command_of("react", common + R"(,"emoji":"👍","on":true)");
  EXPECT_EQ(react.react().target(), 9u);
  EXPECT_EQ(react.react().emoji(), "👍");
  EXPECT_TRUE(react.react().on());
}

TEST(Request, Mark) {
  const Command mark = command_of("mark", R"("chat":"c1","read":5,"delivered":9007199254740991)");
  EXPECT_EQ(mark.mark().read(), 5u);
  EXPECT_EQ(mark.mark().delivered(), EventId::kMax);
  EXPECT_EQ(command_of("mark", R"("chat":"c1","delivered":6)").mark().read(), 0u);
}

TEST(Request, Create) {
  const Command command = command_of(
      "create", kKey + R"(,"type":"group","members":["bob","eve","bob"],"title":"t","topic":"o",)"
                       R"("visibility":"full","joinable":true)");
  const Create& create = command.create();
  EXPECT_EQ(command.chat(), "");
  EXPECT_EQ(create.type(), CHAT_TYPE_GROUP);
  EXPECT_EQ(create.members_size(), 2);
  EXPECT_EQ(create.title(), "t");
  EXPECT_EQ(create.topic(), "o");
  EXPECT_EQ(create.visibility(), VISIBILITY_FULL);
  EXPECT_TRUE(create.joinable());
  EXPECT_EQ(command_of("create", kKey + R"(,"type":"group")").create().visibility(),
            VISIBILITY_NONE);
}

TEST(Request, UpdateHoldsOnlyWhatWasSaid) {
  const Command title = command_of("update", R"("chat":"c1","title":"",)" + kKey);
  EXPECT_TRUE(title.update().change().has_title());
  EXPECT_FALSE(title.update().change().has_topic());
  EXPECT_FALSE(title.update().change().has_joinable());
  EXPECT_EQ(title.update().change().visibility(), VISIBILITY_NONE);
  const Command rest = command_of(
      "update", R"("chat":"c1","topic":"o","joinable":false,"visibility":"joined",)" + kKey);
  EXPECT_FALSE(rest.update().change().has_title());
  EXPECT_EQ(rest.update().change().topic(), "o");
  EXPECT_TRUE(rest.update().change().has_joinable());
  EXPECT_EQ(rest.update().change().visibility(), VISIBILITY_JOINED);
}

TEST(Request, Membership) {
  const std::string common = R"("chat":"c1",)" + kKey;
  const Command invite = command_of("invite", common + R"(,"users":["b","c","b"],"role":"admin")");
  EXPECT_EQ(invite.invite().users_size(), 2);
  EXPECT_EQ(invite.invite().role(), ROLE_ADMIN);
  EXPECT_EQ(command_of("invite", common + R"(,"users":["b"])").invite().role(), ROLE_NONE);
  EXPECT_EQ(command_of("remove", common + R"(,"user":"b")").remove().user(), "b");
  const Command set_role = command_of("set_role", common + R"(,"user":"b","role":"owner")");
  EXPECT_EQ(set_role.set_role().user(), "b");
  EXPECT_EQ(set_role.set_role().role(), ROLE_OWNER);
  EXPECT_TRUE(command_of("join", common).has_join());
  EXPECT_TRUE(command_of("leave", common).has_leave());
}

TEST(Request, HelloAndWatch) {
  const Request hello = request_of("hello", R"("token":"t","device":"d","agent":"a")");
  ASSERT_TRUE(hello.operation);
  EXPECT_EQ(std::get<Hello>(*hello.operation).token, "t");
  EXPECT_EQ(std::get<Hello>(*hello.operation).device, "d");
  EXPECT_EQ(std::get<Hello>(*hello.operation).agent, "a");
  EXPECT_TRUE(request_of("hello", "").operation);
  const Request watch = request_of("watch", R"("users":["a","b"])");
  ASSERT_TRUE(watch.operation);
  EXPECT_EQ(std::get<Watch>(*watch.operation).users.size(), 2u);
  EXPECT_TRUE(request_of("watch", R"("users":[])").operation);
}

TEST(Request, Sync) {
  const SyncRead sync =
      read_of("sync", R"("chats":{"c1":{"after":5},"c2":{"after":0}},"cursor":"x","limit":200)")
          .sync();
  ASSERT_EQ(sync.chats_size(), 2);
  EXPECT_EQ(sync.chats(0).chat(), "c1");
  EXPECT_EQ(sync.chats(0).after(), 5u);
  EXPECT_EQ(sync.cursor(), "x");
  EXPECT_EQ(sync.limit(), 200u);
  EXPECT_EQ(read_of("sync", "").sync().limit(), kPageDefault);
}

TEST(Request, History) {
  EXPECT_EQ(read_of("history", R"("chat":"c1","before":5,"limit":1)").history().before(), 5u);
  EXPECT_EQ(read_of("history", R"("chat":"c1","after":0)").history().after(), 0u);
  EXPECT_EQ(read_of("history", R"("chat":"c1","around":5)").history().around(), 5u);
  EXPECT_EQ(read_of("history", R"("chat":"c1","at":1795000000000)").history().at_ms(),
            1795000000000u);
  const HistoryRead newest = read_of("history", R"("chat":"c1")").history();
  EXPECT_FALSE(newest.has_before() || newest.has_after() || newest.has_around() ||
               newest.has_at_ms());
  EXPECT_EQ(newest.limit(), kPageDefault);
}

TEST(Request, Events) {
  const EventsRead events = read_of("events", R"("chat":"c1","after":5,"limit":3)").events();
  EXPECT_EQ(events.chat(), "c1");
  EXPECT_EQ(events.after(), 5u);
  EXPECT_EQ(events.limit(), 3u);
}

TEST(Request, UnknownFieldsAreIgnoredBesideTheOperation) {
  const Request request = parse_request(R"({"trace":{},"watch":{"users":[],"x":1},"id":7})");
  EXPECT_EQ(request.id, 7u);
  EXPECT_TRUE(request.operation);
}

TEST(Request, EnvelopeIsRefused) {
  const struct {
    const char* text;
    std::optional<uint64_t> id;
    ErrorCode code;
    const char* field;
  } table[] = {
      {"", {}, ErrorCode::kJsonInvalid, ""},
      {"{\"id\":1", {}, ErrorCode::kJsonInvalid, ""},
      {"[1]", {}, ErrorCode::kJsonInvalid, ""},
      {"\"hello\"", {}, ErrorCode::kJsonInvalid, ""},
      {"{}", {}, ErrorCode::kUnknownOperation, ""},
      {"{\"id\":1}", 1, ErrorCode::kUnknownOperation, ""},
      {"{\"id\":2,\"shout\":{}}", 2, ErrorCode::kUnknownOperation, ""},
      {"{\"shout\":{}}", {}, ErrorCode::kUnknownOperation, ""},
      {"{\"id\":3,\"join\":{},\"leave\":{}}", 3, ErrorCode::kFieldInvalid, "leave"},
      {"{\"id\":4,\"join\":[]}", 4, ErrorCode::kFieldInvalid, "join"},
      {"{\"id\":4,\"join\":null}", 4, ErrorCode::kFieldInvalid, "join"},
      {"{\"join\":{}}", {}, ErrorCode::kFieldMissing, "id"},
      {"{\"id\":-1,\"join\":{}}", {}, ErrorCode::kFieldInvalid, "id"},
      {"{\"id\":\"1\",\"join\":{}}", {}, ErrorCode::kFieldInvalid, "id"},
      {"{\"id\":1.5,\"join\":{}}", {}, ErrorCode::kFieldInvalid, "id"},
      {"{\"id\":null,\"typing\":{\"chat\":\"c\"}}", {}, ErrorCode::kFieldInvalid, "id"},
      {"{\"id\":9007199254740992,\"join\":{}}", {}, ErrorCode::kFieldInvalid, "id"},
      {"{\"id\":9007199254740991,\"join\":{}}", EventId::kMax, ErrorCode::kFieldMissing, "chat"},
      {"{\"typing\":{}}", {}, ErrorCode::kFieldMissing, "chat"},
      {"{\"id\":7,\"typing\":{\"chat\":\"c\"}}", 7, ErrorCode::kFieldInvalid, "id"},
  };
  for (const auto& row : table) {
    const Request request = parse_request(row.text);
    EXPECT_EQ(request.id, row.id) << row.text;
    expect_refused(request, row.code, row.field, row.text);
  }
}

TEST(Request, JsonErrorsNameThePosition) {
  EXPECT_NE(parse_request(" [1]").operation.error().message.find("at byte 1:"), std::string::npos);
  EXPECT_NE(parse_request("{\"id\":1,}").operation.error().message.find("at byte 8:"),
            std::string::npos);
}

std::string distinct_users(size_t count) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) list += (i ? ",\"u" : "\"u") + std::to_string(i) + "\"";
  return list + "]";
}

UserId user(const char* name) { return UserId(name); }

TEST(Request, ADirectChatIsTheSameFromBothSides) {
  Command from_alice = command_of("create", kKey + R"(,"type":"direct","members":["bob"])");
  Command from_bob =
      command_of("create", kKey + R"(,"type":"direct","members":["alice","bob","alice"])");
  ASSERT_TRUE(resolve_create(user("alice"), from_alice));
  ASSERT_TRUE(resolve_create(user("bob"), from_bob));
  EXPECT_EQ(from_alice.chat(), direct_chat_id(user("bob"), user("alice")).value());
  EXPECT_EQ(from_alice.chat(), from_bob.chat());
  EXPECT_EQ(from_bob.create().members_size(), 1);
}

TEST(Request, ADirectChatNeedsExactlyOneOther) {
  for (const char* members : {"[]", R"(["alice"])", R"(["bob","eve"])"}) {
    Command command =
        command_of("create", kKey + R"(,"type":"direct","members":)" + std::string(members));
    const Result<base::Unit> resolved = resolve_create(user("alice"), command);
    ASSERT_FALSE(resolved) << members;
    EXPECT_EQ(resolved.error().code, ErrorCode::kFieldInvalid);
    EXPECT_EQ(resolved.error().field, "members");
  }
}

TEST(Request, AGroupFollowsFromItsCreatorAndKey) {
  Command command = command_of("create", kKey + R"(,"type":"group","members":["bob","alice"])");
  ASSERT_TRUE(resolve_create(user("alice"), command));
  EXPECT_EQ(command.chat(), group_chat_id(user("alice"), *Key::parse(kKeyText)).value());
  ASSERT_EQ(command.create().members_size(), 1);
  EXPECT_EQ(command.create().members(0), "bob");
}

TEST(Request, AGroupHoldsUpTo100WithItsCreator) {
  Command full = command_of("create", kKey + R"(,"type":"group","members":)" + distinct_users(99));
  EXPECT_TRUE(resolve_create(user("alice"), full));
  Command over = command_of("create", kKey + R"(,"type":"group","members":)" + distinct_users(100));
  EXPECT_FALSE(resolve_create(user("alice"), over));
  EXPECT_TRUE(resolve_create(user("u5"), over));
}

}  // namespace
}  // namespace chat::protocol
