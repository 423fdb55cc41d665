#include "connect/gateway/upgrade.h"

#include <gmock/gmock.h>

namespace chat::gateway {
namespace {

using testing::Contains;
using testing::Not;
using testing::Pair;

HttpRequest handshake() {
  HttpRequest request;
  request.path = "/v1/ws";
  request.headers = {{"host", "chat.example:8080"},
                     {"connection", "keep-alive, Upgrade"},
                     {"upgrade", "websocket"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return request;
}

void replace(HttpRequest& request, const std::string& name, std::vector<std::string> values) {
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  for (std::string& value : values) request.headers.emplace_back(name, std::move(value));
}

TEST(Upgrade, AnswersTheExampleOfTheRfc) {
  const HttpAnswer answer = answer_upgrade(handshake());
  EXPECT_EQ(answer.status, 101);
  EXPECT_THAT(answer.headers,
              Contains(Pair("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
  EXPECT_THAT(answer.headers, Not(Contains(Pair("Sec-WebSocket-Protocol", testing::_))));
}

TEST(Upgrade, SelectsTheSubprotocolWhereverItIsOffered) {
  HttpRequest request = handshake();
  replace(request, "sec-websocket-protocol", {"soap", "wamp, connect.v1.json"});
  EXPECT_THAT(answer_upgrade(request).headers,
              Contains(Pair("Sec-WebSocket-Protocol", "connect.v1.json")));
}

TEST(Upgrade, RefusesBrokenHandshakes) {
  const struct {
    const char* name;
    std::vector<std::string> values;
    int status;
  } kCases[] = {
      {"sec-websocket-version", {"12"}, 426},
      {"sec-websocket-version", {}, 426},
      {"sec-websocket-version", {"13", "13"}, 426},
      {"sec-websocket-key", {}, 400},
      {"sec-websocket-key", {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="}, 400},
      {"sec-websocket-key", {"short=="}, 400},
      {"sec-websocket-key", {"dGhlIHNhbXBsZSBub25jZQ=!"}, 400},
      {"sec-websocket-key", {"dGhl!HNhbXBsZSBub25jZQ=="}, 400},
      {"connection", {"keep-alive"}, 400},
  };
  for (const auto& each : kCases) {
    HttpRequest request = handshake();
    replace(request, each.name, each.values);
    const HttpAnswer answer = answer_upgrade(request);
    EXPECT_EQ(answer.status, each.status) << each.name;
    if (each.status == 426) {
      EXPECT_THAT(answer.headers, Contains(Pair("Sec-WebSocket-Version", "13")));
    }
  }
  HttpRequest post = handshake();
  post.method = Method::kPost;
  EXPECT_EQ(answer_upgrade(post).status, 405);
}

TEST(Origin, OnlyOwnAndListedPagesMaySpeak) {
  const std::vector<std::string> kAllowed = {"https://app.example", "http://localhost:5173"};
  const struct {
    std::vector<std::string> origin;
    const char* host;
    bool allowed;
  } kCases[] = {
      {{}, "chat.example", true},
      {{"https://app.example"}, "chat.example", true},
      {{"HTTPS://APP.example"}, "chat.example", true},
      {{"http://localhost:5173"}, "chat.example", true},
      {{"http://localhost:5174"}, "chat.example", false},
      {{"http://chat.example"}, "chat.example", true},
      {{"https://chat.example"}, "chat.example:443", true},
      {{"https://chat.example:8443"}, "chat.example:8443", true},
      {{"https://chat.example:8443"}, "chat.example", false},
      {{"https://evil.example"}, "chat.example", false},
      {{"https://chat.example.evil"}, "chat.example", false},
      {{"https://app.example", "https://app.example"}, "chat.example", false},
      {{"null"}, "chat.example", false},
      {{""}, "", false},
  };
  for (const auto& each : kCases) {
    HttpRequest request;
    replace(request, "host", {each.host});
    replace(request, "origin", each.origin);
    EXPECT_EQ(is_origin_allowed(request, kAllowed), each.allowed)
        << (each.origin.empty() ? "none" : each.origin[0]) << " at " << each.host;
  }
  HttpRequest foreign;
  replace(foreign, "origin", {"https://evil.example"});
  EXPECT_TRUE(is_origin_allowed(foreign, {"*"}));
}

TEST(Door, ATokenInTheUrlIsRefusedHoweverItIsSpelled) {
  for (const char* query : {"token=x", "a=1&access_token=x", "%74oken=x", "token"}) {
    HttpRequest request;
    request.query = query;
    const auto error = refused_at_the_door(request, {});
    ASSERT_TRUE(error) << query;
    EXPECT_EQ(error->code, protocol::ErrorCode::kFieldInvalid);
  }
  HttpRequest request;
  request.query = "tokens=1&x=token";
  EXPECT_FALSE(refused_at_the_door(request, {}));
}

TEST(Bearer, ReadsTheTokenAndNothingElse) {
  const std::pair<const char*, const char*> kCases[] = {
      {"Bearer abc", "abc"}, {"bearer  abc", "abc"}, {"Basic abc", ""}, {"Bearer", ""}, {"", ""}};
  for (const auto& [header, token] : kCases) {
    HttpRequest request;
    replace(request, "authorization", {header});
    EXPECT_EQ(bearer_token(request), token) << header;
  }
}

}  // namespace
}  // namespace chat::gateway
