#include "connect/client/core.h"

#include <gtest/gtest.h>

#include "connect/client/decode.h"

namespace chat::client {
namespace {

constexpr int64_t kServerMs = 1'795'000'000'000;

// A core and what it did, with time moved by hand.
struct Desk {
  base::SeededRandom random{1};
  Time now{.boot_ms = 1000, .wall_ms = kServerMs + 86'400'000};
  Core core;
  std::vector<Effect> effects;

  explicit Desk(bool can_fetch_token = false)
      : core({.token = "t", .device = "d", .can_fetch_token = can_fetch_token, .chats = false},
             random) {}

  void take() {
    for (Effect& effect : core.take_effects()) effects.push_back(std::move(effect));
  }
  template <typename E>
  std::vector<E> all() {
    take();
    std::vector<E> found;
    for (const Effect& effect : effects)
      if (const E* one = std::get_if<E>(&effect)) found.push_back(*one);
    effects.clear();
    return found;
  }
  std::vector<Json> writes() {
    texts.clear();
    std::vector<Json> found;
    for (const WriteText& write : all<WriteText>()) {
      texts.push_back(write.text);
      found.push_back(std::move(protocol::json::parse(texts.back()).value()));
    }
    return found;
  }
  void online() {
    core.start(now);
    if (core.status() == Status::kWaiting) core.wake(now);
    core.connected(now);
    const uint64_t id = number_of(writes().back(), "id");
    core.text(now, "{\"id\":" + std::to_string(id) + ",\"ok\":{\"user\":\"me\",\"time\":" +
                       std::to_string(kServerMs) + ",\"ping_ms\":25000,\"limits\":{}}}");
  }
  void again() {
    now.boot_ms += 100'000;
    core.wake(now);
    ASSERT_EQ(core.status(), Status::kConnecting);
    online();
  }
  OperationId send(const char* chat = "c") {
    return *core.operate(
        now, {.name = "send", .chat = ChatId(chat), .fields = "\"body\":{\"text\":\"hi\"}"});
  }
  void refuse(const Json& request, const char* code, int64_t after = 0) {
    core.text(now, "{\"id\":" + std::to_string(number_of(request, "id")) +
                       ",\"error\":{\"code\":\"" + code +
                       "\",\"message\":\"\",\"retry_after_ms\":" + std::to_string(after) + "}}");
  }
  void accept(const Json& request) {
    core.text(now, "{\"id\":" + std::to_string(number_of(request, "id")) +
                       ",\"ok\":{\"chat\":\"c\",\"id\":4096,\"seq\":2,\"duplicate\":false}}");
  }
  std::deque<std::string> texts;
};

std::string key_of(const Json& request) { return string_of(*request.find("send"), "key"); }

TEST(Core, KeysFollowTheServersClock) {
  Desk desk;
  desk.online();
  desk.now.boot_ms += 5000;
  desk.send();
  const auto writes = desk.writes();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(Key::parse(key_of(writes[0]))->ms(), kServerMs + 5000);
}

TEST(Core, ResendsWithTheSameKeyOneAtFirstThenMore) {
  Desk desk;
  desk.online();
  desk.send();
  desk.accept(desk.writes().at(0));
  for (int i = 0; i < 3; ++i) desk.send();
  const auto before = desk.writes();
  ASSERT_EQ(before.size(), 3u);
  std::vector<std::string> keys;
  for (const Json& request : before) keys.push_back(key_of(request));
  desk.core.closed(desk.now, 1006, "");
  desk.again();
  const auto first = desk.writes();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(key_of(first[0]), keys[0]);
  desk.accept(first[0]);
  const auto rest = desk.writes();
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(key_of(rest[0]), keys[1]);
  EXPECT_EQ(key_of(rest[1]), keys[2]);
}

TEST(Core, WhatIsPutOffHoldsItsChatAndNoOther) {
  Desk desk;
  desk.online();
  desk.send("a");
  const auto first = desk.writes();
  desk.refuse(first.at(0), "overloaded", 500);
  desk.send("a");
  desk.send("b");
  const auto other = desk.writes();
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(string_of(*other[0].find("send"), "chat"), "b");
  desk.accept(other[0]);
  desk.now.boot_ms += 1000;
  desk.core.wake(desk.now);
  const auto later = desk.writes();
  ASSERT_FALSE(later.empty());
  EXPECT_EQ(key_of(later[0]), key_of(first[0]));
}

TEST(Core, NothingPassesWhatWillBeRefusedInOrder) {
  Desk desk;
  desk.online();
  desk.send();
  desk.accept(desk.writes().at(0));
  desk.send();
  desk.send();
  const auto two = desk.writes();
  desk.refuse(two.at(0), "unavailable");
  desk.now.boot_ms += 1000;
  desk.core.wake(desk.now);
  const auto resent = desk.writes();
  ASSERT_EQ(resent.size(), 0u) << "one at a time after a refusal";
  desk.refuse(two.at(1), "retry_in_order");
  desk.send();
  EXPECT_EQ(key_of(desk.writes().at(0)), key_of(two[0]));
}

struct Refusal {
  const char* code;
  bool final;
};

TEST(Core, RefusalsByCode) {
  const Refusal cases[] = {{"overloaded", false},   {"unavailable", false}, {"rate_limited", false},
                           {"internal", false},     {"forbidden", true},    {"not_found", true},
                           {"too_large", true},     {"key_reused", true},   {"field_invalid", true},
                           {"key_in_future", false}};
  for (const Refusal& refusal : cases) {
    SCOPED_TRACE(refusal.code);
    Desk desk;
    desk.online();
    const OperationId id = desk.send();
    desk.refuse(desk.writes().at(0), refusal.code);
    const auto failed = desk.all<OperationFailed>();
    EXPECT_EQ(failed.size(), refusal.final ? 1u : 0u);
    EXPECT_TRUE(failed.empty() || failed[0].operation == id);
    EXPECT_EQ(desk.core.outbox().operations().size(), refusal.final ? 0u : 1u);
  }
}

TEST(Core, ARefusedOperationComesWithItsText) {
  Desk desk;
  desk.online();
  desk.core.operate(desk.now, {.name = "send", .chat = ChatId("c"), .text = "typed"});
  desk.refuse(desk.writes().at(0), "forbidden");
  EXPECT_EQ(desk.all<OperationFailed>().at(0).text, "typed");
}

TEST(Core, AnUnknownOutcomeIsLookedUpInTheLog) {
  Desk desk;
  desk.online();
  const OperationId id = desk.send();
  const auto sent = desk.writes();
  const std::string key = key_of(sent.at(0));
  desk.refuse(sent[0], "sync_required");
  const auto lookup = desk.writes();
  ASSERT_TRUE(lookup.at(0).find("events"));
  desk.core.text(
      desk.now,
      "{\"id\":" + std::to_string(number_of(lookup[0], "id")) +
          ",\"ok\":{\"events\":[{\"chat\":\"c\",\"id\":8192,\"seq\":4,\"kind\":\"message\","
          "\"from\":\"me\",\"key\":\"" +
          key + "\"}],\"complete\":true}}");
  const auto stored = desk.all<OperationStored>();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].operation, id);
  EXPECT_EQ(stored[0].appended.seq, Seq(4));
}

