#include "connect/bus/embedded_session_registry.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>

namespace chat::bus {
namespace {

using protocol::UserId;
using testing::ElementsAre;
using testing::IsEmpty;

class Ear final : public SessionListener {
 public:
  void on_presence(const UserId& user, const Presence& presence) override {
    heard.push_back(user.value() + (presence.online ? " online" : " offline") + " " +
                    std::to_string(presence.last_seen_ms));
  }
  void on_replaced(uint64_t session) override {
    heard.push_back("replaced " + std::to_string(session));
  }
  std::vector<std::string> heard;
};

Session session(const char* user, uint32_t gateway, uint64_t number, const char* device = "") {
  return {UserId(user), device, gateway, number};
}

class EmbeddedSessionRegistryTest : public testing::Test {
 protected:
  void announce(const Session& session) {
    int calls = 0;
    registry_.announce(session, [&calls](const base::Status& status) {
      EXPECT_TRUE(status);
      ++calls;
    });
    EXPECT_EQ(calls, 1);
  }
  EmbeddedSessionRegistry registry_;
};

TEST_F(EmbeddedSessionRegistryTest, KnowsTheGatewaysOfAUser) {
  EXPECT_THAT(registry_.gateways_of(UserId("ann")), IsEmpty());
  announce(session("ann", 3, 1));
  announce(session("ann", 1, 1));
  announce(session("ann", 3, 2));
  announce(session("bob", 2, 1));
  EXPECT_THAT(registry_.gateways_of(UserId("ann")), ElementsAre(1, 3));
  EXPECT_EQ(registry_.users_online(), 2u);
  registry_.withdraw(session("ann", 1, 1), 10);
  EXPECT_THAT(registry_.gateways_of(UserId("ann")), ElementsAre(3));
  std::set<std::string> seen;
  registry_.for_each_user([&seen](const UserId& user, const std::vector<uint32_t>& gateways) {
    seen.insert(user.value() + std::to_string(gateways.size()));
  });
  EXPECT_EQ(seen, (std::set<std::string>{"ann1", "bob1"}));
}

TEST_F(EmbeddedSessionRegistryTest, PresenceChangesWithTheFirstAndTheLastSession) {
  Ear ear;
  registry_.listen(0, &ear);
  announce(session("ann", 0, 1));
  announce(session("ann", 1, 1));
  registry_.withdraw(session("ann", 0, 1), 50);
  registry_.withdraw(session("ann", 0, 1), 55);  // twice: nothing
  EXPECT_TRUE(registry_.presence_of(UserId("ann")).online);
  registry_.withdraw(session("ann", 1, 1), 60);
  EXPECT_FALSE(registry_.presence_of(UserId("ann")).online);
  EXPECT_EQ(registry_.presence_of(UserId("ann")).last_seen_ms, 60);
  EXPECT_EQ(registry_.users_online(), 0u);
  EXPECT_THAT(ear.heard, ElementsAre("ann online 0", "ann offline 60"));
  registry_.listen(0, nullptr);
  announce(session("ann", 0, 2));
  EXPECT_EQ(ear.heard.size(), 2u);
}

TEST_F(EmbeddedSessionRegistryTest, ANewSessionOfADeviceReplacesTheOldOneAtItsGateway) {
  Ear old_gateway;
  Ear new_gateway;
  announce(session("ann", 0, 7, "phone"));
  announce(session("ann", 0, 8, "laptop"));
  announce(session("bob", 0, 9, "phone"));
  registry_.listen(0, &old_gateway);
  registry_.listen(1, &new_gateway);
  announce(session("ann", 1, 1, "phone"));
  EXPECT_THAT(old_gateway.heard, ElementsAre("replaced 7"));
  EXPECT_THAT(new_gateway.heard, IsEmpty());
  registry_.withdraw(session("ann", 0, 7, "phone"), 10);  // its own end comes late
  EXPECT_THAT(registry_.gateways_of(UserId("ann")), ElementsAre(0, 1));
}

TEST_F(EmbeddedSessionRegistryTest, AnnouncingTheSameSessionAgainChangesNothing) {
  Ear ear;
  registry_.listen(0, &ear);
  announce(session("ann", 0, 7, "phone"));
  announce(session("ann", 0, 7, "phone"));
  EXPECT_THAT(ear.heard, ElementsAre("ann online 0"));
  registry_.withdraw(session("ann", 0, 7, "phone"), 10);
  EXPECT_EQ(registry_.users_online(), 0u);
}

TEST_F(EmbeddedSessionRegistryTest, TheVersionMovesWithEveryChange) {
  const uint64_t before = registry_.version();
  announce(session("ann", 0, 1));
  const uint64_t announced = registry_.version();
  EXPECT_NE(announced, before);
  registry_.withdraw(session("ann", 0, 1), 10);
  EXPECT_NE(registry_.version(), announced);
}

TEST(EmbeddedSessionRegistry, ForgetsWhoLeftLongestAgo) {
  EmbeddedSessionRegistry registry(16);  // one a shard
  const auto visit = [&registry](const std::string& user, int64_t ms) {
    const Session visitor{UserId(user), "", 0, 1};
    registry.announce(visitor, [](const base::Status&) {});
    registry.withdraw(visitor, ms);
  };
  visit("first", 1);
  for (int i = 0; i < 1000; ++i) visit("u" + std::to_string(i), 2 + i);
  EXPECT_EQ(registry.presence_of(UserId("first")).last_seen_ms, 0);
  EXPECT_EQ(registry.presence_of(UserId("u999")).last_seen_ms, 1001);
}

TEST(EmbeddedSessionRegistry, ManyThreadsEndWithNobodyOnline) {
  EmbeddedSessionRegistry registry;
  {
    std::vector<std::jthread> gateways;
    for (uint32_t gateway = 0; gateway < 4; ++gateway)
      gateways.emplace_back([&registry, gateway] {
        for (uint64_t number = 1; number <= 2000; ++number) {
          const Session visitor{UserId("u" + std::to_string(number % 7)), "", gateway, number};
          registry.announce(visitor, [](const base::Status&) {});
          EXPECT_FALSE(registry.gateways_of(visitor.user).empty());
          registry.withdraw(visitor, 1);
        }
      });
  }
  EXPECT_EQ(registry.users_online(), 0u);
}

}  // namespace
}  // namespace chat::bus
