#include "connect/messaging/decide.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "connect/messaging/commands_for_test.h"
#include "connect/messaging/fake_persistence.h"
#include "connect/messaging/view.h"

namespace chat::messaging {
namespace {

using namespace testing;  // NOLINT: the commands
using protocol::ErrorCode;
using protocol::Event;
using protocol::EventId;
using store::Table;

// A chat whose commands are decided and, when accepted, stored and applied at once.
class Script {
 public:
  Decision decide_only(const protocol::Command& command, int64_t ms = kNow) {
    persistence::LoadedTarget loaded;
    Target target;
    Inputs inputs;
    if (const auto id = target_of(command)) {
      loaded = db.target_now("c", *id, command.from());
      if (loaded.event) target.event = &*loaded.event;
      if (loaded.overlay) target.overlay = &*loaded.overlay;
      if (loaded.reaction) target.reaction = &*loaded.reaction;
      inputs.target = &target;
    }
    return decide(state, inputs, command, ms);
  }

  // The event that was appended; its id is 0 when none was.
  Event run(const protocol::Command& command, int64_t ms = kNow) {
    last = decide_only(command, ms);
    auto* appending = std::get_if<Appending>(&last);
    if (appending == nullptr) return {};
    store::Append append{
        protocol::ChatId("c"), state.tail().id, {appending->event}, appending->projections};
    EXPECT_EQ(db.append_now(append), store::AppendResult::kDone);
    state.apply(appending->event);
    return appending->event;
  }

  // "ok", "stored", "needs log" or the code of the refusal.
  std::string outcome(const protocol::Command& command, int64_t ms = kNow) {
    run(command, ms);
    if (std::holds_alternative<Appending>(last)) return "ok";
    if (std::holds_alternative<AlreadyStored>(last)) return "stored";
    if (std::holds_alternative<NeedsLog>(last)) return "needs log";
    if (std::holds_alternative<NeedsTarget>(last)) return "needs target";
    return std::string(protocol::name_of(std::get<Refused>(last).error.code));
  }