TEST(Core, WhatIsNotInTheLogGoesOutWithANewKey) {
  Desk desk;
  desk.online();
  desk.send();
  const auto sent = desk.writes();
  const std::string key = key_of(sent.at(0));
  desk.refuse(sent[0], "sync_required");
  const uint64_t lookup = number_of(desk.writes().at(0), "id");
  desk.now.boot_ms += 1000;
  desk.core.text(
      desk.now, "{\"id\":" + std::to_string(lookup) + ",\"ok\":{\"events\":[],\"complete\":true}}");
  const auto again = desk.writes();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_NE(key_of(again[0]), key);
}

TEST(Core, ARefusedTokenIsFetchedOnceAndThenFinal) {
  Desk desk(true);
  desk.core.start(desk.now);
  desk.core.connected(desk.now);
  desk.refuse(desk.writes().at(0), "token_expired");
  EXPECT_EQ(desk.all<FetchToken>().size(), 1u);
  desk.core.set_token(desk.now, "t2");
  ASSERT_EQ(desk.core.status(), Status::kConnecting);
  desk.core.connected(desk.now);
  desk.refuse(desk.writes().at(0), "token_expired");
  EXPECT_TRUE(desk.all<FetchToken>().empty());
  EXPECT_EQ(desk.core.status(), Status::kStopped);
}

