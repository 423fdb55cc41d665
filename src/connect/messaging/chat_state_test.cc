#include "connect/messaging/chat_state.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "connect/base/random.h"
#include "connect/messaging/commands_for_test.h"
#include "connect/messaging/decide.h"
#include "connect/messaging/fake_persistence.h"

namespace chat::messaging {
namespace {

using namespace testing;  // NOLINT: the commands
using protocol::Command;
using protocol::Event;
using protocol::EventId;

// Random commands of a few users on one chat, most of them sensible.
class RandomCommands {
 public:
  explicit RandomCommands(uint64_t seed) : random_(seed) {}

  Command next(const std::vector<Event>& log, uint64_t key) {
    const std::string user = name();
    switch (random_.next() % 11) {
      case 0: return invite(user, key, {name(), name()}, role());
      case 1: return remove(user, key, name());
      case 2: return leave(user, key);
      case 3: return join(user, key);
      case 4: return set_role(user, key, name(), role());
      case 5: return update(user, key, std::to_string(key));
      case 6: return edit(user, key, target(log), std::to_string(key));
      case 7: return random_.next() % 3 == 0 ? erase(user, key, target(log)) : send(user, key);
      case 8: return react(user, key, target(log), std::to_string(random_.next() % 3));
      case 9: return react(user, key, target(log), std::to_string(random_.next() % 3), false);
      default: return send(user, key, std::to_string(key));
    }
  }

 private:
  std::string name() { return "user" + std::to_string(random_.next() % 5); }
  protocol::Role role() { return static_cast<protocol::Role>(random_.next() % 4); }
  uint64_t target(const std::vector<Event>& log) {
    return log.empty() ? 1 : log[random_.next() % log.size()].id();
  }
  base::SeededRandom random_;
};

std::string text_of(const protocol::MemberItem& item) { return item.SerializeAsString(); }

void expect_same(const ChatState& applied, const ChatState& loaded) {
  ASSERT_EQ(applied.tail(), loaded.tail());
  ASSERT_EQ(applied.chat().SerializeAsString(), loaded.chat().SerializeAsString());
  ASSERT_EQ(applied.owners(), loaded.owners());
  ASSERT_EQ(applied.members().size(), loaded.members().size());
  for (const auto& [user, item] : applied.members()) {
    ASSERT_NE(loaded.member(user), nullptr);
    ASSERT_EQ(text_of(item), text_of(*loaded.member(user)));
  }
  ASSERT_EQ(applied.weight(), loaded.weight());
  ASSERT_EQ(applied.keys().size(), loaded.keys().size());
  for (size_t i = 0; i < applied.keys().size(); ++i) {
    const KeyEntry& one = applied.keys().at(i);
    const KeyEntry& other = loaded.keys().at(i);
    ASSERT_EQ(one.id, other.id);
    ASSERT_EQ(one.key, other.key);
    ASSERT_EQ(one.digest, other.digest);
    ASSERT_EQ(one.gone, other.gone);
    ASSERT_EQ(one.nth, other.nth);
  }
}

// What was read of the target, as decide takes it.
struct Aim {
  Aim(const FakePersistence& db, const Command& command) {
    const auto id = target_of(command);
    if (!id) return;
    loaded = db.target_now("c", *id, command.from());
    target.event = loaded.event ? &*loaded.event : nullptr;
    target.overlay = loaded.overlay ? &*loaded.overlay : nullptr;
    target.reaction = loaded.reaction ? &*loaded.reaction : nullptr;
  }
  persistence::LoadedTarget loaded;
  Target target;
};

TEST(ChatState, ApplyingShowsWhatAReloadShows) {
  uint64_t events = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    FakePersistence db;
    RandomCommands commands(seed);
    ChatState state;
    Command first = create("user0", 1, {"user1", "user2"});
    first.mutable_create()->set_joinable(seed % 2 == 0);
    if (seed % 3 == 0) first.mutable_create()->set_visibility(protocol::VISIBILITY_FULL);
    for (uint64_t key = 1; key <= 300; ++key) {
      const Command made = key == 1 ? first : commands.next(db.log("c"), key);
      const Aim aim(db, made);
      Decision decision = decide(state, {&aim.target, nullptr}, made, kNow);
      auto* appending = std::get_if<Appending>(&decision);
      if (appending == nullptr) continue;
      ASSERT_EQ(
          db.append_now(
              {protocol::ChatId("c"), state.tail().id, {appending->event}, appending->projections}),
          store::AppendResult::kDone);
      state.apply(appending->event);
      expect_same(state, ChatState(db.load_now("c", 1000)));
      if (HasFatalFailure()) FAIL() << "seed " << seed << " key " << key;
    }
    events += state.tail().seq.value();
  }
  EXPECT_GT(events, 1000u);
}

TEST(ChatState, MembershipVersionMovesWithWhoIsIn) {
  ChatState state;
  const auto run = [&state](const Command& command) {
    Decision decision = decide(state, {}, command, kNow);
    state.apply(std::get<Appending>(decision).event);
    return state.membership_version();
  };
  const uint64_t created = run(create("alice", 1, {"bob"}));
  EXPECT_EQ(run(send("bob", 2)), created);
  EXPECT_EQ(run(set_role("alice", 3, "bob", protocol::ROLE_ADMIN)), created);
  EXPECT_GT(run(leave("bob", 4)), created);
}

TEST(ChatState, EveryStayOfAMemberWeighs) {
  ChatState state;
  const auto run = [&state](const Command& command) {
    Decision decision = decide(state, {}, command, kNow);
    state.apply(std::get<Appending>(decision).event);
    return state.weight() - ChatState::kChatWeight - state.keys().size();
  };
  EXPECT_EQ(run(create("alice", 1, {"bob"})), 4u);
  EXPECT_EQ(run(remove("alice", 2, "bob")), 4u);
  EXPECT_EQ(run(invite("alice", 3, {"bob"})), 5u);
}

TEST(ChatState, APartlyLoadedLogIsNotTakenForTheWhole) {
  FakePersistence db;
  ChatState state;
  for (uint64_t key = 1; key <= 20; ++key) {
    Decision decision =
        decide(state, {}, key == 1 ? create("alice", 1, {"bob"}) : send("bob", key), kNow);
    auto& appending = std::get<Appending>(decision);
    ASSERT_EQ(
        db.append_now(
            {protocol::ChatId("c"), state.tail().id, {appending.event}, appending.projections}),
        store::AppendResult::kDone);
    state.apply(appending.event);
  }
  const ChatState partly(db.load_now("c", 5));
  EXPECT_EQ(partly.tail(), state.tail());
  EXPECT_EQ(partly.keys().covers_from(), EventId(db.log("c")[15].id()));
  EXPECT_TRUE(std::holds_alternative<NeedsLog>(decide(partly, {}, send("bob", 3), kNow)));
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(decide(state, {}, send("bob", 3), kNow)));
}

}  // namespace
}  // namespace chat::messaging
