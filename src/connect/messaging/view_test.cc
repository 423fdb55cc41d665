#include "connect/messaging/view.h"

#include <gtest/gtest.h>

namespace chat::messaging {
namespace {

using protocol::EventId;
using protocol::MemberItem;
using protocol::Place;
using protocol::Seq;
using Hole = View::Hole;
using Order = View::Order;

// In these tests the event of seq n has id 10 n, and every second event is a message.
Place place(uint64_t seq) {
  Place place;
  place.set_id(seq * 10);
  place.set_seq(seq);
  place.set_nth(seq / 2);
  return place;
}

constexpr uint64_t kOpenEnd = 0;

MemberItem member(std::initializer_list<std::pair<uint64_t, uint64_t>> intervals) {
  MemberItem item;
  for (const auto& [from, to] : intervals) {
    protocol::Interval& interval = *item.add_intervals();
    *interval.mutable_from() = place(from);
    if (to == kOpenEnd)
      interval.set_open(true);
    else
      *interval.mutable_to() = place(to);
  }
  return item;
}

std::vector<uint64_t> seen(const View& view, uint64_t up_to) {
  std::vector<uint64_t> seqs;
  for (uint64_t seq = 0; seq <= up_to; ++seq) {
    EXPECT_EQ(view.sees(Seq(seq)), view.sees(EventId(seq * 10))) << seq;
    if (view.sees(Seq(seq))) seqs.push_back(seq);
  }
  return seqs;
}

TEST(ViewTest, SeesWhatLiesInItsIntervals) {
  struct Case {
    MemberItem member;
    std::vector<uint64_t> seen;
    bool member_now;
  };
  const Case cases[] = {
      {member({}), {}, false},
      {member({{0, kOpenEnd}}), {1, 2, 3, 4, 5, 6, 7, 8, 9}, true},
      {member({{4, kOpenEnd}}), {5, 6, 7, 8, 9}, true},
      {member({{2, 4}}), {3, 4}, false},
      {member({{2, 4}, {6, kOpenEnd}}), {3, 4, 7, 8, 9}, true},
      {member({{2, 4}, {4, 6}}), {3, 4, 5, 6}, false},
      {member({{3, 5}, {0, kOpenEnd}}), {1, 2, 3, 4, 5, 6, 7, 8, 9}, true},
      {member({{3, 3}}), {}, false},
  };
  for (const Case& c : cases) {
    const View view(c.member);
    EXPECT_EQ(seen(view, 9), c.seen) << c.member.ShortDebugString();
    EXPECT_EQ(view.member_now(), c.member_now) << c.member.ShortDebugString();
    EXPECT_EQ(view.empty(), c.seen.empty()) << c.member.ShortDebugString();
    EXPECT_EQ(view.first().value(), c.seen.empty() ? 0 : c.seen[0]);
    EXPECT_EQ(view.up_to(place(9)).last().value(), c.seen.empty() ? 0 : c.seen.back());
  }
}

TEST(ViewTest, OfNobodySeesNothing) {
  EXPECT_TRUE(View().empty());
  EXPECT_FALSE(View().sees(Seq(1)));
  EXPECT_EQ(View().newest(place(9)).seq(), 0u);
  EXPECT_EQ(View().unread({}, place(9)), 0u);
}

TEST(ViewTest, UpToEndsAtTheHead) {
  const View view(member({{2, 4}, {6, kOpenEnd}}));
  EXPECT_EQ(seen(view.up_to(place(8)), 9), (std::vector<uint64_t>{3, 4, 7, 8}));
  EXPECT_EQ(seen(view.up_to(place(6)), 9), (std::vector<uint64_t>{3, 4}));
  EXPECT_EQ(seen(view.up_to(place(3)), 9), (std::vector<uint64_t>{3}));
  EXPECT_TRUE(view.up_to(place(3)).member_now());
  EXPECT_TRUE(view.up_to(place(2)).empty());
}

TEST(ViewTest, NewestIsTheHeadOrTheEndOfTheLastInterval) {
  EXPECT_EQ(View(member({{2, kOpenEnd}})).newest(place(9)).seq(), 9u);
  EXPECT_EQ(View(member({{2, 4}, {5, 7}})).newest(place(9)).seq(), 7u);
  EXPECT_EQ(View(member({{2, 4}, {5, 7}})).newest(place(9)).id(), 70u);
  EXPECT_EQ(View(member({{2, 4}, {8, kOpenEnd}})).newest(place(8)).seq(), 4u);
  EXPECT_EQ(View(member({{8, kOpenEnd}})).newest(place(8)).seq(), 0u);
}

TEST(ViewTest, UnreadSumsTheVisibleMessages) {
  const View view(member({{2, 6}, {10, kOpenEnd}}));  // messages 4, 6, 12, 14, …
  EXPECT_EQ(view.unread({}, place(14)), 4u);
  EXPECT_EQ(view.unread(place(3), place(14)), 4u);
  EXPECT_EQ(view.unread(place(4), place(14)), 3u);
  EXPECT_EQ(view.unread(place(6), place(14)), 2u);
  EXPECT_EQ(view.unread(place(8), place(14)), 2u);
  EXPECT_EQ(view.unread(place(12), place(14)), 1u);
  EXPECT_EQ(view.unread(place(14), place(14)), 0u);
  EXPECT_EQ(view.unread(place(20), place(14)), 0u);
}

TEST(ViewTest, SeesBetweenNeedsOneInterval) {
  const View view(member({{2, 6}, {10, kOpenEnd}}));
  EXPECT_TRUE(view.sees_between(EventId(30), EventId(60)));
  EXPECT_TRUE(view.sees_between(EventId(110), EventId(9000)));
  EXPECT_FALSE(view.sees_between(EventId(30), EventId(110)));
  EXPECT_FALSE(view.sees_between(EventId(30), EventId(70)));
  EXPECT_FALSE(view.sees_between(EventId(20), EventId(30)));
}

using Ids = std::vector<std::pair<uint64_t, uint64_t>>;
Ids clipped(const View& view, uint64_t after, uint64_t before, Order order) {
  Ids ids;
  for (const View::Stretch& s : view.clip(EventId(after), EventId(before), order))
    ids.emplace_back(s.after.value(), s.before.value());
  return ids;
}

TEST(ViewTest, ClipsRangesOfIds) {
  const View view(member({{2, 4}, {6, 8}, {10, kOpenEnd}}));
  const uint64_t max = EventId::kMax;
  EXPECT_EQ(clipped(view, 0, max, Order::kRising), (Ids{{20, 41}, {60, 81}, {100, max}}));
  EXPECT_EQ(clipped(view, 0, max, Order::kFalling), (Ids{{100, max}, {60, 81}, {20, 41}}));
  EXPECT_EQ(clipped(view, 25, 75, Order::kRising), (Ids{{25, 41}, {60, 75}}));
  EXPECT_EQ(clipped(view, 40, 61, Order::kRising), (Ids{}));
  EXPECT_EQ(clipped(view, 39, 62, Order::kRising), (Ids{{39, 41}, {60, 62}}));
  EXPECT_EQ(clipped(view, 0, 20, Order::kFalling), (Ids{}));
  EXPECT_EQ(clipped(view, max, max, Order::kRising), (Ids{}));
  EXPECT_EQ(clipped(view, 500, 100, Order::kRising), (Ids{}));
  const auto stretches = view.clip(EventId(25), EventId(max), Order::kRising);
  EXPECT_EQ(stretches[0].first, Seq(3));
  EXPECT_EQ(stretches[0].last, Seq(4));
}

TEST(ViewTest, NamesTheHoles) {
  using Holes = std::vector<Hole>;
  const View view(member({{2, 4}, {6, 8}}));
  EXPECT_EQ(view.holes(Seq(1), Seq(9)),
            (Holes{{Seq(1), Seq(2)}, {Seq(5), Seq(6)}, {Seq(9), Seq(9)}}));
  EXPECT_EQ(view.holes(Seq(3), Seq(4)), Holes{});
  EXPECT_EQ(view.holes(Seq(4), Seq(5)), (Holes{{Seq(5), Seq(5)}}));
  EXPECT_EQ(view.holes(Seq(6), Seq(7)), (Holes{{Seq(6), Seq(6)}}));
  EXPECT_EQ(View().holes(Seq(1), Seq(3)), (Holes{{Seq(1), Seq(3)}}));
  EXPECT_EQ(View(member({{0, kOpenEnd}})).holes(Seq(1), Seq(99)), Holes{});
}

TEST(ViewTest, KnowsTheGapsBesideAnInterval) {
  const View view(member({{2, 4}, {6, 8}}));
  const View::Gap between{{Seq(5), Seq(6)}, EventId(40), EventId(60)};
  EXPECT_EQ(view.gap_below(Seq(3)), (View::Gap{{Seq(1), Seq(2)}, EventId(0), EventId(20)}));
  EXPECT_EQ(view.gap_below(Seq(4)), std::nullopt);
  EXPECT_EQ(view.gap_below(Seq(7)), between);
  EXPECT_EQ(view.gap_above(Seq(4)), between);
  EXPECT_EQ(view.gap_above(Seq(3)), std::nullopt);
  EXPECT_EQ(view.gap_above(Seq(8)), std::nullopt);
  EXPECT_EQ(View(member({{0, kOpenEnd}})).gap_below(Seq(1)), std::nullopt);
}

TEST(ViewTest, PlaceOfAnEvent) {
  protocol::Event event;
  event.set_id(70);
  event.set_seq(7);
  event.set_nth(3);
  EXPECT_EQ(place_of(event).SerializeAsString(), place(7).SerializeAsString());
}

}  // namespace
}  // namespace chat::messaging
