#include "connect/gateway/session.h"

#include <gmock/gmock.h>

#include "connect/gateway/fakes_for_test.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

using protocol::CloseCode;
using protocol::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr int64_t kWallMs = 1'795'000'000'000;

class FakePort final : public SessionPort {
 public:
  void send_text(std::string_view text) override { texts.emplace_back(text); }
  void send_ping() override { ++pings; }
  void send_close(CloseCode code, std::string_view reason) override {
    closes.emplace_back(code, reason);
  }
  void run(protocol::Command command) override {
    commands.push_back(std::move(command));
    if (then) then(commands.back());
  }
  void read(protocol::ReadRequest request, uint64_t number) override {
    reads.emplace_back(std::move(request), number);
  }
  void announce(const protocol::UserId& user, const std::string& device) override {
    announced.push_back(user.value() + "@" + device);
  }
  std::string watch(const std::vector<protocol::UserId>&) override { return "{\"presence\":[]}"; }
  int64_t bus_ms() override { return kWallMs; }

  std::string last() const { return texts.empty() ? "" : texts.back(); }

  std::vector<std::string> texts;
  std::vector<std::pair<CloseCode, std::string>> closes;
  std::vector<protocol::Command> commands;
  std::vector<std::pair<protocol::ReadRequest, uint64_t>> reads;
  std::vector<std::string> announced;
  std::function<void(const protocol::Command&)> then;
  int pings = 0;
};

std::string key_text(int n, int64_t ms = kWallMs) {
  return protocol::Key::mint(ms, {0, static_cast<uint8_t>(n)}).text();
}

class SessionTest : public testing::Test {
 protected:
  explicit SessionTest(uint32_t sends_per_second = 20)
      : limiter_(sends_per_second), reads_(10 * sends_per_second) {}

  void say(const std::string& text) { session_.on_text(text, now_); }
  void enter(const std::string& user = "alice") {
    say(R"({"id":1,"hello":{"token":")" + user + R"(","device":"d"}})");
    session_.on_announced(base::ok(), now_);
    ASSERT_TRUE(session_.is_live());
    port_.texts.clear();
  }
  void send(int id, const std::string& chat, const std::string& key) {
    say("{\"id\":" + std::to_string(id) + R"(,"send":{"chat":")" + chat + R"(","key":")" + key +
        R"(","body":{"text":"hi"}}})");
  }
  void reply(uint64_t request) {
    protocol::Reply reply;
    reply.set_session(7);
    reply.set_request(request);
    reply.mutable_appended()->set_chat("c1");
    reply.mutable_appended()->set_id(4096);
    reply.mutable_appended()->set_seq(3);
    session_.on_reply(reply);
  }
  void pass_ms(int64_t ms) {
    now_.boot_ms += ms;
    now_.wall_ms += ms;
  }
  void expect_close(CloseCode code, bool carries_delay) {
    ASSERT_THAT(port_.closes, SizeIs(1));
    EXPECT_EQ(port_.closes[0].first, code);
    if (!carries_delay) return;
    const int64_t delay_ms = std::stoll(port_.closes[0].second);
    EXPECT_EQ(std::to_string(delay_ms), port_.closes[0].second);
    EXPECT_GE(delay_ms, 1000);
    EXPECT_LE(delay_ms, 2000);
  }

  FakeAuthenticator authenticator_;
  RateLimiter limiter_;
  RateLimiter reads_;
  base::SeededRandom random_{1};
  base::Metrics metrics_;
  Counters counters_{metrics_};
  SessionWorld world_{authenticator_, limiter_, reads_, random_, counters_, 2};
  FakePort port_;
  Moment now_{1'000'000, kWallMs};
  Session session_{world_, port_, 7, now_};
};

TEST_F(SessionTest, HelloIsAnsweredOnceItCounts) {
  say(R"({"id":9,"hello":{"token":"alice","device":"phone"}})");
  EXPECT_THAT(port_.announced, ElementsAre("alice@phone"));
  EXPECT_THAT(port_.texts, IsEmpty());
  EXPECT_FALSE(session_.takes_event(1, 1));
  session_.on_announced(base::ok(), now_);
  EXPECT_EQ(port_.last(),
            R"({"id":9,"ok":{"user":"alice","session":"2-7","time":1795000000000,"ping_ms":25000,)"
            R"("limits":{"message_bytes":65536,"text_bytes":16384,"sends_per_second":20,)"
            R"("page":200}}})");
  EXPECT_TRUE(session_.takes_event(1, 1));
}

