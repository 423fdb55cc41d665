#include "connect/messaging/partition_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connect/messaging/worker_for_test.h"
#include "connect/protocol/limits.h"

namespace chat::messaging::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Fault = FakePersistence::Fault;

// The chat with alice, bob and carl, whose deliveries have been looked at.
class ChatWorkerTest : public WorkerTest {
 protected:
  ChatWorkerTest() {
    run(create("alice", 1, {"bob", "carl"}));
    deliveries();
  }
  size_t log_size() { return db_.log("c").size(); }
};

TEST_F(WorkerTest, TheReplyComesBeforeThePushes) {
  run(create("alice", 1, {"bob", "carl"}));
  EXPECT_THAT(deliveries(), ElementsAre("1:ok 1", "event 1 to alice,bob", "event 1 to carl"));
  run(send("bob", 2));
  EXPECT_THAT(deliveries(), ElementsAre("2:ok 2", "event 2 to alice,bob", "event 2 to carl"));
  EXPECT_EQ(metric("connect_sends_total"), 1);
  EXPECT_EQ(metric("connect_acks_total"), 2);
  EXPECT_EQ(metric("connect_deliveries_total"), 6);
}

TEST_F(ChatWorkerTest, ARetryIsAnsweredWithTheOriginal) {
  run(send("bob", 2));
  run(send("bob", 2));
  run(send("bob", 2, "other"));
  EXPECT_THAT(deliveries(), ElementsAre("2:ok 2", "event 2 to alice,bob", "2:again 2",
                                        "2:key_reused", "event 2 to carl"));
  EXPECT_EQ(log_size(), 2u);
}

TEST_F(ChatWorkerTest, WhatComesDuringAnAppendGoesIntoTheNextBlock) {
  db_.hold = true;
  run(send("bob", 2));
  for (uint64_t key = 3; key <= 6; ++key) run(send("alice", key));
  run(send("alice", 4));  // again, while the first is still in the block
  run(send("bob", 7, "x", kNow + 9999));
  EXPECT_EQ(db_.held(), 1u);
  db_.release_one();
  executor_.run();
  EXPECT_THAT(deliveries(), ElementsAre("2:ok 2", "event 2 to alice,bob", "event 2 to carl"));
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_THAT(db_.block_sizes, ElementsAre(1, 1, 4));
  const auto words = deliveries();
  ASSERT_EQ(words.size(), 14u);
  EXPECT_EQ(words[8], "4:again 4");
  EXPECT_EQ(words[9], "7:key_in_future");
}