  ChatState state;
  FakePersistence db;
  Decision last = AlreadyStored{};
};

// alice owns, adam is admin, bob and carl are members, eve was removed, zoe was never in.
class DecideTest : public ::testing::Test {
 protected:
  void SetUp() override {
    chat.run(create("alice", 1, {"bob", "carl", "adam", "eve"}));
    chat.run(set_role("alice", 2, "adam", protocol::ROLE_ADMIN));
    by_bob = chat.run(send("bob", 3)).id();
    by_alice = chat.run(send("alice", 4)).id();
    chat.run(remove("alice", 5, "eve"));
  }
  Script chat;
  uint64_t by_bob = 0, by_alice = 0;
};

TEST_F(DecideTest, EventsStandDenseAndRising) {
  const Event one = chat.run(send("bob", 10));
  const Event two = chat.run(send("bob", 11));
  EXPECT_EQ(one.seq(), 6u);
  EXPECT_EQ(two.seq(), 7u);
  EXPECT_EQ(two.id(), one.id() + 1);
  EXPECT_EQ(two.nth(), 4u);
  // A clock that steps back is held; the next millisecond restarts the counter.
  EXPECT_EQ(chat.run(send("bob", 12), kNow - 5000).id(), two.id() + 1);
  EXPECT_EQ(chat.run(send("bob", 13), kNow + 1).id(), EventId::first_of_ms(kNow + 1).value());
}

TEST_F(DecideTest, ATailAheadOfTheClockRefusesNobody) {
  const int64_t ahead = kNow + 2 * protocol::kKeyAgeMaxMs;
  const Event held = chat.run(send("bob", 10, "hi", ahead), ahead);
  EXPECT_EQ(chat.run(send("bob", 11)).id(), held.id() + 1);
  EXPECT_EQ(chat.outcome(send("zoe", 12)), "not_found");
  const int64_t old = kNow - protocol::kKeyAgeMaxMs;
  EXPECT_EQ(chat.outcome(send("bob", 13, "hi", old - 1)), "key_expired");
  EXPECT_EQ(chat.outcome(send("bob", 14, "hi", old)), "ok");
}

TEST_F(DecideTest, RolesDecideWhoMayWhat) {
  struct Case {
    protocol::Command command;
    std::string outcome;
  };
  const std::vector<Case> cases = {
      {send("zoe", 20), "not_found"},
      {send("eve", 20), "not_found"},
      {invite("bob", 20, {"zoe"}), "forbidden"},
      {invite("adam", 20, {"zoe"}, protocol::ROLE_ADMIN), "forbidden"},
      {set_role("adam", 20, "bob", protocol::ROLE_ADMIN), "forbidden"},
      {set_role("alice", 20, "zoe", protocol::ROLE_ADMIN), "not_found"},
      {set_role("alice", 20, "eve", protocol::ROLE_ADMIN), "not_found"},
      {set_role("alice", 20, "bob", protocol::ROLE_NONE), "field_invalid"},
      {set_role("alice", 20, "alice", protocol::ROLE_MEMBER), "conflict"},
      {leave("alice", 20), "conflict"},
      {remove("alice", 20, "alice"), "conflict"},
      {remove("adam", 20, "alice"), "forbidden"},
      {remove("bob", 20, "carl"), "forbidden"},
      {remove("alice", 20, "zoe"), "not_found"},
      {remove("alice", 20, "eve"), "ok"},  // changes nothing, stores its key
      {update("bob", 21, "title"), "forbidden"},
      {update("adam", 21, "title"), "ok"},
      {join("zoe", 22), "not_found"},
      {join("eve", 22), "forbidden"},
      {join("bob", 22), "ok"},
      {invite("adam", 23, {"zoe", "bob"}), "ok"},
      {invite("adam", 24, {"zoe"}, protocol::ROLE_ADMIN), "forbidden"},
      {invite("alice", 25, {"zoe"}, protocol::ROLE_ADMIN), "ok"},
      {remove("adam", 26, "zoe"), "forbidden"},
      {remove("adam", 27, "carl"), "ok"},
      {remove("bob", 28, "bob"), "ok"},
      {leave("bob", 29), "not_found"},
      {set_role("alice", 30, "adam", protocol::ROLE_OWNER), "ok"},
      {leave("alice", 31), "ok"},
  };
  for (size_t i = 0; i < cases.size(); ++i)
    EXPECT_EQ(chat.outcome(cases[i].command), cases[i].outcome) << "case " << i;
  EXPECT_EQ(chat.state.role_of("zoe"), protocol::ROLE_ADMIN);
  EXPECT_EQ(chat.state.chat().members(), 2u);
  EXPECT_EQ(chat.state.owners(), 1u);
}

TEST_F(DecideTest, MessagesAreGuardedByTheirAuthors) {
  EXPECT_EQ(chat.outcome(edit("bob", 40, by_alice, "x")), "forbidden");
  EXPECT_EQ(chat.outcome(edit("alice", 40, by_bob, "x")), "forbidden");
  EXPECT_EQ(chat.outcome(edit("bob", 40, by_bob + 999, "x")), "not_found");
  EXPECT_EQ(chat.outcome(edit("bob", 40, 1, "x")), "not_found");
  EXPECT_EQ(chat.outcome(edit("bob", 40, chat.state.tail().id.value(), "x")), "not_found");
  EXPECT_EQ(chat.outcome(edit("bob", 40, by_bob, "x")), "ok");
  EXPECT_EQ(chat.outcome(erase("carl", 41, by_bob)), "forbidden");
  EXPECT_EQ(chat.outcome(erase("adam", 41, by_bob)), "ok");
  EXPECT_EQ(chat.outcome(edit("bob", 42, by_bob, "y")), "conflict");
  EXPECT_EQ(chat.outcome(react("bob", 42, by_bob, "+")), "conflict");
  EXPECT_EQ(chat.outcome(erase("bob", 42, by_bob)), "ok");
}

TEST_F(DecideTest, ATargetBeforeOnesJoiningIsNotThere) {
  chat.run(invite("alice", 50, {"zoe"}));
  EXPECT_EQ(chat.outcome(react("zoe", 51, by_bob, "+")), "not_found");
  const uint64_t later = chat.run(send("bob", 52)).id();
  EXPECT_EQ(chat.outcome(react("zoe", 53, later, "+")), "ok");
}

TEST_F(DecideTest, DeletingBlanksTheMessageAndItsEdits) {
  const Event one = chat.run(edit("bob", 60, by_bob, "x"));
  const Event two = chat.run(edit("bob", 61, by_bob, "y"));
  chat.run(erase("bob", 62, by_bob));
  const auto& appending = std::get<Appending>(chat.last);
  EXPECT_EQ(appending.projections.redactions,
            (std::vector<EventId>{EventId(by_bob), EventId(one.id()), EventId(two.id())}));
  EXPECT_EQ(appending.target_seq, protocol::Seq(3));
  for (const Event& event : chat.db.log("c"))
    if (event.id() == by_bob || event.target() == by_bob) {
      EXPECT_EQ(event.gone(), event.kind() != protocol::KIND_DELETE) << event.seq();
    }
  // A gone event matches any content of its key.
  EXPECT_EQ(chat.outcome(edit("bob", 60, by_bob, "another")), "stored");
  EXPECT_EQ(chat.outcome(send("bob", 3, "another")), "stored");
}

TEST_F(DecideTest, ReactionsAreCountedOncePerUser) {
  chat.run(react("bob", 70, by_alice, "+"));
  chat.run(react("bob", 71, by_alice, "+"));
  chat.run(react("carl", 72, by_alice, "+"));
  chat.run(react("carl", 73, by_alice, "-"));
  chat.run(react("carl", 74, by_alice, "-", false));
  auto overlay = chat.db.target_now("c", EventId(by_alice), "carl").overlay;
  ASSERT_TRUE(overlay);
  ASSERT_EQ(overlay->reactions_size(), 1);
  EXPECT_EQ(overlay->reactions(0).count(), 2u);
}

TEST_F(DecideTest, AMessageHoldsUpToFiftyEmoji) {
  for (uint64_t i = 0; i < protocol::kEmojiPerMessageMax; ++i)
    EXPECT_EQ(chat.outcome(react("bob", 100 + i, by_alice, std::to_string(i))), "ok");
  EXPECT_EQ(chat.outcome(react("bob", 200, by_alice, "one more")), "conflict");
  EXPECT_EQ(chat.outcome(react("carl", 201, by_alice, "7")), "ok");
  EXPECT_EQ(chat.outcome(react("bob", 202, by_alice, "7", false)), "ok");
}

TEST_F(DecideTest, AMessageIsEditedUpToAThousandTimes) {
  for (uint64_t i = 0; i < protocol::kEditsPerMessageMax; ++i)
    EXPECT_EQ(chat.outcome(edit("bob", 1000 + i, by_bob, "x")), "ok");
  EXPECT_EQ(chat.outcome(edit("bob", 5000, by_bob, "one more")), "conflict");
  EXPECT_EQ(chat.outcome(erase("bob", 5001, by_bob)), "ok");
}

TEST_F(DecideTest, AChatHoldsUpToAHundredThousand) {
  persistence::LoadedChat loaded = chat.db.load_now("c", 100);
  loaded.chat->set_members(protocol::kMembersMax - 1);
  loaded.chat->set_joinable(true);
  chat.state = ChatState(std::move(loaded));
  EXPECT_EQ(chat.outcome(invite("adam", 60, {"zoe", "yan"})), "conflict");
  EXPECT_EQ(chat.outcome(invite("adam", 61, {"zoe", "bob"})), "ok");
  EXPECT_EQ(chat.outcome(join("yan", 62)), "conflict");
  EXPECT_EQ(chat.outcome(join("bob", 63)), "ok");
}

TEST_F(DecideTest, DedupComesBeforeEveryOtherCheck) {
  const auto stored = chat.state.tail();
  chat.run(remove("alice", 80, "bob"));
  EXPECT_EQ(chat.outcome(send("bob", 3)), "stored");
  EXPECT_EQ(std::get<AlreadyStored>(chat.last).id.value(), by_bob);
  EXPECT_EQ(chat.outcome(send("bob", 3, "other")), "key_reused");
  EXPECT_EQ(chat.outcome(send("bob", 81)), "not_found");
  EXPECT_EQ(chat.outcome(send("alice", 3, "same key, another user")), "ok");
  EXPECT_GT(chat.state.tail().seq, stored.seq);
}

TEST_F(DecideTest, KeysHaveAnAge) {
  EXPECT_EQ(chat.outcome(send("bob", 90, "hi", kNow + 5001)), "key_in_future");
  EXPECT_EQ(chat.outcome(send("bob", 91, "hi", kNow + 5000)), "ok");
  EXPECT_EQ(chat.outcome(send("bob", 92, "hi", kNow - protocol::kKeyAgeMaxMs)), "ok");
  EXPECT_EQ(chat.outcome(send("bob", 93, "hi", kNow - protocol::kKeyAgeMaxMs - 1)), "key_expired");
  EXPECT_EQ(chat.outcome(send("zoe", 94, "hi", kNow + 5001)), "key_in_future");
  protocol::Command bad = send("bob", 95);
  bad.set_key("short");
  EXPECT_EQ(chat.outcome(bad), "key_invalid");
}

TEST_F(DecideTest, CreatingAgainAnswersTheSameChat) {
  EXPECT_EQ(chat.outcome(create("alice", 1, {"bob", "carl", "adam", "eve"})), "stored");
  EXPECT_EQ(std::get<AlreadyStored>(chat.last).seq, protocol::Seq(1));
  EXPECT_EQ(chat.outcome(create("alice", 1, {"bob"})), "key_reused");
  EXPECT_EQ(chat.outcome(create("bob", 1, {"bob"})), "conflict");

  Script direct;
  protocol::Command first = create("alice", 1, {"bob"});
  first.mutable_create()->set_type(protocol::CHAT_TYPE_DIRECT);
  protocol::Command second = create("bob", 2, {"alice"});
  second.mutable_create()->set_type(protocol::CHAT_TYPE_DIRECT);
  EXPECT_EQ(direct.outcome(first), "ok");
  EXPECT_EQ(direct.outcome(second), "stored");
  EXPECT_EQ(direct.outcome(leave("bob", 3)), "forbidden");
  EXPECT_EQ(direct.outcome(invite("alice", 4, {"zoe"})), "forbidden");
  EXPECT_EQ(direct.outcome(update("alice", 5, "title")), "forbidden");
  EXPECT_EQ(direct.outcome(join("bob", 6)), "forbidden");
  EXPECT_EQ(direct.outcome(join("zoe", 7)), "not_found");
  EXPECT_EQ(direct.outcome(send("bob", 8)), "ok");
}

TEST(Decide, WhatDoesNotExistAnswersAsWhatOneWasNeverIn) {
  Script none;
  Script other;
  other.run(create("alice", 1, {"bob"}));
  for (const protocol::Command& made :
       {send("zoe", 2), join("zoe", 2), leave("zoe", 2), react("zoe", 2, 5, "+"),
        invite("zoe", 2, {"x"}), update("zoe", 2, "t"), send("zoe", 2, "x", kNow - 1'000'000)}) {
    EXPECT_EQ(none.outcome(made), "not_found");
    EXPECT_EQ(other.outcome(made), "not_found");
    EXPECT_EQ(std::get<Refused>(none.last).error.message,
              std::get<Refused>(other.last).error.message);
  }
}

TEST(Decide, SendingMovesTheReadMarkAndMembersAreWrittenTwice) {
  Script chat;
  chat.run(create("alice", 1, {"bob"}));
  const Event sent = chat.run(send("bob", 2));
  protocol::Place read;
  ASSERT_TRUE(read.ParseFromString(chat.db.item(Table::kRead, "bob", "c")->value));
  EXPECT_EQ(read.id(), sent.id());
  EXPECT_EQ(chat.db.item(Table::kUsers, "bob", "c")->value,
            chat.db.item(Table::kChats, "c", "member#bob")->value);
}

TEST(Decide, AChangeIsUpToAHundredUsers) {
  Script chat;
  protocol::Command made = create("alice", 1, {});
  for (int i = 0; i < 99; ++i) made.mutable_create()->add_members("u" + std::to_string(i));
  EXPECT_EQ(chat.outcome(made), "ok");
  Script other;
  made.mutable_create()->add_members("one more");
  EXPECT_EQ(other.outcome(made), "field_invalid");
}

TEST(Decide, JoiningWhereOpenOpensAnInterval) {
  Script chat;
  protocol::Command made = create("alice", 1, {"bob"});
  made.mutable_create()->set_joinable(true);
  chat.run(made);
  chat.run(send("bob", 2));
  const Event joined = chat.run(join("zoe", 3));
  const Event left = chat.run(leave("zoe", 4));
  chat.run(send("bob", 5));
  const Event again = chat.run(join("zoe", 6));
  const View view(*chat.state.member("zoe"));
  for (const auto& [seq, sees] : std::vector<std::pair<uint64_t, bool>>{
           {2, false}, {joined.seq(), true}, {left.seq(), true}, {5, false}, {again.seq(), true}})
    EXPECT_EQ(view.sees(protocol::Seq(seq)), sees) << seq;
}

}  // namespace
}  // namespace chat::messaging
