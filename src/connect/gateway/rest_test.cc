#include "connect/gateway/rest.h"

#include <gmock/gmock.h>

#include "connect/bus/embedded_bus.h"
#include "connect/bus/embedded_session_registry.h"
#include "connect/gateway/fakes_for_test.h"
#include "connect/gateway/rest_routes.h"

namespace chat::gateway {
namespace {

using protocol::Command;
using protocol::ReadRequest;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr int64_t kWallMs = 1'795'000'000'000;
constexpr const char* kKey = "019a0000-0000-7000-8000-000000000001";

class RestTest : public testing::Test {
 protected:
  static GatewayOptions options() {
    GatewayOptions options;
    options.origins = {"https://app.example"};
    options.openapi_json = "{\"openapi\":\"3.1.0\"}";
    options.files = {{.path = "/index.html",
                      .content_type = "text/html",
                      .digest = "1",
                      .plain = "<p>Connect</p>"}};
    return options;
  }

  static HttpRequest request(Method method, const std::string& target, std::string body = "") {
    HttpRequest request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.headers = {
        {"host", "localhost:8080"}, {"authorization", "Bearer alice"}, {"idempotency-key", kKey}};
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(body);
    return request;
  }
  static void set(HttpRequest& request, const std::string& name, const std::string& value) {
    std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
    if (!value.empty()) request.headers.emplace_back(name, value);
  }
  RestCall take(const HttpRequest& request, bool is_loopback = true) {
    return rest_.take(request, {"127.0.0.1", is_loopback}, now_, kWallMs);
  }
  HttpAnswer answer(const HttpRequest& request, bool is_loopback = true) {
    RestCall call = take(request, is_loopback);
    if (auto* answer = std::get_if<HttpAnswer>(&call)) return std::move(*answer);
    ADD_FAILURE() << request.path << " was not answered on the spot";
    return {};
  }
  // The record of a call as text, its key and user left out.
  std::string record(const HttpRequest& request) {
    RestCall call = take(request);
    if (auto* command = std::get_if<Command>(&call)) {
      EXPECT_EQ(command->from(), "alice");
      command->clear_from();
      command->clear_key();
      return command->ShortDebugString();
    }
    if (auto* read = std::get_if<ReadRequest>(&call)) {
      EXPECT_EQ(read->user(), "alice");
      read->clear_user();
      return read->ShortDebugString();
    }
    return std::get<HttpAnswer>(call).body;
  }