TEST_F(SessionTest, WhatComesBehindHelloWaitsForItsReply) {
  say(R"({"id":1,"hello":{"token":"alice"}})");
  say(R"({"id":2,"sync":{"chats":{}}})");
  EXPECT_THAT(port_.reads, IsEmpty());
  session_.on_announced(base::ok(), now_);
  ASSERT_THAT(port_.reads, SizeIs(1));
  EXPECT_EQ(port_.reads[0].first.user(), "alice");
  session_.on_read(port_.reads[0].second, std::string("{}"));
  EXPECT_EQ(port_.last(), R"({"id":2,"ok":{}})");
}

TEST_F(SessionTest, WithoutHelloNothingIsDone) {
  send(5, "c1", key_text(1));
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":5,"error":{"code":"token_missing")"));
  EXPECT_THAT(port_.commands, IsEmpty());
  session_.on_tick(now_);
  EXPECT_THAT(port_.closes, IsEmpty());
  pass_ms(protocol::kHelloTimeoutMs);
  session_.on_tick(now_);
  expect_close(CloseCode::kNoHello, true);
}

TEST_F(SessionTest, ARefusedHelloGetsItsErrorThenTheDoor) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"token":"bad"})", "token_invalid"},
      {R"({"token":"expired"})", "token_expired"},
      {R"({})", "token_missing"},
  };
  for (const auto& [hello, code] : kCases) {
    FakePort port;
    Session session(world_, port, 8, now_);
    session.on_text("{\"id\":1,\"hello\":" + std::string(hello) + "}", now_);
    EXPECT_THAT(port.last(), HasSubstr(code));
    ASSERT_THAT(port.closes, SizeIs(1));
    EXPECT_EQ(port.closes[0].first, CloseCode::kTokenRefused);
    session.on_text(R"({"id":1,"hello":{"token":"alice"}})", now_);
    EXPECT_THAT(port.announced, IsEmpty());
  }
}

TEST_F(SessionTest, ATokenOfTheHandshakeNeedsNoOther) {
  session_.identify({protocol::UserId("alice"), kWallMs + 1000, "key"});
  say(R"({"id":1,"hello":{}})");
  EXPECT_THAT(port_.announced, ElementsAre("alice@"));
}

TEST_F(SessionTest, HelloAgainRenewsTheTokenOfTheSameUserOnly) {
  enter();
  pass_ms(59'000);
  session_.on_heard(now_);
  say(R"({"id":2,"hello":{"token":"alice"}})");
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":2,"ok":{"user":"alice")"));
  pass_ms(30'000);
  session_.on_heard(now_);
  session_.on_tick(now_);
  EXPECT_THAT(port_.closes, IsEmpty());
  say(R"({"id":3,"hello":{"token":"bob"}})");
  EXPECT_THAT(port_.last(), HasSubstr(R"("code":"forbidden")"));
  expect_close(CloseCode::kTokenRefused, false);
}

TEST_F(SessionTest, AnExpiredTokenAndAnUntrustedKeyEndTheSession) {
  enter();
  session_.on_keys_changed();
  EXPECT_THAT(port_.closes, IsEmpty());
  pass_ms(60'000);
  session_.on_heard(now_);
  session_.on_tick(now_);
  expect_close(CloseCode::kTokenExpired, true);
  FakePort port;
  Session other(world_, port, 8, now_);
  other.on_text(R"({"id":1,"hello":{"token":"alice"}})", now_);
  authenticator_.is_trusting = false;
  other.on_keys_changed();
  ASSERT_THAT(port.closes, SizeIs(1));
  EXPECT_EQ(port.closes[0].first, CloseCode::kTokenRevoked);
}

TEST_F(SessionTest, ReplacedAndBinaryCloseWithTheirCodes) {
  session_.on_replaced();
  expect_close(CloseCode::kReplaced, false);
  FakePort port;
  Session other(world_, port, 8, now_);
  other.on_binary();
  ASSERT_THAT(port.closes, SizeIs(1));
  EXPECT_EQ(port.closes[0].first, CloseCode::kUnsupportedData);
}

TEST_F(SessionTest, TextThatIsNoObjectIsAnsweredWithoutIdAndStays) {
  enter();
  for (const char* text : {"", "nonsense", "[1]", "{\"id\":1"}) {
    say(text);
    EXPECT_THAT(port_.last(), testing::StartsWith(R"({"error":{"code":"json_invalid")")) << text;
  }
  say(R"({"id":4,"fly":{}})");
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":4,"error":{"code":"unknown_operation")"));
  EXPECT_THAT(port_.closes, IsEmpty());
}