TEST(Core, SaysWhyThereIsNoConnection) {
  Desk away;
  away.core.start(away.now);
  away.core.closed(away.now, 1006, "h:1: Connection refused");
  EXPECT_EQ(away.core.status(), Status::kWaiting);
  EXPECT_EQ(away.all<StatusChanged>().back().why, "h:1: Connection refused");

  Desk full;
  full.core.start(full.now);
  full.core.closed(full.now, 4408, "2500");
  EXPECT_EQ(full.all<StatusChanged>().back().why, "closed with 4408");

  Desk strange;
  strange.core.start(strange.now);
  strange.core.closed(strange.now, 1015, "h:1: the certificate is not trusted");
  EXPECT_EQ(strange.core.status(), Status::kStopped);
  EXPECT_EQ(strange.all<StatusChanged>().back().why, "h:1: the certificate is not trusted");
}

TEST(Core, LeavesAServerThatIsSilentOrSaysGoodbye) {
  Desk silent;
  silent.online();
  silent.now.boot_ms += 75'000;
  silent.core.wake(silent.now);
  EXPECT_EQ(silent.all<CloseConnection>().size(), 1u);
  EXPECT_EQ(silent.core.status(), Status::kWaiting);

  Desk leaving;
  leaving.online();
  leaving.core.text(leaving.now, "{\"reconnect\":{\"after_ms\":2000}}");
  const std::optional<int64_t> at = leaving.core.wake_at();
  ASSERT_TRUE(at);
  EXPECT_GE(*at, leaving.now.boot_ms + 2000);
  leaving.now.boot_ms = *at;
  leaving.core.wake(leaving.now);
  EXPECT_EQ(leaving.core.status(), Status::kConnecting);
}

TEST(Core, AnUnansweredRequestEndsTheConnectionAndKeepsTheOperation) {
  Desk desk;
  desk.online();
  desk.send();
  desk.now.boot_ms += Core::kAnswerTimeoutMs;
  desk.core.wake(desk.now);
  EXPECT_EQ(desk.core.status(), Status::kWaiting);
  EXPECT_EQ(desk.core.outbox().operations().size(), 1u);
}

TEST(Core, TheOutboxIsBounded) {
  Desk desk;
  for (size_t i = 0; i < Outbox::kOperationsMax; ++i) desk.send();
  EXPECT_FALSE(desk.core.operate(desk.now, {.name = "send", .chat = ChatId("c")}));
}

TEST(Core, SendsAtTheRateThatTheServerAllows) {
  Desk desk;
  desk.core.start(desk.now);
  desk.core.connected(desk.now);
  (void)desk.writes();
  desk.core.text(
      desk.now,
      "{\"id\":1,\"ok\":{\"user\":\"me\",\"time\":1,\"limits\":{\"sends_per_second\":2}}}");
  for (int i = 0; i < 4; ++i) desk.send();
  desk.accept(desk.writes().at(0));
  EXPECT_EQ(desk.writes().size(), 1u);
  desk.now.boot_ms += 1000;
  desk.core.wake(desk.now);
  EXPECT_EQ(desk.writes().size(), 2u);
}

}  // namespace
}  // namespace chat::client
