#include "connect/messaging/dedup.h"

#include <gtest/gtest.h>

#include "connect/messaging/commands_for_test.h"

namespace chat::messaging {
namespace {

using protocol::EventId;
using protocol::Key;
using protocol::Seq;
using testing::kNow;

// One message a step of `step_ms`, keyed at its own time.
class DedupTest : public ::testing::Test {
 protected:
  void fill(size_t events, int64_t step_ms) {
    for (size_t i = 0; i < events; ++i) push(kNow + static_cast<int64_t>(i) * step_ms);
  }
  void push(int64_t ms) {
    ++count_;
    KeyEntry entry;
    entry.key = key(ms, count_);
    entry.user = "bob";
    last_ = std::max(EventId::first_of_ms(ms), EventId(last_.value() + 1));
    entry.id = last_;
    entry.seq = Seq(count_);
    entry.digest = 7;
    keys_.push(entry);
  }
  static Key key(int64_t ms, uint64_t number) {
    return *Key::from_bytes(testing::key_of(ms, number));
  }
  KeyAnswer ask(const Key& key, const KeyLookup* lookup = nullptr, uint64_t digest = 7) {
    return look_up(keys_, lookup, Seq(count_), "bob", key, digest, last_.ms());
  }

  RecentKeys keys_;
  uint64_t count_ = 0;
  EventId last_;
};

TEST_F(DedupTest, AKeyIsFoundByUserAndContent) {
  fill(100, 1);
  EXPECT_EQ(ask(key(kNow + 41, 42)).verdict, KeyVerdict::kStored);
  EXPECT_EQ(ask(key(kNow + 41, 42)).entry->seq, Seq(42));
  EXPECT_EQ(ask(key(kNow + 41, 42), nullptr, 8).verdict, KeyVerdict::kReused);
  EXPECT_EQ(ask(key(kNow + 41, 43)).verdict, KeyVerdict::kNew);
  EXPECT_EQ(look_up(keys_, nullptr, Seq(100), "eve", key(kNow + 41, 42), 7, kNow).verdict,
            KeyVerdict::kNew);
  keys_.blank(EventId::first_of_ms(kNow + 41));
  EXPECT_EQ(ask(key(kNow + 41, 42), nullptr, 8).verdict, KeyVerdict::kStored);
}

TEST_F(DedupTest, OldEntriesMakeWayAndAreLookedUpInTheLog) {
  fill(1000, 1000);
  EXPECT_EQ(keys_.size(), RecentKeys::kEntriesKept);
  const Key old = key(kNow + 41'000, 42);
  const KeyAnswer answer = ask(old);
  ASSERT_EQ(answer.verdict, KeyVerdict::kNeedsLog);
  EXPECT_EQ(answer.from, EventId::first_of_ms(kNow + 36'000));

  KeyLookup lookup{answer.from, EventId(keys_.covers_from().value() - 1), 37, {}};
  EXPECT_EQ(ask(old, &lookup).verdict, KeyVerdict::kNew);
  lookup.found =
      KeyEntry{old, "bob", EventId::first_of_ms(kNow + 41'000), Seq(42), 42, 7, {}, false};
  EXPECT_EQ(ask(old, &lookup).entry->seq, Seq(42));
  EXPECT_EQ(ask(old, &lookup, 8).verdict, KeyVerdict::kReused);

  // Memory moved on past what was read: it must be read again.
  fill(1000, 1000);
  EXPECT_EQ(ask(old, &lookup).verdict, KeyVerdict::kNeedsLog);
}

TEST_F(DedupTest, TooManyEventsAfterTheKeyNeedASync) {
  fill(protocol::kDedupEventsMax + 1, 0);
  EXPECT_EQ(keys_.size(), RecentKeys::kEntriesMax);
  EXPECT_EQ(ask(key(kNow, 5)).verdict, KeyVerdict::kSyncRequired);
  // In the log too, whatever it found.
  RecentKeys fresh;
  fresh.start_at(EventId::first_of_ms(kNow + 60'000));
  const KeyLookup lookup{EventId::first_of_ms(kNow - 5'000),
                         EventId(fresh.covers_from().value() - 1), 1,
                         KeyEntry{key(kNow, 5), "bob", EventId::first_of_ms(kNow), Seq(5)}};
  EXPECT_EQ(
      look_up(fresh, &lookup, Seq(protocol::kDedupEventsMax), "bob", key(kNow, 5), 0, kNow).verdict,
      KeyVerdict::kStored);
  EXPECT_EQ(
      look_up(fresh, &lookup, Seq(protocol::kDedupEventsMax + 1), "bob", key(kNow, 5), 0, kNow)
          .verdict,
      KeyVerdict::kSyncRequired);
}

TEST_F(DedupTest, AnOldKeyIsExpiredUnlessMemoryReachesBackToIt) {
  fill(10, 0);
  push(kNow + protocol::kKeyAgeMaxMs + 1'000);
  EXPECT_EQ(ask(key(kNow, 5)).verdict, KeyVerdict::kStored);
  fill(100, 1'000'000'000);
  EXPECT_EQ(ask(key(kNow, 5)).verdict, KeyVerdict::kExpired);
}

TEST_F(DedupTest, AKeyIsAsOldAsItsRecordSaysWhereverTheTailIs) {
  const int64_t ahead = kNow + 2 * protocol::kKeyAgeMaxMs;
  for (int i = 0; i < 10; ++i) push(ahead);
  RecentKeys later;
  later.start_at(EventId::first_of_ms(ahead));
  const Key fresh = key(kNow, 77);
  const auto ask_later = [&](const KeyLookup* lookup) {
    return look_up(later, lookup, Seq(10), "bob", fresh, 7, kNow).verdict;
  };
  EXPECT_EQ(ask_later(nullptr), KeyVerdict::kNeedsLog);
  const KeyLookup lookup{
      earliest_event_of(fresh), EventId(later.covers_from().value() - 1), 10, {}};
  EXPECT_EQ(ask_later(&lookup), KeyVerdict::kNew);
  EXPECT_EQ(look_up(later, nullptr, Seq(10), "bob", fresh, 7, ahead).verdict, KeyVerdict::kExpired);
}

TEST_F(DedupTest, PlacesAreFoundByTheIdAtOrBelow) {
  fill(3, 10);
  EXPECT_EQ(keys_.at_or_below(EventId::first_of_ms(kNow - 1)), nullptr);
  EXPECT_EQ(keys_.at_or_below(EventId::first_of_ms(kNow + 10))->seq, Seq(2));
  EXPECT_EQ(keys_.at_or_below(EventId::first_of_ms(kNow + 19))->seq, Seq(2));
  EXPECT_EQ(keys_.at_or_below(EventId(EventId::kMax))->seq, Seq(3));
}

TEST(ContentDigest, TellsOperationsApart) {
  protocol::Event one;
  one.set_kind(protocol::KIND_MESSAGE);
  one.mutable_body()->set_text("ab");
  one.mutable_body()->set_meta("c");
  protocol::Event other = one;
  EXPECT_EQ(content_digest(one), content_digest(other));
  other.mutable_body()->set_text("a");
  other.mutable_body()->set_meta("bc");
  EXPECT_NE(content_digest(one), content_digest(other));
  other = one;
  other.set_id(9);
  other.set_seq(3);
  EXPECT_EQ(content_digest(one), content_digest(other));
  // Whether an invitation joined or promoted depends on the moment, not on what was asked for.
  protocol::Event joined;
  joined.set_kind(protocol::KIND_MEMBER);
  joined.mutable_member()->add_users("bob");
  joined.mutable_member()->set_change(protocol::CHANGE_JOINED);
  joined.mutable_member()->set_role(protocol::ROLE_ADMIN);
  protocol::Event promoted = joined;
  promoted.mutable_member()->set_change(protocol::CHANGE_ROLE);
  EXPECT_EQ(content_digest(joined), content_digest(promoted));
  promoted.mutable_member()->set_role(protocol::ROLE_OWNER);
  EXPECT_NE(content_digest(joined), content_digest(promoted));
}

}  // namespace
}  // namespace chat::messaging