TEST_F(SessionTest, ACommandSaysWhoseItIsAndItsReplyFindsTheRequest) {
  enter();
  send(41, "c1", key_text(1));
  send(42, "c2", key_text(2));
  ASSERT_THAT(port_.commands, SizeIs(2));
  const protocol::Command& second = port_.commands[1];
  EXPECT_EQ(second.from(), "alice");
  EXPECT_EQ(second.origin().gateway(), 2u);
  EXPECT_EQ(second.origin().session(), 7u);
  EXPECT_EQ(second.origin().number(), 2u);
  EXPECT_EQ(session_.outstanding(), 2u);
  reply(second.origin().request());
  EXPECT_EQ(port_.last(), R"({"id":42,"ok":{"chat":"c1","id":4096,"seq":3,"duplicate":false}})");
  reply(second.origin().request());
  EXPECT_THAT(port_.texts, SizeIs(1));
  EXPECT_EQ(session_.outstanding(), 1u);
}

TEST_F(SessionTest, WithoutAnAnswerTheOutcomeIsUnknown) {
  enter();
  send(5, "c1", key_text(1));
  pass_ms(protocol::kRequestTimeoutMs);
  session_.on_tick(now_);
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":5,"error":{"code":"unavailable")"));
  EXPECT_EQ(session_.outstanding(), 0u);
}

TEST_F(SessionTest, TheRateIsTheUsersAndItsRefusalKeepsTheOrder) {
  enter();
  for (int i = 0; i < 20; ++i) send(i, "c1", key_text(i));
  EXPECT_THAT(port_.commands, SizeIs(20));
  send(30, "c1", key_text(30));
  EXPECT_THAT(port_.last(), HasSubstr(R"("code":"rate_limited")"));
  EXPECT_THAT(port_.last(), HasSubstr("20 sends a second per user"));
  EXPECT_THAT(port_.last(), HasSubstr(R"("retry_after_ms":50)"));
  pass_ms(49);
  send(31, "c1", key_text(31));
  EXPECT_THAT(port_.last(), HasSubstr(R"("code":"retry_in_order")"));
  pass_ms(1);
  send(32, "c1", key_text(30));
  EXPECT_THAT(port_.commands, SizeIs(21));
  pass_ms(50);
  send(33, "c1", key_text(31));
  EXPECT_THAT(port_.commands, SizeIs(22));
}

TEST_F(SessionTest, ARefusalHoldsItsOwnChatOnlyAndNotForEver) {
  enter();
  port_.then = [this](const protocol::Command& command) {
    session_.on_refused(command.origin().request(), {ErrorCode::kOverloaded, "full", "", 500},
                        now_);
  };
  send(1, "c1", key_text(1));
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":1,"error":{"code":"overloaded")"));
  port_.then = nullptr;
  send(2, "c1", key_text(2));
  EXPECT_THAT(port_.last(), HasSubstr("retry_in_order"));
  send(3, "c2", key_text(3));
  EXPECT_THAT(port_.commands, SizeIs(2));
  pass_ms(Holds::kHoldMs - 1);
  send(4, "c1", key_text(2));
  EXPECT_THAT(port_.last(), HasSubstr("retry_in_order"));
  EXPECT_THAT(port_.last(), HasSubstr(R"("retry_after_ms":1000)"));
  pass_ms(1);
  send(5, "c1", key_text(2));
  EXPECT_THAT(port_.commands, SizeIs(3));
}