  const GatewayOptions options_ = options();
  base::ManualClock clock_{kWallMs};
  bus::EmbeddedBus bus_{{}, clock_};
  bus::EmbeddedSessionRegistry registry_;
  FakeReads reads_;
  FakeAuthenticator authenticator_;
  FakeLogin login_;
  base::SeededRandom random_{1};
  base::Metrics metrics_;
  GatewayParts parts_{bus_,    registry_, reads_,  authenticator_, &login_,
                      nullptr, clock_,    random_, metrics_};
  RateLimiter sends_{20};
  RateLimiter reads_limiter_{200};
  Rest rest_{options_, parts_, sends_, reads_limiter_};
  Moment now_{1000, kWallMs};
};

TEST_F(RestTest, EveryCallBecomesItsOperation) {
  const struct {
    Method method;
    const char* target;
    const char* body;
    const char* record;
  } kCases[] = {
      {Method::kGet, "/v1/inbox?limit=7&cursor=a%2Db", "", R"(inbox { cursor: "a-b" limit: 7 })"},
      {Method::kHead, "/v1/inbox?unknown=1", "", R"(inbox { limit: 50 })"},
      {Method::kGet, "/v1/chats/c1/messages", "", R"(history { chat: "c1" limit: 50 })"},
      {Method::kGet, "/v1/chats/c1/messages?before=9&limit=2", "",
       R"(history { chat: "c1" before: 9 limit: 2 })"},
      {Method::kGet, "/v1/chats/c1/messages?at=17", "",
       R"(history { chat: "c1" at_ms: 17 limit: 50 })"},
      {Method::kGet, "/v1/chats/c1/events?after=5", "",
       R"(events { chat: "c1" after: 5 limit: 50 })"},
      {Method::kGet, "/v1/chats/c1", "", R"(chat { chat: "c1" })"},
      {Method::kGet, "/v1/chats/c%3A1/members", "", R"(members { chat: "c:1" limit: 50 })"},
      {Method::kGet, "/v1/chats/c1/receipts?id=5", "", R"(receipts { chat: "c1" id: 5 })"},
      {Method::kPost, "/v1/sync", R"({"chats":{"c1":{"after":4}}})",
       R"(sync { chats { chat: "c1" after: 4 } limit: 50 })"},
      {Method::kPost, "/v1/chats/c1/messages", R"({"body":{"text":"hi"}})",
       R"(chat: "c1" send { body { text: "hi" } })"},
      {Method::kPatch, "/v1/chats/c1/messages/5", R"({"body":{"text":"hi"}})",
       R"(chat: "c1" edit { target: 5 body { text: "hi" } })"},
      {Method::kDelete, "/v1/chats/c1/messages/5", "", R"(chat: "c1" delete { target: 5 })"},
      {Method::kPut, "/v1/chats/c1/messages/5/reactions/%2B1", "",
       R"(chat: "c1" react { target: 5 emoji: "+1" on: true })"},
      {Method::kDelete, "/v1/chats/c1/messages/5/reactions/%F0%9F%91%8D", "",
       R"(chat: "c1" react { target: 5 emoji: "\360\237\221\215" })"},
      {Method::kPut, "/v1/chats/c1/read", R"({"read":8})", R"(chat: "c1" mark { read: 8 })"},
      {Method::kPatch, "/v1/chats/c1", R"({"title":"t"})",
       R"(chat: "c1" update { change { title: "t" } })"},
      {Method::kPut, "/v1/chats/c1/members/bob", R"({"role":"admin"})",
       R"(chat: "c1" invite { users: "bob" role: ROLE_ADMIN })"},
      {Method::kPut, "/v1/chats/c1/members/alice", "", R"(chat: "c1" join { })"},
      {Method::kPut, "/v1/chats/c1/members/alice", R"({"role":"member"})",
       R"(chat: "c1" set_role { user: "alice" role: ROLE_MEMBER })"},
      {Method::kDelete, "/v1/chats/c1/members/alice", "", R"(chat: "c1" leave { })"},
      {Method::kDelete, "/v1/chats/c1/members/a%2Fb%20c", "",
       R"(chat: "c1" remove { user: "a/b c" })"},
  };
  for (const auto& each : kCases) {
    now_.boot_ms += 1000;
    EXPECT_EQ(record(request(each.method, each.target, each.body)), each.record) << each.target;
  }
  now_.boot_ms += 1000;
  EXPECT_THAT(record(request(Method::kPost, "/v1/chats", R"({"type":"group","members":["bob"]})")),
              HasSubstr("create { type: CHAT_TYPE_GROUP"));
}

TEST_F(RestTest, EveryCallThatAppendsTakesTheKey) {
  const struct {
    Method method;
    const char* target;
    const char* body;
  } kCalls[] = {
      {Method::kPost, "/v1/chats", R"({"type":"group"})"},
      {Method::kPatch, "/v1/chats/c1", R"({"title":"t"})"},
      {Method::kPost, "/v1/chats/c1/messages", R"({"body":{"text":"hi"}})"},
      {Method::kPatch, "/v1/chats/c1/messages/5", R"({"body":{"text":"hi"}})"},
      {Method::kDelete, "/v1/chats/c1/messages/5", ""},
      {Method::kPut, "/v1/chats/c1/messages/5/reactions/a", ""},
      {Method::kDelete, "/v1/chats/c1/messages/5/reactions/a", ""},
      {Method::kPut, "/v1/chats/c1/members/bob", ""},
      {Method::kPut, "/v1/chats/c1/members/alice", ""},
      {Method::kDelete, "/v1/chats/c1/members/bob", ""},
      {Method::kDelete, "/v1/chats/c1/members/alice", ""},
  };
  for (const auto& each : kCalls) {
    const std::string what = std::to_string(static_cast<int>(each.method)) + each.target;
    HttpRequest call = request(each.method, each.target, each.body);
    now_.boot_ms += 1000;  // an old key costs a second's worth
    const RestCall given = take(call);
    EXPECT_EQ(protocol::Key::from_bytes(std::get<Command>(given).key())->text(), kKey) << what;
    set(call, "idempotency-key", "");
    now_.boot_ms += 1000;
    const RestCall minted = take(call);
    EXPECT_TRUE(protocol::Key::from_bytes(std::get<Command>(minted).key())) << what;
    for (const char* wrong : {"7", ""}) {
      set(call, "idempotency-key", "");
      call.headers.emplace_back("idempotency-key", wrong);
      EXPECT_THAT(answer(call).body, HasSubstr(R"("code":"key_invalid")")) << what;
    }
  }
}

TEST_F(RestTest, AnotherMethodIsToldWhatIsAllowed) {
  const std::pair<const char*, const char*> kPaths[] = {
      {"/v1/inbox", "GET, HEAD"},
      {"/v1/me", "GET, HEAD"},
      {"/v1/sync", "POST"},
      {"/v1/chats", "POST"},
      {"/v1/chats/c1", "GET, HEAD, PATCH"},
      {"/v1/chats/c1/messages", "GET, HEAD, POST"},
      {"/v1/chats/c1/messages/5", "PATCH, DELETE"},
      {"/v1/chats/c1/messages/5/reactions/a", "PUT, DELETE"},
      {"/v1/chats/c1/events", "GET, HEAD"},
      {"/v1/chats/c1/read", "PUT"},
      {"/v1/chats/c1/receipts", "GET, HEAD"},
      {"/v1/chats/c1/members", "GET, HEAD"},
      {"/v1/chats/c1/members/bob", "PUT, DELETE"},
      {"/v1/dev/login", "POST"},
      {"/v1/openapi.json", "GET, HEAD"},
  };
  for (const auto& [path, allow] : kPaths) {
    const HttpAnswer got = answer(request(Method::kOther, path));
    EXPECT_EQ(got.status, 405) << path;
    EXPECT_THAT(got.body, HasSubstr(R"("code":"method_not_allowed")")) << path;
    EXPECT_THAT(got.headers, Contains(Pair("Allow", allow))) << path;
  }
}

TEST_F(RestTest, EveryRefusalHasItsStatus) {
  const struct {
    Method method;
    const char* target;
    const char* body;
    int status;
    const char* code;
  } kCases[] = {
      {Method::kGet, "/v2/inbox", "", 404, "not_found"},
      {Method::kGet, "/v1/inbox/", "", 404, "not_found"},
      {Method::kGet, "/v1/chats//messages", "", 404, "not_found"},
      {Method::kPost, "/v1/inbox", "", 405, "method_not_allowed"},
      {Method::kOther, "/v1/inbox", "", 405, "method_not_allowed"},
      {Method::kGet, "/v1/inbox?limit=0", "", 400, "field_invalid"},
      {Method::kGet, "/v1/inbox?limit=%zz", "", 400, "field_invalid"},
      {Method::kGet, "/v1/chats/c%zz", "", 400, "field_invalid"},
      {Method::kGet, "/v1/chats/c%00", "", 400, "field_invalid"},
      {Method::kGet, "/v1/chats/c1/messages?before=1&after=2", "", 400, "field_invalid"},
      {Method::kGet, "/v1/chats/c1/messages?before=x", "", 400, "field_invalid"},
      {Method::kGet, "/v1/chats/c1/receipts", "", 400, "field_missing"},
      {Method::kPost, "/v1/chats/c1/messages", "{", 400, "json_invalid"},
      {Method::kPost, "/v1/chats/c1/messages", "{}", 400, "field_missing"},
      {Method::kGet, "/v1/inbox?access_token=x", "", 400, "field_invalid"},
      {Method::kGet, "/v1/ws", "", 426, "field_invalid"},
      {Method::kPost, "/", "", 405, "method_not_allowed"},
  };
  for (const auto& each : kCases) {
    const HttpAnswer got = answer(request(each.method, each.target, each.body));
    EXPECT_EQ(got.status, each.status) << each.target;
    EXPECT_THAT(got.body, HasSubstr(each.code)) << each.target;
  }
  EXPECT_THAT(answer(request(Method::kPost, "/v1/chats/c1")).headers,
              Contains(Pair("Allow", "GET, HEAD, PATCH")));
}

TEST_F(RestTest, ChecksTokenTypeAndKey) {
  const struct {
    const char* name;
    const char* value;
    int status;
  } kCases[] = {
      {"authorization", "", 401},
      {"authorization", "Basic abc", 401},
      {"authorization", "Bearer bad", 401},
      {"authorization", "Bearer expired", 401},
      {"content-type", "", 415},
      {"content-type", "text/plain", 415},
      {"idempotency-key", "7", 400},
      {"origin", "https://evil.example", 403},
  };
  for (const auto& each : kCases) {
    HttpRequest call = request(Method::kPost, "/v1/chats/c1/messages", R"({"body":{"text":"a"}})");
    set(call, each.name, each.value);
    EXPECT_EQ(answer(call).status, each.status) << each.name << ": " << each.value;
  }
  HttpRequest call = request(Method::kPost, "/v1/chats/c1/messages", R"({"body":{"text":"a"}})");
  set(call, "content-type", "application/json; charset=utf-8");
  set(call, "idempotency-key", "");
  const RestCall taken = take(call);
  const auto key = protocol::Key::from_bytes(std::get<Command>(taken).key());
  ASSERT_TRUE(key);
  EXPECT_EQ(key->ms(), kWallMs);
}

TEST_F(RestTest, LimitsTheRateWithTheTimeToComeBack) {
  const HttpRequest call =
      request(Method::kPost, "/v1/chats/c1/messages", R"({"body":{"text":"a"}})");
  HttpRequest fresh = call;
  set(fresh, "idempotency-key", "");
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(std::holds_alternative<Command>(take(fresh))) << i;
  const HttpAnswer refused = answer(fresh);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("20 sends a second per user"));
  EXPECT_THAT(refused.headers, Contains(Pair("Retry-After", "1")));
}

TEST_F(RestTest, TheReadsOfAUserAreLimitedOverAllLoops) {
  Rest other(options_, parts_, sends_, reads_limiter_);
  const HttpRequest page = request(Method::kGet, "/v1/chats/c1/messages");
  const HttpRequest inbox = request(Method::kGet, "/v1/inbox");
  for (int i = 0; i < 190; ++i) EXPECT_TRUE(std::holds_alternative<ReadRequest>(take(page))) << i;
  EXPECT_TRUE(std::holds_alternative<ReadRequest>(take(inbox)));  // it counts as ten
  const RestCall refused = other.take(page, {"127.0.0.1", true}, now_, kWallMs);
  ASSERT_TRUE(std::holds_alternative<HttpAnswer>(refused));
  EXPECT_EQ(std::get<HttpAnswer>(refused).status, 429);
}

TEST_F(RestTest, LogsInOnlyFromThisMachine) {
  const HttpRequest call = request(Method::kPost, "/v1/dev/login", R"({"user":"bob"})");
  EXPECT_EQ(answer(call).body, R"({"token":"token-of-bob","expires":1795000001000})");
  EXPECT_EQ(answer(call, false).status, 404);
  HttpRequest rebound = call;
  set(rebound, "host", "evil.example:8080");
  EXPECT_EQ(answer(rebound).status, 404);
  HttpRequest forwarded = call;
  set(forwarded, "x-forwarded-for", "192.0.2.1");
  EXPECT_EQ(answer(forwarded).status, 404);
  parts_.dev_login = nullptr;
  EXPECT_EQ(answer(call).status, 404);
}

TEST_F(RestTest, ServesMeOpenapiAndFiles) {
  EXPECT_THAT(answer(request(Method::kGet, "/v1/me")).body,
              HasSubstr(R"({"user":"alice","limits":{"message_bytes":65536)"));
  EXPECT_EQ(answer(request(Method::kGet, "/v1/openapi.json")).lasting_body, options_.openapi_json);
  for (const Method method : {Method::kGet, Method::kHead}) {
    const HttpAnswer page = answer(request(method, "/"));
    EXPECT_EQ(page.lasting_body, "<p>Connect</p>");
    EXPECT_EQ(page.content_type, "text/html");
  }
}

TEST_F(RestTest, NoPageAnswersACall) {
  HttpRequest page = request(Method::kGet, "/chat/g-1");
  set(page, "accept", "text/html");
  EXPECT_EQ(answer(page).status, 200);
  page.method = Method::kPost;
  EXPECT_EQ(answer(page).status, 405);
  for (const char* path : {"/v1/nothing", "/v1/chat/x", "/nothing", "/v1/../index.html"}) {
    HttpRequest call = request(Method::kGet, path);
    set(call, "accept", "text/html");
    EXPECT_EQ(answer(call).status, 404) << path;
    EXPECT_EQ(answer(call).content_type, "application/json") << path;
  }
}

TEST_F(RestTest, AnswersPreflightsOfAllowedPages) {
  HttpRequest call = request(Method::kOptions, "/v1/inbox");
  set(call, "origin", "https://app.example");
  const HttpAnswer got = answer(call);
  EXPECT_EQ(got.status, 204);
  EXPECT_THAT(got.headers,
              Contains(Pair("Access-Control-Allow-Headers", HasSubstr("Idempotency-Key"))));
  set(call, "origin", "https://evil.example");
  EXPECT_EQ(answer(call).status, 403);
}

TEST(RestAnswer, Says201OnlyForWhatIsNew) {
  protocol::Reply reply;
  reply.mutable_appended()->set_chat("c1");
  EXPECT_EQ(Rest::answer_of(Command::kSend, reply).status, 201);
  EXPECT_EQ(Rest::answer_of(Command::kCreate, reply).status, 201);
  EXPECT_EQ(Rest::answer_of(Command::kEdit, reply).status, 200);
  reply.mutable_appended()->set_duplicate(true);
  EXPECT_EQ(Rest::answer_of(Command::kSend, reply).status, 200);
  reply.mutable_failure()->set_code(static_cast<uint32_t>(protocol::ErrorCode::kKeyReused));
  EXPECT_EQ(Rest::answer_of(Command::kSend, reply).status, 409);
}

TEST(MatchPath, FillsNamesAndMindsEverySlash) {
  EXPECT_THAT(*match_path("/a/{x}/b/{y}", "/a/1/b/2%2F3"), ElementsAre("1", "2%2F3"));
  for (const char* path : {"/a/1/b", "/a/1/b/", "/a//b/2", "/a/1/c/2", "/a/1/b/2/", "a/1/b/2"})
    EXPECT_EQ(match_path("/a/{x}/b/{y}", path), std::nullopt) << path;
}

}  // namespace
}  // namespace chat::gateway
