#include "connect/messaging/view.h"

#include <algorithm>
#include <limits>

namespace chat::messaging {

using protocol::EventId;
using protocol::Place;
using protocol::Seq;

namespace {

constexpr uint64_t kOpen = std::numeric_limits<uint64_t>::max();

// The exclusive upper bound of ids up to and including this one.
EventId just_above(uint64_t id) { return EventId(id >= EventId::kMax ? EventId::kMax : id + 1); }

}  // namespace

View::Bound View::bound_of(const Place& place) { return {place.id(), place.seq(), place.nth()}; }

View::View(const protocol::MemberItem& member) {
  intervals_.reserve(static_cast<size_t>(member.intervals_size()));
  for (const protocol::Interval& interval : member.intervals()) {
    const Bound to = interval.open() ? Bound{kOpen, kOpen, kOpen} : bound_of(interval.to());
    if (interval.open()) member_now_ = true;
    if (interval.from().seq() < to.seq) intervals_.push_back({bound_of(interval.from()), to});
  }
  std::sort(intervals_.begin(), intervals_.end(),
            [](const Interval& a, const Interval& b) { return a.from.seq < b.from.seq; });
  size_t kept = 0;
  for (size_t i = 1; i < intervals_.size(); ++i) {
    Interval& last = intervals_[kept];
    if (intervals_[i].from.seq > last.to.seq) {
      intervals_[++kept] = intervals_[i];
    } else if (intervals_[i].to.seq > last.to.seq) {
      last.to = intervals_[i].to;
    }
  }
  if (!intervals_.empty()) intervals_.resize(kept + 1);
}

View View::up_to(const Place& head) const {
  View clipped;
  clipped.member_now_ = member_now_;
  for (Interval interval : intervals_) {
    if (interval.from.seq >= head.seq()) break;
    if (interval.to.seq > head.seq()) interval.to = bound_of(head);
    clipped.intervals_.push_back(interval);
  }
  return clipped;
}

std::vector<View::Interval>::const_iterator View::at_or_above(Seq seq) const {
  return std::partition_point(intervals_.begin(), intervals_.end(),
                              [seq](const Interval& i) { return i.to.seq < seq.value(); });
}

std::vector<View::Interval>::const_iterator View::at_or_above(EventId id) const {
  return std::partition_point(intervals_.begin(), intervals_.end(),
                              [id](const Interval& i) { return i.to.id < id.value(); });
}

bool View::sees(Seq seq) const {
  const auto found = at_or_above(seq);
  return found != intervals_.end() && found->from.seq < seq.value();
}

bool View::sees(EventId id) const {
  const auto found = at_or_above(id);
  return found != intervals_.end() && found->from.id < id.value();
}

bool View::sees_between(EventId one, EventId other) const {
  return sees(one) && sees(other) && at_or_above(one) == at_or_above(other);
}

Place View::newest(const Place& head) const {
  Place place;
  for (auto it = intervals_.rbegin(); it != intervals_.rend(); ++it) {
    if (it->from.seq >= head.seq()) continue;
    const Bound bound = it->to.seq > head.seq() ? bound_of(head) : it->to;
    place.set_id(bound.id);
    place.set_seq(bound.seq);
    place.set_nth(bound.nth);
    break;
  }
  return place;
}

uint64_t View::unread(const Place& read, const Place& head) const {
  uint64_t messages = 0;
  for (const Interval& interval : intervals_) {
    const uint64_t from = std::max(interval.from.nth, read.nth());
    const uint64_t to = std::min(interval.to.nth, head.nth());
    if (to > from) messages += to - from;
  }
  return messages;
}

std::vector<View::Stretch> View::clip(EventId after, EventId before, Order order) const {
  std::vector<Stretch> stretches;
  for (auto it = at_or_above(just_above(after.value())); it != intervals_.end(); ++it) {
    const Stretch stretch{std::max(after, EventId(it->from.id)),
                          std::min(before, just_above(it->to.id)), Seq(it->from.seq + 1),
                          Seq(it->to.seq)};
    if (stretch.before.value() <= stretch.after.value() + 1) break;
    stretches.push_back(stretch);
  }
  if (order == Order::kFalling) std::reverse(stretches.begin(), stretches.end());
  return stretches;
}

std::vector<View::Hole> View::holes(Seq from, Seq to) const {
  std::vector<Hole> holes;
  uint64_t next = from.value();  // the lowest seq that is not accounted for
  for (auto it = at_or_above(from); it != intervals_.end() && next <= to.value(); ++it) {
    if (it->from.seq >= next) holes.push_back({Seq(next), Seq(std::min(it->from.seq, to.value()))});
    next = it->to.seq == kOpen ? kOpen : it->to.seq + 1;
  }
  if (next <= to.value()) holes.push_back({Seq(next), to});
  return holes;
}

std::optional<View::Gap> View::gap_below(Seq seq) const {
  const auto found = at_or_above(seq);
  if (found == intervals_.end() || found->from.seq + 1 != seq.value()) return std::nullopt;
  const Bound end = found == intervals_.begin() ? Bound{} : std::prev(found)->to;
  if (end.seq == found->from.seq) return std::nullopt;
  return Gap{{Seq(end.seq + 1), Seq(found->from.seq)}, EventId(end.id), EventId(found->from.id)};
}

std::optional<View::Gap> View::gap_above(Seq seq) const {
  const auto found = at_or_above(seq);
  if (found == intervals_.end() || found->to.seq != seq.value()) return std::nullopt;
  const auto next = std::next(found);
  if (next == intervals_.end()) return std::nullopt;
  return gap_below(Seq(next->from.seq + 1));
}

Seq View::first() const { return intervals_.empty() ? Seq{} : Seq(intervals_[0].from.seq + 1); }

Seq View::last() const { return intervals_.empty() ? Seq{} : Seq(intervals_.back().to.seq); }

Place place_of(const protocol::Event& event) {
  Place place;
  place.set_id(event.id());
  place.set_seq(event.seq());
  place.set_nth(event.nth());
  return place;
}

}  // namespace chat::messaging
