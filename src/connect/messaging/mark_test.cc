#include "connect/messaging/mark.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "connect/messaging/commands_for_test.h"
#include "connect/messaging/fake_persistence.h"

namespace chat::messaging {
namespace {

using namespace testing;  // NOLINT: the commands
using protocol::Event;
using protocol::EventId;

class MarkTest : public ::testing::Test {
 protected:
  uint64_t run(const protocol::Command& command) {
    auto decision = decide(state_, {}, command, kNow + ++steps_);
    auto& appending = std::get<Appending>(decision);
    state_.apply(appending.event);
    return appending.event.id();
  }
  MarkMoved moved(const protocol::Command& command, const protocol::MarksItem& stored = {},
                  std::optional<protocol::Place> delivered = {}) {
    MarkInputs inputs;
    inputs.stored = &stored;
    inputs.delivered = std::move(delivered);
    auto decision = decide_mark(state_, inputs, command);
    return std::get<MarkMoved>(decision);
  }
  ChatState state_;
  int64_t steps_ = 0;
};

TEST_F(MarkTest, ClampsToTheHeadAndMovesUpOnly) {
  run(create("alice", 1, {"bob"}));
  const uint64_t first = run(send("alice", 2));
  const uint64_t second = run(send("alice", 3));
  MarkMoved one = moved(mark("bob", first, EventId::kMax), {}, state_.head());
  EXPECT_EQ(one.answer.read().seq(), 2u);
  EXPECT_EQ(one.answer.delivered().id(), second);
  EXPECT_EQ(one.answer.unread(), 1u);
  EXPECT_EQ(one.projections.items.size(), 2u);
  // An id between two events stands for the one below it.
  EXPECT_EQ(moved(mark("bob", second - 1)).answer.read().id(), first);
  MarkMoved back = moved(mark("bob", first), moved(mark("bob", second)).marks);
  EXPECT_EQ(back.answer.read().id(), second);
  EXPECT_EQ(back.answer.unread(), 0u);
  EXPECT_TRUE(back.projections.empty());
}

TEST_F(MarkTest, StaysWithinWhatTheUserSees) {
  run(create("alice", 1, {"bob"}));
  run(send("alice", 2));
  const uint64_t left = run(leave("bob", 3));
  const uint64_t unseen = run(send("alice", 4));
  run(invite("alice", 5, {"bob"}));
  run(send("alice", 6));
  EXPECT_EQ(moved(mark("bob", unseen)).answer.read().id(), left);
  // The first message and the last are unread; what came in between was never to be seen.
  EXPECT_EQ(moved(mark("bob", 1)).answer.unread(), 2u);
  EXPECT_EQ(moved(mark("bob", unseen)).answer.unread(), 1u);
}

TEST_F(MarkTest, AboveTheTailTheLogDecides) {
  run(create("alice", 1, {"bob"}));
  const protocol::MarksItem none;
  MarkInputs inputs;
  inputs.stored = &none;
  const protocol::Place before = state_.head();
  run(send("alice", 2));
  const protocol::Command command = mark("bob", state_.tail().id.value() + 1);
  EXPECT_TRUE(std::holds_alternative<NeedsPlaces>(decide_mark(state_, inputs, command)));
  // The read missed what is being stored.
  inputs.read = before;
  EXPECT_EQ(std::get<MarkMoved>(decide_mark(state_, inputs, command)).answer.read().seq(), 2u);
  inputs.read = state_.head();
  inputs.read->set_seq(3);
  EXPECT_TRUE(std::holds_alternative<NeedsReload>(decide_mark(state_, inputs, command)));
}

TEST_F(MarkTest, OnlyMembersMark) {
  run(create("alice", 1, {"bob"}));
  run(leave("bob", 2));
  for (const char* user : {"bob", "zoe"})
    EXPECT_EQ(std::get<Refused>(decide_mark(state_, {}, mark(user, 5))).error.code,
              protocol::ErrorCode::kNotFound);
}

TEST_F(MarkTest, AsksForWhatMemoryDoesNotHold) {
  run(create("alice", 1, {"bob"}));
  const uint64_t early = run(send("alice", 2));
  steps_ += 3'600'000;
  for (uint64_t i = 0; i < 100; ++i) run(send("alice", 10 + i, "hi", kNow + steps_));
  EXPECT_TRUE(std::holds_alternative<NeedsMarks>(decide_mark(state_, {}, mark("bob", early))));
  const protocol::MarksItem none;
  MarkInputs inputs;
  inputs.stored = &none;
  auto decision = decide_mark(state_, inputs, mark("bob", early));
  ASSERT_TRUE(std::holds_alternative<NeedsPlaces>(decision));
  EXPECT_EQ(std::get<NeedsPlaces>(decision).read, EventId(early));
  EXPECT_FALSE(std::get<NeedsPlaces>(decision).delivered);
  protocol::Place place;
  place.set_id(early);
  place.set_seq(2);
  place.set_nth(1);
  inputs.read = place;
  decision = decide_mark(state_, inputs, mark("bob", early));
  EXPECT_EQ(std::get<MarkMoved>(decision).answer.unread(), 100u);
}

}  // namespace
}  // namespace chat::messaging