// The user's other device used up the rate; both were written together, the second came later.
TEST_F(SessionTest, ALaterSendWaitsForARefusedOneHoweverLateItComes) {
  enter();
  limiter_.take("alice", 20, now_.boot_ms);
  send(1, "c1", key_text(1));
  EXPECT_THAT(port_.last(), HasSubstr("rate_limited"));
  pass_ms(100);
  send(2, "c1", key_text(2));
  EXPECT_THAT(port_.last(), HasSubstr("retry_in_order"));
  send(3, "c1", key_text(1));
  send(4, "c1", key_text(2));
  ASSERT_THAT(port_.commands, SizeIs(2));
  EXPECT_EQ(port_.commands[0].key(), protocol::Key::parse(key_text(1))->bytes());
}

TEST_F(SessionTest, OfTwoThatWereRefusedTheFirstComesFirst) {
  enter();
  send(1, "c1", key_text(1));
  send(2, "c1", key_text(2));
  for (const int place : {0, 1})
    session_.on_refused(port_.commands[place].origin().request(),
                        {ErrorCode::kOverloaded, "full", "", 500}, now_);
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":2,"error":{"code":"overloaded")"));
  send(3, "c1", key_text(2));
  EXPECT_THAT(port_.last(), HasSubstr("retry_in_order"));
  send(4, "c1", key_text(1));
  send(5, "c1", key_text(2));
  EXPECT_THAT(port_.commands, SizeIs(4));
}

TEST_F(SessionTest, ReadsHaveARateOfTheUserInWhichASyncCountsAsTen) {
  enter();
  EXPECT_EQ(reads_.take("alice", 180, now_.boot_ms), 0);  // on other sessions
  say(R"({"id":2,"sync":{"chats":{}}})");
  for (int i = 0; i < 10; ++i) say(R"({"id":3,"history":{"chat":"c1"}})");
  EXPECT_THAT(port_.reads, SizeIs(11));
  say(R"({"id":4,"history":{"chat":"c1"}})");
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":4,"error":{"code":"rate_limited")"));
  EXPECT_THAT(port_.last(), HasSubstr(R"("retry_after_ms":5)"));
  send(5, "c1", key_text(5));
  EXPECT_THAT(port_.commands, SizeIs(1));
  pass_ms(5);
  say(R"({"id":6,"sync":{"chats":{}}})");
  EXPECT_THAT(port_.last(), HasSubstr(R"("retry_after_ms":45)"));
  EXPECT_THAT(port_.reads, SizeIs(11));
}

TEST_F(SessionTest, AnOldKeyCostsASecondsWorth) {
  enter();
  send(1, "c1", key_text(1, kWallMs - protocol::kKeyCheapAgeMs - 1));
  EXPECT_THAT(port_.commands, SizeIs(1));
  send(2, "c1", key_text(2));
  EXPECT_THAT(port_.last(), HasSubstr("rate_limited"));
}

TEST_F(SessionTest, TypingIsNeverAnsweredAndHasItsOwnRate) {
  say(R"({"typing":{"chat":"c1"}})");
  EXPECT_THAT(port_.commands, IsEmpty());
  enter();
  for (int i = 0; i < 50; ++i) say(R"({"typing":{"chat":"c1"}})");
  EXPECT_THAT(port_.commands, SizeIs(5));
  EXPECT_THAT(port_.texts, IsEmpty());
}

TEST_F(SessionTest, PingsAndClosesWhenNothingComesBack) {
  enter();
  for (int i = 0; i < 2; ++i) {
    pass_ms(protocol::kPingMs);
    session_.on_tick(now_);
  }
  EXPECT_EQ(port_.pings, 2);
  session_.on_heard(now_);
  pass_ms(2 * protocol::kPingMs);
  authenticator_.is_trusting = true;
  say(R"({"id":2,"hello":{"token":"alice"}})");
  session_.on_tick(now_);
  EXPECT_THAT(port_.closes, IsEmpty());
  pass_ms(1);
  session_.on_tick(now_);
  expect_close(CloseCode::kTooSlow, true);
}

