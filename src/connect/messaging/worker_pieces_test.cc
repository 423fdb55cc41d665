// The small pieces of a worker that have a state of their own.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "connect/messaging/commands_for_test.h"
#include "connect/messaging/offsets.h"
#include "connect/messaging/shed_sessions.h"
#include "connect/messaging/target_cache.h"

namespace chat::messaging {
namespace {

using protocol::EventId;

TEST(Offsets, CommitsOnlyWhatIsContiguous) {
  Offsets offsets;
  std::map<int, uint64_t> committed;
  const auto commit = [&] {
    offsets.commit([&](int partition, uint64_t offset) { committed[partition] = offset; });
  };
  for (const uint64_t offset : {10, 11, 12, 15}) offsets.taken(1, offset);
  offsets.taken(2, 7);
  offsets.done(1, 11);
  offsets.done(1, 15);
  commit();
  EXPECT_TRUE(committed.empty());
  EXPECT_EQ(offsets.open(), 3u);
  offsets.done(1, 10);
  offsets.done(1, 10);
  commit();
  EXPECT_EQ(committed, (std::map<int, uint64_t>{{1, 11}}));
  offsets.done(1, 12);
  offsets.done(2, 7);
  commit();
  EXPECT_EQ(committed, (std::map<int, uint64_t>{{1, 15}, {2, 7}}));
  EXPECT_EQ(offsets.open(), 0u);
}

TEST(Offsets, CommitsMovePastWhatIsPassed) {
  Offsets offsets;
  uint64_t committed = 0;
  const auto commit = [&] { offsets.commit([&](int, uint64_t offset) { committed = offset; }); };
  for (const uint64_t offset : {10, 11, 12}) offsets.taken(1, offset);
  offsets.done(1, 11);
  offsets.pass(1, 10);
  commit();
  EXPECT_EQ(committed, 11u);
  EXPECT_EQ(offsets.open(), 2u);  // it is not done with
  offsets.done(1, 10);
  offsets.done(1, 10);
  EXPECT_EQ(offsets.open(), 1u);
  offsets.pass(1, 12);
  commit();
  EXPECT_EQ(committed, 12u);
  offsets.forget(1);
  EXPECT_EQ(offsets.open(), 0u);
}

TEST(Offsets, ForgetsWhatWasTakenAway) {
  Offsets offsets;
  offsets.taken(1, 10);
  offsets.taken(2, 10);
  offsets.forget(1);
  EXPECT_EQ(offsets.open(), 1u);
  offsets.done(1, 10);
  offsets.commit([](int, uint64_t) { FAIL(); });
}

TEST(ShedSessions, OneShedShedsTheLaterOnes) {
  ShedSessions shed;
  const auto one = testing::send("alice", 1);
  const auto two = testing::send("alice", 2);
  shed.shed(one);
  shed.shed(two);  // the first counts
  EXPECT_FALSE(shed.admit(two));
  auto elsewhere = two;
  elsewhere.set_chat("another");
  EXPECT_TRUE(shed.admit(elsewhere));
  auto other_session = two;
  other_session.mutable_origin()->set_session(9);
  EXPECT_TRUE(shed.admit(other_session));
  auto rest = two;
  rest.mutable_origin()->set_session(0);
  EXPECT_TRUE(shed.admit(rest));
  EXPECT_TRUE(shed.admit(testing::mark("alice", 5)));
  EXPECT_TRUE(shed.admit(one));
  EXPECT_TRUE(shed.admit(two));
}

TEST(ShedSessions, AreBounded) {
  ShedSessions shed;
  auto made = testing::send("alice", 1);
  for (uint64_t session = 1; session <= ShedSessions::kEntriesMax + 1; ++session) {
    made.mutable_origin()->set_session(session);
    shed.shed(made);
  }
  made = testing::send("alice", 2);
  EXPECT_TRUE(shed.admit(made));  // session 1 was the oldest
  made.mutable_origin()->set_session(2);
  EXPECT_FALSE(shed.admit(made));
}

protocol::Event reaction(const std::string& user, uint64_t id, bool on = true) {
  protocol::Event event;
  event.set_id(id);
  event.set_kind(protocol::KIND_REACT);
  event.set_from(user);
  event.set_target(5);
  event.set_emoji("+");
  event.set_on(on);
  return event;
}

persistence::LoadedTarget message() {
  persistence::LoadedTarget loaded;
  loaded.event.emplace().set_id(5);
  return loaded;
}

TEST(TargetCache, FollowsTheState) {
  TargetCache cache;
  cache.begin_load(EventId(5), "bob");
  EXPECT_TRUE(cache.loading(EventId(5), "bob"));
  cache.finish_load(EventId(5), "bob", message());
  ASSERT_TRUE(cache.find(EventId(5), "bob"));
  EXPECT_FALSE(cache.find(EventId(5), "alice"));  // her reactions are not known
  cache.apply(reaction("bob", 9));
  EXPECT_EQ(cache.find(EventId(5), "bob")->overlay->reactions(0).count(), 1u);
  // An answer that was on its way does not know of it; the message in the cache does.
  cache.begin_load(EventId(5), "alice");
  cache.apply(reaction("bob", 10, false));
  cache.finish_load(EventId(5), "alice", message());
  EXPECT_EQ(cache.find(EventId(5), "alice")->overlay->version(), 10u);
}

TEST(TargetCache, DropsAnAnswerThatIsBehind) {
  TargetCache cache;
  cache.begin_load(EventId(5), "bob");
  cache.apply(reaction("carl", 9));
  cache.finish_load(EventId(5), "bob", message());
  EXPECT_FALSE(cache.find(EventId(5), "bob"));
}

TEST(TargetCache, IsBounded) {
  TargetCache cache;
  for (uint64_t id = 1; id <= TargetCache::kTargetsMax + 1; ++id) {
    cache.begin_load(EventId(id), "bob");
    cache.finish_load(EventId(id), "bob", message());
  }
  EXPECT_FALSE(cache.has_room(EventId(1)));
  EXPECT_TRUE(cache.find(EventId(1), "bob"));
  cache.trim();
  // What was used last stays.
  EXPECT_TRUE(cache.find(EventId(1), "bob"));
  EXPECT_FALSE(cache.find(EventId(2), "bob"));
}

TEST(TargetCache, WhatIsForgottenIsNotMadeUpForByAnAnswerThatIsBehind) {
  TargetCache cache(1, 1);
  const auto load = [&cache](uint64_t id, const std::string& user) {
    cache.begin_load(EventId(id), user);
    cache.finish_load(EventId(id), user, message());
  };
  load(5, "bob");
  cache.apply(reaction("bob", 9));
  cache.begin_load(EventId(5), "alice");  // reads what was there before the reaction was stored
  load(6, "bob");
  cache.trim();
  cache.finish_load(EventId(5), "alice", message());
  EXPECT_FALSE(cache.find(EventId(5), "alice"));
  load(5, "alice");
  EXPECT_TRUE(cache.find(EventId(5), "alice"));
}

TEST(TargetCache, KeepsTheReactionsUsedLast) {
  TargetCache cache;
  for (size_t user = 0; user < TargetCache::kReactionsMax + 2; ++user) {
    cache.begin_load(EventId(5), std::to_string(user));
    cache.finish_load(EventId(5), std::to_string(user), message());
  }
  EXPECT_FALSE(cache.has_room(EventId(5)));
  EXPECT_TRUE(cache.find(EventId(5), "0"));
  cache.trim();
  EXPECT_TRUE(cache.find(EventId(5), "0"));
  EXPECT_FALSE(cache.find(EventId(5), "1"));
  EXPECT_FALSE(cache.find(EventId(5), "2"));
  EXPECT_TRUE(cache.find(EventId(5), "3"));
}

TEST(TargetCache, KeepsNoBodyAndNothingThatIsNotThere) {
  TargetCache cache;
  persistence::LoadedTarget loaded = message();
  loaded.event->mutable_body()->set_text("secret");
  cache.begin_load(EventId(5), "bob");
  cache.finish_load(EventId(5), "bob", std::move(loaded));
  EXPECT_FALSE(cache.find(EventId(5), "bob")->event->has_body());
  cache.begin_load(EventId(6), "bob");
  cache.finish_load(EventId(6), "bob", {});
  EXPECT_FALSE(cache.find(EventId(6), "bob"));
  EXPECT_FALSE(cache.loading(EventId(6), "bob"));
}

}  // namespace
}  // namespace chat::messaging
