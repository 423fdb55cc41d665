#include "connect/messaging/paging.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "connect/base/random.h"
#include "connect/messaging/log_for_test.h"

namespace chat::messaging {
namespace {

using protocol::Event;
using protocol::EventId;
using protocol::MemberItem;
using protocol::Seq;
using Hole = View::Hole;

// What a test looks at of a page, free of the Paging.
struct Got {
  std::vector<uint64_t> seqs;
  std::optional<Hole> range;
  std::vector<Hole> missing;
  std::optional<EventId> prev;
  std::optional<EventId> next;
  uint32_t reads = 0;
};

Got page_of(const TestLog& log, const View& view, PagePosition position, uint32_t limit,
            bool stops_at_once = false) {
  Paging paging(position, limit, view.up_to(log.head()));
  Got got;
  while (const auto range = paging.next()) {
    ++got.reads;
    EXPECT_LE(got.reads, 1000u);
    persistence::LogPage read;
    read.events = log.read(*range, stops_at_once);
    paging.take(std::move(read));
  }
  const Page page = paging.finish();
  for (const Event* event : page.messages) got.seqs.push_back(event->seq());
  got.range = page.range;
  got.missing = page.missing;
  got.prev = page.prev;
  got.next = page.next;
  return got;
}

EventId id_at(uint64_t seq) { return EventId(TestLog::id_at(seq)); }

// m: message, r: reaction; seqs from 1.
TestLog log_of(std::string_view kinds) {
  TestLog log;
  for (const char kind : kinds)
    kind == 'm' ? log.message("ann", "hi") : log.react("bob", TestLog::id_at(1), "+");
  return log;
}

View view_of(const TestLog& log, std::vector<std::pair<uint64_t, uint64_t>> intervals) {
  MemberItem item;
  for (const auto& [from, to] : intervals) {
    protocol::Interval& interval = *item.add_intervals();
    *interval.mutable_from() = log.place(from);
    interval.set_open(to == 0);
    if (to != 0) *interval.mutable_to() = log.place(to);
  }
  return View(item);
}

using Seqs = std::vector<uint64_t>;

TEST(PagingTest, NewestPage) {
  const TestLog log = log_of("mmmrrmr");
  const View all = view_of(log, {{0, 0}});
  const Got got = page_of(log, all, PagePosition::newest(), 2);
  EXPECT_EQ(got.seqs, (Seqs{3, 6}));
  EXPECT_EQ(got.range->to, Seq(7));
  EXPECT_EQ(got.prev, id_at(got.range->from.value()));
  EXPECT_EQ(got.next, std::nullopt);
  EXPECT_EQ(got.reads, 1u);
}

TEST(PagingTest, PositionsByTable) {
  const TestLog log = log_of("mmmmmmmm");
  const View all = view_of(log, {{0, 0}});
  const EventId beside(TestLog::id_at(4) + 1);  // an id that does not exist
  struct Case {
    PagePosition position;
    uint32_t limit;
    Seqs seqs;
    std::optional<EventId> prev;
    std::optional<EventId> next;
  };
  const int64_t ms4 = kLogStartMs + 8;
  const Case cases[] = {
      {PagePosition::newest(), 3, {6, 7, 8}, id_at(6), {}},
      {PagePosition::newest(), 8, {1, 2, 3, 4, 5, 6, 7, 8}, {}, {}},
      {PagePosition::before(id_at(4)), 2, {2, 3}, id_at(2), id_at(3)},
      {PagePosition::before(beside), 2, {3, 4}, id_at(3), id_at(4)},
      {PagePosition::before(id_at(1)), 2, {}, {}, EventId(TestLog::id_at(1) - 1)},
      {PagePosition::before(EventId(0)), 2, {}, {}, EventId(0)},
      {PagePosition::before(EventId(EventId::kMax)), 1, {8}, id_at(8), {}},
      {PagePosition::after(id_at(4)), 2, {5, 6}, id_at(5), id_at(6)},
      {PagePosition::after(beside), 2, {5, 6}, id_at(5), id_at(6)},
      {PagePosition::after(EventId(0)), 2, {1, 2}, {}, id_at(2)},
      {PagePosition::after(id_at(6)), 2, {7, 8}, id_at(7), {}},
      {PagePosition::after(id_at(8)), 2, {}, EventId(TestLog::id_at(8) + 1), {}},
      {PagePosition::around(id_at(4)), 4, {2, 3, 4, 5}, id_at(2), id_at(5)},
      {PagePosition::around(id_at(4)), 5, {2, 3, 4, 5, 6}, id_at(2), id_at(6)},
      {PagePosition::around(beside), 4, {3, 4, 5, 6}, id_at(3), id_at(6)},
      {PagePosition::around(id_at(4)), 1, {4}, id_at(4), id_at(4)},
      {PagePosition::around(id_at(1)), 4, {1, 2}, {}, id_at(2)},
      {PagePosition::around(EventId(EventId::kMax)), 4, {7, 8}, id_at(7), {}},
      {PagePosition::around(EventId(EventId::kMax)), 1, {}, EventId(EventId::kMax), {}},
      {PagePosition::at(ms4), 2, {4, 5}, id_at(4), id_at(5)},
      {PagePosition::at(ms4 + 1), 2, {5, 6}, id_at(5), id_at(6)},
      {PagePosition::at(0), 2, {1, 2}, {}, id_at(2)},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    const Got got = page_of(log, all, cases[i].position, cases[i].limit);
    EXPECT_EQ(got.seqs, cases[i].seqs) << i;
    EXPECT_EQ(got.prev, cases[i].prev) << i;
    EXPECT_EQ(got.next, cases[i].next) << i;
    EXPECT_EQ(got.range.has_value(), !cases[i].seqs.empty()) << i;
  }
}

TEST(PagingTest, NothingToSeeIsTheEndOnBothSides) {
  const TestLog log = log_of("mmm");
  for (const auto position : {PagePosition::newest(), PagePosition::before(id_at(2)),
                              PagePosition::after(id_at(2)), PagePosition::around(id_at(2))}) {
    const Got got = page_of(log, View(), position, 5);
    EXPECT_TRUE(got.seqs.empty());
    EXPECT_EQ(got.range, std::nullopt);
    EXPECT_EQ(got.prev, std::nullopt);
    EXPECT_EQ(got.next, std::nullopt);
  }
}

TEST(PagingTest, SeeksPastWhatIsForbiddenAndNamesIt) {
  const TestLog log = log_of("mmmmmmmmmm");
  const View view = view_of(log, {{1, 3}, {6, 8}});  // sees 2, 3, 7, 8
  const Got across = page_of(log, view, PagePosition::newest(), 3);
  EXPECT_EQ(across.seqs, (Seqs{3, 7, 8}));
  EXPECT_EQ(across.range, (Hole{Seq(3), Seq(8)}));
  EXPECT_EQ(across.missing, (std::vector<Hole>{{Seq(4), Seq(6)}}));
  EXPECT_EQ(across.prev, id_at(3));
  EXPECT_EQ(across.next, std::nullopt);

  const Got upper = page_of(log, view, PagePosition::after(id_at(3)), 9);
  EXPECT_EQ(upper.seqs, (Seqs{7, 8}));
  EXPECT_EQ(upper.range, (Hole{Seq(4), Seq(8)}));
  EXPECT_EQ(upper.missing, (std::vector<Hole>{{Seq(4), Seq(6)}}));

  const Got lower = page_of(log, view, PagePosition::before(id_at(7)), 9);
  EXPECT_EQ(lower.seqs, (Seqs{2, 3}));
  EXPECT_EQ(lower.range, (Hole{Seq(2), Seq(6)}));
  EXPECT_EQ(lower.missing, (std::vector<Hole>{{Seq(4), Seq(6)}}));
  EXPECT_EQ(lower.prev, std::nullopt);
  EXPECT_EQ(page_of(log, view, PagePosition::after(*lower.next), 9).range, (Hole{Seq(7), Seq(8)}));
}

TEST(PagingTest, JumpsOverRunsOfReactions) {
  const TestLog log = log_of("m" + std::string(12'000, 'r') + "m" + std::string(7'000, 'r'));
  const View all = view_of(log, {{0, 0}});
  // The run behind the newest message is longer than a page scans, yet the page is not empty.
  const Got newest = page_of(log, all, PagePosition::newest(), 1);
  EXPECT_EQ(newest.seqs, (Seqs{12'002}));
  EXPECT_EQ(newest.range->to, Seq(19'002));
  // Having a message it answers short instead of scanning 12,000 more.
  const Got two = page_of(log, all, PagePosition::newest(), 2);
  EXPECT_EQ(two.seqs, (Seqs{12'002}));
  ASSERT_TRUE(two.prev);
  EXPECT_EQ(page_of(log, all, PagePosition::before(*two.prev), 2).seqs, (Seqs{1}));
}

TEST(PagingTest, EndsAtABoundWhenThereIsNoMessageForLong) {
  const TestLog log = log_of("m" + std::string(kPageSearchEventsMax + 1000, 'r') + "m");
  const Got got = page_of(log, view_of(log, {{0, 0}}), PagePosition::after(id_at(1)), 5);
  EXPECT_TRUE(got.seqs.empty());
  ASSERT_TRUE(got.range && got.next);
  EXPECT_EQ(*got.range, (Hole{Seq(2), Seq(20'001)}));
  const Got more = page_of(log, view_of(log, {{0, 0}}), PagePosition::after(*got.next), 5);
  EXPECT_EQ(more.seqs, (Seqs{kPageSearchEventsMax + 1002}));
  EXPECT_EQ(more.range->from.value(), got.range->to.value() + 1);
}

TEST(PagingTest, AnswersShortAtItsBytes) {
  TestLog log;
  for (int i = 0; i < 150; ++i) log.message("ann", std::string(16'000, 'x'));
  const View all = view_of(log, {{0, 0}});
  const Got got = page_of(log, all, PagePosition::newest(), 200);
  EXPECT_EQ(got.seqs.size(), kPageBytesMax / 16'050);
  ASSERT_TRUE(got.prev);
  const Got older = page_of(log, all, PagePosition::before(*got.prev), 200);
  EXPECT_EQ(older.range->to.value() + 1, got.range->from.value());
  const Got first = page_of(log, all, PagePosition::after(EventId(0)), 200);
  EXPECT_EQ(first.seqs.size(), got.seqs.size());
  EXPECT_TRUE(first.next);
}

// Messages with an edit each: to a long text, or to a short one by the event with this seq.
persistence::LogPage with_edits(const TestLog& log, const store::LogRange& range, uint64_t by) {
  persistence::LogPage read;
  read.events = log.read(range);
  for (const Event& event : read.events) {
    protocol::OverlayItem& overlay = read.overlays.emplace_back();
    overlay.set_target(event.id());
    overlay.set_version(by == 0 ? event.id() : TestLog::id_at(by));
    overlay.add_edits(event.id());
    overlay.mutable_body()->set_text(std::string(by == 0 ? 40'000 : 10, 'x'));
  }
  std::sort(read.overlays.begin(), read.overlays.end(),
            [](const auto& a, const auto& b) { return a.target() < b.target(); });
  return read;
}

TEST(PagingTest, EditedTextsCountTowardsItsBytes) {
  const TestLog log = log_of(std::string(100, 'm'));
  struct Case {
    PagePosition position;
    uint64_t edited_by;
    Seqs ends;
  };
  // What is yet to be read of an edit, because the newest lies beyond the view, may be 64 KB.
  for (const Case& c : {Case{PagePosition::newest(), 0, {65, 90}},
                        Case{PagePosition::after(id_at(10)), 0, {11, 36}},
                        Case{PagePosition::newest(), 95, {76, 90}}}) {
    Paging paging(c.position, 80, view_of(log, {{0, 90}}));
    while (const auto range = paging.next()) paging.take(with_edits(log, *range, c.edited_by));
    const Page page = paging.finish();
    EXPECT_EQ(page.messages.front()->seq(), c.ends[0]);
    EXPECT_EQ(page.messages.back()->seq(), c.ends[1]);
    EXPECT_EQ(page.range, (Hole{Seq(c.ends[0]), Seq(c.ends[1])}));
    EXPECT_EQ(page.prev, id_at(c.ends[0]));
    EXPECT_EQ(page.next, c.ends[1] == 90 ? std::nullopt : std::optional(id_at(c.ends[1])));
    EXPECT_EQ(page.overlays.size(), page.messages.size());
  }
}

TEST(PagingTest, OverlaysOfSeveralReadsAreInOrder) {
  const TestLog log = log_of("mmmm");
  Paging paging(PagePosition::around(id_at(3)), 4, view_of(log, {{0, 0}}).up_to(log.head()));
  while (const auto range = paging.next()) {
    persistence::LogPage read;
    read.events = log.read(*range);
    for (const Event& event : read.events) {
      protocol::OverlayItem overlay;
      overlay.set_target(event.id());
      read.overlays.push_back(overlay);
      read.reactions.emplace_back(EventId(event.id()), protocol::ReactionItem());
    }
    std::sort(read.overlays.begin(), read.overlays.end(),
              [](const auto& a, const auto& b) { return a.target() < b.target(); });
    std::sort(read.reactions.begin(), read.reactions.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    paging.take(std::move(read));
  }
  const Page page = paging.finish();
  ASSERT_EQ(page.overlays.size(), 4u);
  ASSERT_EQ(page.reactions.size(), 4u);
  for (uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(page.overlays[i].target(), TestLog::id_at(i + 1));
    EXPECT_EQ(page.reactions[i].first, id_at(i + 1));
  }
}

// A random log, random intervals that begin with a joining and end with a leaving, as a chat's do.
struct World {
  TestLog log;
  View view;
  std::vector<uint64_t> visible;           // seqs
  std::vector<uint64_t> visible_messages;  // seqs
};

World random_world(base::SeededRandom& random) {
  World world;
  MemberItem item;
  bool in = false;
  const uint64_t events = random.next() % 60;
  world.log.add(protocol::KIND_CHAT, "ann");
  for (uint64_t i = 0; i < events; ++i) {
    const uint64_t dice = random.next() % 10;
    if (dice == 0) {
      const protocol::Place before = world.log.head();
      world.log.add(protocol::KIND_MEMBER, "ann");
      if (!in) {
        protocol::Interval& interval = *item.add_intervals();
        *interval.mutable_from() = before;
        interval.set_open(true);
      } else {
        item.mutable_intervals()->rbegin()->set_open(false);
        *item.mutable_intervals()->rbegin()->mutable_to() = world.log.head();
      }
      in = !in;
    } else if (dice < 6) {
      world.log.message("ann", "hi");
    } else {
      world.log.react("bob", TestLog::id_at(1), "+");
    }
  }
  world.view = View(item);
  for (const Event& event : world.log.events) {
    if (!world.view.sees(Seq(event.seq()))) continue;
    world.visible.push_back(event.seq());
    if (is_message(event)) world.visible_messages.push_back(event.seq());
  }
  return world;
}

// What must hold for any single page, by looking at the whole log.
void check_page(const World& world, const Got& got) {
  EXPECT_EQ(got.range.has_value(), !got.seqs.empty());
  if (!got.range) return;
  Seqs listed;
  for (const uint64_t seq : world.visible_messages)
    if (seq >= got.range->from.value() && seq <= got.range->to.value()) listed.push_back(seq);
  EXPECT_EQ(got.seqs, listed);
  std::set<uint64_t> missing;
  for (const Hole& hole : got.missing)
    for (uint64_t seq = hole.from.value(); seq <= hole.to.value(); ++seq) missing.insert(seq);
  for (uint64_t seq = got.range->from.value(); seq <= got.range->to.value(); ++seq)
    EXPECT_EQ(missing.contains(seq), !world.view.sees(Seq(seq))) << seq;
  EXPECT_EQ(got.prev.has_value(), world.visible.front() < got.range->from.value());
  EXPECT_EQ(got.next.has_value(), world.visible.back() > got.range->to.value());
}

// A page's neighbours begin right beside it, whichever way it was come by.
void joins_on_both_sides(const World& world, const Got& got) {
  if (got.prev) {
    const Got lower = page_of(world.log, world.view, PagePosition::before(*got.prev), 2);
    EXPECT_TRUE(!lower.range || lower.range->to.value() + 1 == got.range->from.value());
  }
  if (got.next) {
    const Got upper = page_of(world.log, world.view, PagePosition::after(*got.next), 2);
    EXPECT_TRUE(!upper.range || upper.range->from.value() == got.range->to.value() + 1);
  }
}

void walk(const World& world, uint32_t limit, bool forward, bool stops_at_once) {
  Seqs met;
  std::optional<Hole> last;
  auto position = forward ? PagePosition::after(EventId(0)) : PagePosition::newest();
  for (int pages = 0; pages < 200; ++pages) {
    const Got got = page_of(world.log, world.view, position, limit, stops_at_once);
    check_page(world, got);
    met.insert(forward ? met.end() : met.begin(), got.seqs.begin(), got.seqs.end());
    if (last && got.range) {
      const Hole& lower = forward ? *last : *got.range;
      const Hole& upper = forward ? *got.range : *last;
      EXPECT_EQ(lower.to.value() + 1, upper.from.value());
    }
    EXPECT_TRUE(got.range || !last) << "an empty page in a walk";
    if (got.range) joins_on_both_sides(world, got);
    last = got.range;
    const auto go_on = forward ? got.next : got.prev;
    if (!go_on) break;
    position = forward ? PagePosition::after(*go_on) : PagePosition::before(*go_on);
  }
  EXPECT_EQ(met, world.visible_messages);
}

TEST(PagingTest, WalksMeetEveryVisibleMessageOnce) {
  base::SeededRandom random(1);
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE(round);
    const World world = random_world(random);
    const auto limit = static_cast<uint32_t>(1 + random.next() % 7);
    const bool stops_at_once = random.next() % 2 == 0;
    walk(world, limit, true, stops_at_once);
    walk(world, limit, false, stops_at_once);
    if (testing::Test::HasFailure()) break;
  }
}

// The visible messages before and from an id on, nearest first.
Seqs expected_around(const World& world, EventId id, uint32_t below, uint32_t above) {
  Seqs lower, upper;
  for (const uint64_t seq : world.visible_messages)
    (id_at(seq) < id ? lower : upper).push_back(seq);
  if (lower.size() > below) lower.erase(lower.begin(), lower.end() - below);
  if (upper.size() > above) upper.resize(above);
  lower.insert(lower.end(), upper.begin(), upper.end());
  return lower;
}

TEST(PagingTest, AnyPositionGivesItsNearestMessages) {
  base::SeededRandom random(2);
  for (int round = 0; round < 4000; ++round) {
    SCOPED_TRACE(round);
    const World world = random_world(random);
    const auto limit = static_cast<uint32_t>(1 + random.next() % 9);
    const bool at_once = random.next() % 2 == 0;
    // Also ids beside events and beyond both ends.
    const EventId id(TestLog::id_at(random.next() % (world.log.events.size() + 2)) +
                     random.next() % 3 - 1);
    const EventId above(id.value() + 1);
    const Got before = page_of(world.log, world.view, PagePosition::before(id), limit, at_once);
    const Got after = page_of(world.log, world.view, PagePosition::after(id), limit, at_once);
    const Got around = page_of(world.log, world.view, PagePosition::around(id), limit, at_once);
    EXPECT_EQ(before.seqs, expected_around(world, id, limit, 0));
    EXPECT_EQ(after.seqs, expected_around(world, above, 0, limit));
    EXPECT_EQ(around.seqs, expected_around(world, id, limit / 2, limit - limit / 2));
    for (const Got& got : {before, after, around}) {
      check_page(world, got);
      if (got.range) joins_on_both_sides(world, got);
      // From an empty page one gets back to where there is something.
      if (!got.seqs.empty() || world.visible.empty()) continue;
      EXPECT_TRUE(got.prev || got.next);
      const auto back = got.prev ? PagePosition::before(*got.prev)
                                 : PagePosition::after(got.next.value_or(EventId()));
      EXPECT_FALSE(page_of(world.log, world.view, back, 1).seqs.empty());
    }
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace chat::messaging