TEST_F(ChatWorkerTest, ABlockStaysWithinTheStoresLimits) {
  db_.hold = true;
  run(send("bob", 2));
  for (uint64_t key = 10; key < 160; ++key) run(send("alice", key));
  for (uint64_t key = 200; key < 206; ++key) run(send("alice", key, std::string(16'000, 'x')));
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_THAT(db_.block_sizes, ElementsAre(1, 1, 100, 53, 3));
  EXPECT_EQ(log_size(), 158u);
}

TEST_F(ChatWorkerTest, ALostAnswerIsResolvedFromTheLog) {
  db_.faults = {Fault::kAnswerLost};
  run(send("bob", 2));
  EXPECT_THAT(deliveries(), ElementsAre("2:ok 2", "event 2 to alice,bob", "event 2 to carl"));
  db_.faults = {Fault::kLost};
  run(send("bob", 3));
  EXPECT_THAT(deliveries(), ElementsAre("3:ok 3", "event 3 to alice,bob", "event 3 to carl"));
  EXPECT_EQ(log_size(), 3u);
}

TEST_F(ChatWorkerTest, ALostBlockKeepsItsOrder) {
  db_.hold = true;
  run(send("bob", 2));
  for (uint64_t key = 3; key <= 5; ++key) run(send("alice", key));
  db_.faults = {Fault::kNone, Fault::kLost, Fault::kAnswerLost};
  db_.hold = false;
  db_.release();
  executor_.run();
  later(2000);
  ASSERT_EQ(log_size(), 5u);
  for (size_t i = 1; i < 5; ++i) {
    const std::string who = i == 1 ? "bob" : "alice";
    EXPECT_EQ(db_.log("c")[i].key(), key_of(kNow, i + 1)) << who;
  }
  EXPECT_EQ(metric("connect_acks_total"), 5);
}

TEST_F(ChatWorkerTest, AnotherWritersEventsAreMet) {
  // A zombie appends what this worker is about to decide on, and one of the same operations.
  run(send("bob", 2));
  deliveries();
  ChatState other(db_.load_now("c", 100));
  Decision decision = decide(other, {}, send("bob", 3), kNow);
  auto& appending = std::get<Appending>(decision);
  ASSERT_EQ(db_.append_now(
                {protocol::ChatId("c"), other.tail().id, {appending.event}, appending.projections}),
            store::AppendResult::kDone);
  run(send("alice", 4));
  EXPECT_THAT(deliveries(), ElementsAre("4:ok 4", "event 4 to alice,bob", "event 4 to carl"));
  run(send("bob", 3));
  EXPECT_THAT(deliveries(), ElementsAre("3:again 3"));
  EXPECT_EQ(metric("connect_append_conflicts_total"), 1);
}

TEST_F(ChatWorkerTest, ARefusalRestsOnAFreshTail) {
  // Somewhere else zoe was invited: what would be refused on the tail in memory is not.
  ChatState other(db_.load_now("c", 100));
  Decision decision = decide(other, {}, invite("alice", 2, {"zoe"}), kNow);
  auto& appending = std::get<Appending>(decision);
  db_.append_now(
      {protocol::ChatId("c"), other.tail().id, {appending.event}, appending.projections});
  run(send("zoe", 3));
  EXPECT_EQ(deliveries().front(), "3:ok 3");
  const size_t reads = db_.log_reads;
  run(send("eve", 4));
  EXPECT_THAT(deliveries(), ElementsAre("4:not_found"));
  EXPECT_EQ(db_.log_reads, reads + 1);
}

// A new worker that holds nothing of the chat.
class OpeningWorkerTest : public ChatWorkerTest {
 protected:
  OpeningWorkerTest() {
    worker_.reset();
    start();
    db_.loads = 0;
  }
  // Somewhere else somebody was invited.
  void invited(const std::string& user) {
    ChatState other(db_.load_now("c", 100));
    Decision decision = decide(other, {}, invite("alice", 90, {user}), kNow);
    auto& appending = std::get<Appending>(decision);
    db_.append_now(
        {protocol::ChatId("c"), other.tail().id, {appending.event}, appending.projections});
  }
};

TEST_F(OpeningWorkerTest, AStrangerIsRefusedWithoutTheMembers) {
  protocol::Command typing = command("eve", 0);
  typing.mutable_typing();
  give_raw(typing.SerializeAsString(), bus::Topic::kSignals);
  give(send("eve", 2));
  give(join("eve", 3));
  give(mark("eve", db_.log("c").front().id()));
  give(send("eve", 4, "hi", kNow + 60'000));
  give(send("zoe", 5));
  executor_.run();
  EXPECT_THAT(deliveries(), ElementsAre("2:not_found", "3:not_found", "0:not_found",
                                        "4:key_in_future", "5:not_found"));
  EXPECT_EQ(db_.loads, 0u);
  run(send("bob", 6));
  EXPECT_EQ(deliveries().front(), "6:ok 2");
  EXPECT_EQ(db_.loads, 1u);
}

TEST_F(OpeningWorkerTest, AStrangerBeforeAMemberHoldsNobodyUp) {
  give(send("eve", 2));
  give(send("bob", 3));
  give(send("eve", 4));
  executor_.run();
  EXPECT_THAT(deliveries(), ElementsAre("2:not_found", "3:ok 2", "event 2 to alice,bob",
                                        "4:not_found", "event 2 to carl"));
  EXPECT_EQ(db_.loads, 1u);
}

TEST_F(OpeningWorkerTest, AStrangersRefusalRestsOnAFreshTail) {
  db_.hold = true;
  run(send("zoe", 2));
  db_.release_one();
  executor_.run();
  ASSERT_EQ(db_.held(), 1u);  // refused, if the tail has not moved
  invited("zoe");
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_EQ(deliveries().front(), "2:ok 3");
}

TEST_F(OpeningWorkerTest, AFormerMembersRetryIsAnsweredWithTheOriginal) {
  run(send("carl", 2));
  run(leave("carl", 3));
  worker_.reset();
  start();
  deliveries();
  run(send("carl", 2));
  run(send("carl", 4));
  EXPECT_THAT(deliveries(), ElementsAre("2:again 2", "4:not_found"));
}

TEST_F(OpeningWorkerTest, WhatCannotBeReadOfOneUserIsInNobodysWay) {
  db_.read_failures.push_back(base::Code::kCorrupt);
  run(send("bob", 2));
  EXPECT_EQ(deliveries().front(), "2:ok 2");
}

TEST_F(OpeningWorkerTest, AStrangerJoinsAnOpenChat) {
  protocol::Command open = update("alice", 2, "open");
  open.mutable_update()->mutable_change()->set_joinable(true);
  run(open);
  worker_.reset();
  start();
  deliveries();
  run(join("eve", 3));
  EXPECT_EQ(deliveries().front(), "3:ok 3");
}

TEST_F(ChatWorkerTest, AMarkIsShownThoughItsBlockIsDecidedAgain) {
  // Somewhere else something was sent, so that a refusal of the same block does not hold.
  ChatState other(db_.load_now("c", 100));
  Decision decision = decide(other, {}, send("alice", 2), kNow);
  auto& appending = std::get<Appending>(decision);
  db_.append_now(
      {protocol::ChatId("c"), other.tail().id, {appending.event}, appending.projections});
  give(mark("bob", db_.log("c").front().id()));
  give(send("eve", 3));
  executor_.run();
  EXPECT_THAT(deliveries(),
              ElementsAre("0:read 1", "marked to alice,bob", "3:not_found", "marked to carl"));
}

TEST_F(ChatWorkerTest, ALongWaitIsAnsweredButNeverAbandoned) {
  db_.hold = true;
  run(send("bob", 2));
  run(send("alice", 3));
  run(send("alice", 4));
  later(protocol::kParkMs + 1000);
  EXPECT_THAT(deliveries(), ElementsAre("2:unavailable", "3:retry_in_order", "4:retry_in_order"));
  // They are all of one session: its order is kept until the first key comes again.
  run(send("alice", 5));
  EXPECT_THAT(deliveries(), ElementsAre("5:retry_in_order"));
  db_.hold = false;
  db_.release();
  executor_.run();
  // The attempted one is stored and delivered, without a second answer.
  EXPECT_THAT(deliveries(), ElementsAre("event 2 to alice,bob", "event 2 to carl"));
  run(send("bob", 2));
  run(send("alice", 3));
  EXPECT_THAT(deliveries(),
              ElementsAre("2:again 2", "3:ok 3", "event 3 to alice,bob", "event 3 to carl"));
}

TEST_F(ChatWorkerTest, AReadThatFailsLeavesTheBlockInFlightAlone) {
  run(send("alice", 2));
  deliveries();
  db_.hold = true;
  run(send("bob", 3));
  db_.read_failures = {base::Code::kUnavailable};
  run(react("bob", 4, db_.log("c").back().id(), "+"));
  later(500);
  EXPECT_EQ(db_.held(), 1u);
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_THAT(deliveries(),
              ElementsAre("3:ok 3", "event 3 to alice,bob", "4:ok 4", "event 4 to alice,bob",
                          "event 3 to carl", "event 4 to carl"));
}

TEST_F(ChatWorkerTest, AnInputThatCannotBeReadIsReadAgainLater) {
  run(send("alice", 2));
  deliveries();
  const uint64_t target = db_.log("c").back().id();
  db_.read_failures.assign(4, base::Code::kUnavailable);
  run(react("bob", 3, target, "+"));
  EXPECT_THAT(deliveries(), IsEmpty());
  later(500);
  EXPECT_EQ(deliveries().front(), "3:ok 3");
  db_.read_failures.assign(2, base::Code::kUnavailable);
  run(mark("bob", target));
  EXPECT_THAT(deliveries(), IsEmpty());
  later(500);
  EXPECT_EQ(deliveries().front(), "0:read 2");
}

TEST_F(ChatWorkerTest, WhatCanNeverBeStoredIsRefused) {
  db_.poisoned_keys = {key_of(kNow, 2)};
  run(send("bob", 2));
  EXPECT_THAT(deliveries(), ElementsAre("2:internal"));
  run(send("bob", 3));
  EXPECT_EQ(deliveries().front(), "3:ok 2");
  // It is done with.
  worker_.reset();
  start();
  EXPECT_THAT(deliveries(), IsEmpty());
}

TEST_F(ChatWorkerTest, WhatCanNeverBeStoredIsToldFromTheRestOfItsBlock) {
  db_.poisoned_keys = {key_of(kNow, 4)};
  db_.hold = true;
  for (uint64_t key = 2; key <= 5; ++key) run(send("bob", key));
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_THAT(deliveries(),
              ElementsAre("2:ok 2", "event 2 to alice,bob", "3:ok 3", "event 3 to alice,bob",
                          "4:internal", "5:ok 4", "event 4 to alice,bob", "event 2 to carl",
                          "event 3 to carl", "event 4 to carl"));
  EXPECT_THAT(db_.block_sizes, ElementsAre(1, 1, 3, 1, 1, 1));
}

TEST_F(ChatWorkerTest, AMarkThatCanNeverBeStoredIsRefused) {
  db_.faults = {Fault::kRejected};
  run(mark("bob", db_.log("c").back().id()));
  EXPECT_THAT(deliveries(), ElementsAre("0:internal"));
}

TEST_F(ChatWorkerTest, WhatNeedsAnInputThatIsCorruptIsRefused) {
  run(send("alice", 2));
  deliveries();
  db_.read_failures.assign(2, base::Code::kCorrupt);
  run(react("bob", 3, db_.log("c").back().id(), "+"));
  EXPECT_THAT(deliveries(), ElementsAre("3:internal"));
}

TEST_F(ChatWorkerTest, ABlockThatStaysOpenHoldsUpNoCommit) {
  db_.hold = true;
  run(send("bob", 2));
  later(61'000);
  EXPECT_THAT(deliveries(), ElementsAre("2:unavailable"));
  // It is still seen through, but the bus need not keep it: a queue that is full of it would refuse
  // every chat.
  const size_t loads = db_.loads;
  worker_.reset();
  start();
  EXPECT_EQ(db_.loads, loads);
}

TEST_F(ChatWorkerTest, AnOverloadedDatabaseIsTriedAgain) {
  db_.faults = std::deque<Fault>(3, Fault::kOverloaded);
  run(send("bob", 2));
  EXPECT_THAT(deliveries(), IsEmpty());
  later(1000);
  EXPECT_THAT(deliveries(), ElementsAre("2:ok 2", "event 2 to alice,bob", "event 2 to carl"));
  EXPECT_EQ(db_.loads, 1u);
}

TEST_F(ChatWorkerTest, ChangesOfMembershipStandAlone) {
  db_.hold = true;
  run(send("alice", 2));
  run(send("alice", 3));
  run(remove("alice", 4, "carl"));
  run(send("alice", 5));
  run(invite("alice", 6, {"carl"}));
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_THAT(db_.block_sizes, ElementsAre(1, 1, 1, 1, 1, 1));
  EXPECT_THAT(deliveries(),
              ElementsAre("2:ok 2", "event 2 to alice,bob", "3:ok 3", "event 3 to alice,bob",
                          "4:ok 4", "event 4 to alice,bob", "5:ok 5", "event 5 to alice,bob",
                          "6:ok 6", "event 6 to alice,bob", "event 2 to carl", "event 3 to carl",
                          "event 4 to carl", "event 6 to carl"));
}

TEST_F(ChatWorkerTest, AReactionIsHiddenFromWhoMayNotSeeItsMessage) {
  run(remove("alice", 2, "carl"));
  run(send("alice", 3));
  const uint64_t unseen = db_.log("c").back().id();
  run(invite("alice", 4, {"carl"}));
  run(send("alice", 5));
  const uint64_t seen = db_.log("c").back().id();
  deliveries();
  run(react("bob", 6, unseen, "+"));
  EXPECT_THAT(deliveries(),
              ElementsAre("6:ok 6", "event 6 to alice,bob", "event 6 hidden from carl"));
  run(react("bob", 7, seen, "+"));
  EXPECT_THAT(deliveries(), ElementsAre("7:ok 7", "event 7 to alice,bob", "event 7 to carl"));
}

TEST_F(ChatWorkerTest, ReactionsInOneBlockCountRight) {
  run(send("alice", 2));
  const uint64_t target = db_.log("c").back().id();
  db_.hold = true;
  run(react("bob", 3, target, "+"));
  run(react("alice", 4, target, "+"));
  run(react("carl", 5, target, "+"));
  run(react("bob", 6, target, "+", false));
  run(edit("alice", 7, target, "new"));
  while (db_.release_one()) executor_.run();
  const auto overlay = db_.target_now("c", protocol::EventId(target), "bob").overlay;
  ASSERT_TRUE(overlay);
  ASSERT_EQ(overlay->reactions_size(), 1);
  EXPECT_EQ(overlay->reactions(0).count(), 2u);
  EXPECT_EQ(overlay->body().text(), "new");
}

TEST_F(ChatWorkerTest, AnOldMessageIsReachedWhateverManyNewerOnesAreInUse) {
  constexpr uint64_t kMessages = TargetCache::kTargetsMax + 50;
  for (uint64_t key = 2; key < 2 + kMessages; ++key) run(send("alice", key));
  db_.hold = true;
  run(send("bob", 1000));
  for (uint64_t i = kMessages; i > 0; --i) run(react("bob", 1000 + i, db_.log("c")[i].id(), "+"));
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_EQ(log_size(), 2 + 2 * kMessages);
  EXPECT_LE(db_.target_loads, kMessages);
}

TEST_F(ChatWorkerTest, TargetsAreReadForMembersOnly) {
  run(send("alice", 2));
  deliveries();
  run(react("zoe", 3, db_.log("c").back().id(), "+"));
  EXPECT_THAT(deliveries(), ElementsAre("3:not_found"));
  EXPECT_EQ(db_.target_loads, 0u);
}

TEST_F(ChatWorkerTest, AMessageThatIsNotThereIsNotFound) {
  run(react("bob", 2, 7, "+"));
  EXPECT_THAT(deliveries(), ElementsAre("2:not_found"));
  // One that is on its way into the log is there when it has come.
  db_.hold = true;
  run(send("bob", 3));
  run(send("bob", 4));
  run(react("bob", 5, db_.log("c").back().id() + 2, "+"));
  while (db_.release_one()) executor_.run();
  EXPECT_EQ(log_size(), 4u);
}

TEST_F(ChatWorkerTest, AnEditIsBlankedByADeleteOfItsOwnBlock) {
  run(send("alice", 2, "secret"));
  const uint64_t target = db_.log("c").back().id();
  run(react("alice", 3, target, "+"));
  db_.hold = true;
  run(send("bob", 4));
  run(edit("alice", 5, target, "another secret"));
  run(erase("alice", 6, target));
  db_.hold = false;
  db_.release();
  executor_.run();
  ASSERT_EQ(log_size(), 6u);
  for (const protocol::Event& event : db_.log("c"))
    EXPECT_EQ(event.SerializeAsString().find("secret"), std::string::npos) << event.seq();
}

TEST_F(ChatWorkerTest, MarksAreStoredAndShown) {
  run(send("alice", 2));
  run(send("alice", 3));
  deliveries();
  run(mark("bob", db_.log("c")[1].id()));
  EXPECT_THAT(deliveries(), ElementsAre("0:read 2", "marked to alice,bob", "marked to carl"));
  ASSERT_NE(db_.item(store::Table::kRead, "bob", "c"), nullptr);
  EXPECT_EQ(db_.item(store::Table::kRead, "bob", "c")->version, db_.log("c")[1].id());
  // Sending moves it on; a mark that moves nothing is answered and not shown.
  run(send("bob", 4));
  deliveries();
  run(mark("bob", db_.log("c")[1].id()));
  EXPECT_THAT(deliveries(), ElementsAre("0:read 4"));
}

TEST_F(ChatWorkerTest, AMarkReachesWhatOthersHaveAppended) {
  run(send("alice", 2));
  deliveries();
  ChatState other(db_.load_now("c", 100));
  for (uint64_t key = 3; key < 5; ++key) {
    const protocol::EventId tail = other.tail().id;
    auto appending = std::get<Appending>(decide(other, {}, send("alice", key), kNow));
    other.apply(appending.event);
    db_.append_now({protocol::ChatId("c"), tail, {appending.event}, appending.projections});
  }
  run(mark("bob", db_.log("c")[2].id()));
  EXPECT_THAT(deliveries(), ElementsAre("0:read 3", "marked to alice,bob", "marked to carl"));
  EXPECT_EQ(db_.item(store::Table::kRead, "bob", "c")->version, db_.log("c")[2].id());
  // Whatever is named above the tail is read, and the chat stays in memory.
  const size_t loads = db_.loads;
  run(mark("bob", protocol::EventId::kMax));
  EXPECT_EQ(deliveries().front(), "0:read 4");
  EXPECT_EQ(db_.loads, loads);
}

TEST_F(ChatWorkerTest, InALargeChatAMarkIsShownToItsUserOnly) {
  protocol::Command more = command("alice", 2);
  for (int i = 0; i < 97; ++i) more.mutable_invite()->add_users("user" + std::to_string(i));
  run(more);
  deliveries();
  run(mark("bob", db_.log("c")[0].id()));
  EXPECT_THAT(deliveries(), ElementsAre("0:read 1", "marked to alice,bob", "marked to carl"))
      << "100 members";
  run(invite("alice", 3, {"one more"}));
  deliveries();
  run(mark("bob", db_.log("c")[1].id()));
  EXPECT_THAT(deliveries(), ElementsAre("0:read 2", "marked to bob"));
}

TEST_F(ChatWorkerTest, AnOldKeyIsLookedUpInTheLog) {
  for (uint64_t key = 2; key < 100; ++key) run(send("alice", key));
  // Another worker, whose memory begins later.
  worker_.reset();
  deliveries();
  start();
  run(send("alice", 3));
  EXPECT_THAT(deliveries(), ElementsAre("3:again 3"));
  EXPECT_EQ(metric("connect_dedup_lookups_total", {{"where", "log"}}), 1);
}

TEST_F(ChatWorkerTest, AKeyIsLookedUpInSoManyBytesOnly) {
  const std::string text(1 << 20, 'x');
  for (uint64_t key = 2; key < 60; ++key) run(send("alice", key, key < 26 ? text : "hi"));
  worker_.reset();
  deliveries();
  start();
  run(send("bob", 100));
  EXPECT_THAT(deliveries(), ElementsAre("100:sync_required"));
  // What is found on the way is an answer.
  run(send("alice", 3, text));
  EXPECT_THAT(deliveries(), ElementsAre("3:again 3"));
}

TEST_F(ChatWorkerTest, TypingIsPassedOnAndNeverAnswered) {
  protocol::Command typing = command("alice", 0);
  typing.mutable_typing();
  give_raw(typing.SerializeAsString(), bus::Topic::kSignals);
  executor_.run();
  EXPECT_THAT(deliveries(), ElementsAre("typing to bob", "typing to carl"));
  typing.set_from("zoe");
  give_raw(typing.SerializeAsString(), bus::Topic::kSignals);
  executor_.run();
  EXPECT_THAT(deliveries(), IsEmpty());
}

TEST_F(ChatWorkerTest, APoisonedRecordIsSetAside) {
  give_raw("\xff\xff\xff garbage");
  give_raw("");
  run(send("bob", 2));
  EXPECT_EQ(deliveries().front(), "2:ok 2");
  EXPECT_EQ(metric("connect_poisoned_records_total"), 2);
}

TEST_F(ChatWorkerTest, WhatIsNotDoneComesAgainToTheNextWorker) {
  db_.hold = true;
  run(send("bob", 2));
  run(send("bob", 3));
  worker_.reset();  // with the append of 2 still out
  db_.hold = false;
  db_.release();
  start();
  executor_.run();
  EXPECT_EQ(log_size(), 3u);
  EXPECT_THAT(deliveries(),
              ElementsAre("2:again 2", "3:ok 3", "event 3 to alice,bob", "event 3 to carl"));
  // What is done with does not.
  worker_.reset();
  start();
  EXPECT_THAT(deliveries(), IsEmpty());
}

TEST_F(ChatWorkerTest, ATailThatIsOldIsReadAgain) {
  EXPECT_EQ(db_.loads, 1u);
  later(1000);
  run(send("bob", 2));
  EXPECT_EQ(db_.loads, 1u);
  clock_.advance_ms(600'001);
  run(send("bob", 3, "hi", kNow + 600'000));
  EXPECT_EQ(db_.loads, 2u);
}

TEST_F(WorkerTest, ChatsMakeWayForOthers) {
  worker_.reset();
  options_.weight_max = 10;
  start();
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 5; ++i) {
      protocol::Command made = create("alice", 1, {"bob"});
      made.set_chat("chat" + std::to_string(i));
      run(made);
    }
  EXPECT_EQ(db_.loads, 10u);
  EXPECT_EQ(metric("connect_acks_total"), 10);
}

TEST_F(ChatWorkerTest, AChatAtRestKeepsNoMessages) {
  run(send("alice", 2));
  const uint64_t target = db_.log("c").back().id();
  run(react("bob", 3, target, "+"));
  EXPECT_EQ(db_.target_loads, 1u);
  run(react("bob", 4, target, "-"));
  EXPECT_EQ(db_.target_loads, 2u);
}

TEST_F(ChatWorkerTest, AReadFromBeforeTheChatCameToRestAnswersNothing) {
  run(send("alice", 2));
  const uint64_t target = db_.log("c").back().id();
  run(edit("alice", 3, target, "secret"));
  run(react("bob", 4, target, "+"));
  db_.hold = true;
  run(react("bob", 4, target, "+"));  // answered from memory, the read ahead of its turn is out
  db_.hold = false;
  run(erase("alice", 5, target));
  db_.hold = true;
  run(react("bob", 6, target, "-"));
  db_.hold = false;
  db_.release();
  executor_.run();
  const auto stored = db_.target_now("c", protocol::EventId(target), "bob");
  ASSERT_TRUE(stored.overlay);
  EXPECT_NE(stored.overlay->deleted(), 0u);
  EXPECT_FALSE(stored.overlay->has_body()) << stored.overlay->body().text();
}

TEST_F(ChatWorkerTest, DrainingSeesThroughWhatIsInHand) {
  db_.hold = true;
  run(send("bob", 2));
  bool drained = false;
  worker_->drain([&drained] { drained = true; });
  give(send("bob", 3));
  executor_.run();
  EXPECT_FALSE(drained);
  db_.hold = false;
  db_.release();
  executor_.run();
  EXPECT_TRUE(drained);
  EXPECT_EQ(log_size(), 2u);
}

TEST_F(ChatWorkerTest, DrainingEndsThoughTheDatabaseTakesNothing) {
  db_.hold = true;
  run(send("bob", 2));
  bool drained = false;
  worker_->drain([&drained] { drained = true; });
  later(PartitionWorker::kDrainMs - 100);
  EXPECT_FALSE(drained);
  later(200);
  EXPECT_TRUE(drained);
  // What comes later finds nobody.
  db_.release();
  executor_.run();
}

class FullGatewayTest : public WorkerTest {
 protected:
  FullGatewayTest()
      : WorkerTest({.deliveries = {.partitions = 2, .records_max = 3, .auto_commit = true}}) {}
};

TEST_F(FullGatewayTest, RepliesAreKeptAndPushesBecomeAResync) {
  run(create("alice", 1, {"bob"}));
  for (uint64_t key = 2; key < 6; ++key) run(send("alice", key));
  std::vector<std::string> seen;
  for (int i = 0; i < 10; ++i) {
    for (std::string& word : deliveries()) seen.push_back(std::move(word));
    later(40);
  }
  EXPECT_THAT(seen, ElementsAre("1:ok 1", "event 1 to alice,bob", "2:ok 2", "3:ok 3", "4:ok 4",
                                "5:ok 5", "resync to alice,bob"));
}

}  // namespace
}  // namespace chat::messaging::testing