TEST_F(SessionTest, AFloodOfPingsIsAgainstTheRules) {
  int answered = 0;
  for (int i = 0; i < 100; ++i) answered += session_.on_ping(now_) ? 1 : 0;
  EXPECT_EQ(answered, 20);
  expect_close(CloseCode::kPolicy, false);
}

TEST_F(SessionTest, EveryTextCountsInTheRateWhateverItSays) {
  const std::string kTexts[] = {R"({"id":5,"hello":{"token":"alice"}})", "nonsense",
                                R"({"id":5,"fly":{}})", R"({"id":5,"watch":{"users":[]}})"};
  for (const std::string& text : kTexts) {
    FakePort port;
    Session session(world_, port, 8, now_);
    session.on_text(R"({"id":1,"hello":{"token":"alice"}})", now_);
    session.on_announced(base::ok(), now_);
    for (int i = 0; i < 199; ++i) session.on_text(text, now_);
    EXPECT_THAT(port.last(), Not(HasSubstr("rate_limited"))) << text;
    session.on_text(text, now_);
    EXPECT_THAT(port.last(), HasSubstr(R"("code":"rate_limited")")) << text;
    EXPECT_THAT(port.last(), HasSubstr(R"("retry_after_ms":5)")) << text;
    EXPECT_EQ(port.last().starts_with(R"({"id":5,)"), text.starts_with("{")) << text;
    for (int i = 0; i < 1'999; ++i) session.on_text(text, now_);
    EXPECT_THAT(port.closes, IsEmpty()) << text;
    session.on_text(text, now_);
    ASSERT_THAT(port.closes, SizeIs(1)) << text;
    EXPECT_EQ(port.closes[0].first, CloseCode::kPolicy);
  }
}

TEST_F(SessionTest, WhatAFloodLosesIsNotOvertaken) {
  enter();
  for (int i = 0; i < 199; ++i) say("nonsense");
  send(5, "c1", key_text(1));
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":5,"error":{"code":"rate_limited")"));
  pass_ms(4);
  for (int i = 0; i < 10; ++i) say("nonsense");
  pass_ms(1);
  send(6, "c1", key_text(2));
  EXPECT_THAT(port_.commands, IsEmpty());
  pass_ms(1'000);
  send(7, "c1", key_text(1));
  send(8, "c1", key_text(2));
  EXPECT_THAT(port_.commands, SizeIs(2));
}

TEST_F(SessionTest, AnEventIsPushedOnceAndInOrder) {
  enter();
  EXPECT_TRUE(session_.takes_event(1, 5));
  EXPECT_FALSE(session_.takes_event(1, 5));
  EXPECT_FALSE(session_.takes_event(1, 4));
  EXPECT_TRUE(session_.takes_event(2, 4));
  EXPECT_TRUE(session_.takes_event(1, 6));
}

TEST_F(SessionTest, ADrainingServerSaysSoAndRefuses) {
  enter();
  send(1, "c1", key_text(1));
  session_.on_drain(700);
  EXPECT_EQ(port_.last(), R"({"reconnect":{"after_ms":700}})");
  send(2, "c1", key_text(2));
  EXPECT_THAT(port_.last(), HasSubstr(R"("code":"unavailable")"));
  EXPECT_EQ(session_.outstanding(), 1u);
  reply(port_.commands[0].origin().request());
  EXPECT_THAT(port_.last(), HasSubstr(R"({"id":1,"ok":)"));
}

class UnlimitedSessionTest : public SessionTest {
 protected:
  UnlimitedSessionTest() : SessionTest(0) {}
};

TEST_F(UnlimitedSessionTest, OutstandingRequestsAreBounded) {
  enter();
  for (int i = 0; i < 256; ++i) send(i, "c1", key_text(i % 200));
  EXPECT_THAT(port_.texts, IsEmpty());
  send(256, "c1", key_text(201));
  EXPECT_THAT(port_.last(), HasSubstr(R"("code":"overloaded")"));
  EXPECT_THAT(port_.commands, SizeIs(256));
}

}  // namespace
}  // namespace chat::gateway
