#include "connect/messaging/paging.h"

#include <algorithm>
#include <iterator>

#include "connect/base/check.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {

using persistence::LogPage;
using protocol::Event;
using protocol::EventId;
using protocol::Seq;
using store::LogRange;
using Kind = PagePosition::Kind;

namespace {

EventId id_below(EventId id) { return EventId(id.value() == 0 ? 0 : id.value() - 1); }
EventId id_above(EventId id) { return EventId(std::min(id.value(), EventId::kMax - 1) + 1); }

}  // namespace

bool is_message(const Event& event) {
  return event.kind() == protocol::KIND_MESSAGE || event.kind() == protocol::KIND_MEMBER ||
         event.kind() == protocol::KIND_CHAT;
}

PagePosition PagePosition::at(int64_t ms) { return after(id_below(EventId::first_of_ms(ms))); }

Paging::Paging(PagePosition position, uint32_t limit, View view)
    : position_(position), view_(std::move(view)) {
  const bool rising = position.kind == Kind::kAfter || position.kind == Kind::kAround;
  if (position.kind == Kind::kAround) below_wanted_ = limit / 2;
  if (!rising) below_wanted_ = limit;
  if (rising) above_wanted_ = limit - below_wanted_;
  begin(rising ? Phase::kRising : Phase::kFalling);
}

void Paging::begin(Phase phase) {
  phase_ = phase;
  EventId after{};
  EventId before{EventId::kMax};
  if (phase == Phase::kRising) {
    after = position_.kind == Kind::kAround ? id_below(position_.id) : position_.id;
    stretches_ = view_.clip(after, before, View::Order::kFalling);
  } else {
    if (position_.kind != Kind::kNewest) before = position_.id;
    stretches_ = view_.clip(after, before, View::Order::kRising);
  }
}

void Paging::end_phase() {
  stretches_.clear();
  const bool falls = phase_ == Phase::kRising && below_wanted_ > 0 && !cut_short_;
  phase_ = Phase::kDone;
  if (falls) begin(Phase::kFalling);
}

std::optional<LogRange> Paging::next() {
  while (phase_ != Phase::kDone && stretches_.empty()) end_phase();
  if (phase_ == Phase::kDone) return std::nullopt;
  LogRange range;
  range.after = stretches_.back().after;
  range.before = stretches_.back().before;
  range.newest_first = phase_ == Phase::kFalling;
  // Rising, one message more than wanted is read: it tells whether there is a next page, and what
  // of the edits and reactions after the last message belongs to this one.
  range.messages_max = phase_ == Phase::kRising
                           ? above_wanted_ - static_cast<uint32_t>(above_.size()) + 1
                           : below_wanted_ - static_cast<uint32_t>(below_.size());
  range.events_max =
      scanned_events_ < kPageEventsMax ? kPageEventsMax - scanned_events_ : kPageEventsMax;
  range.bytes_max = bytes_ < kPageBytesMax ? kPageBytesMax - bytes_ : kPageBytesMax;
  return range;
}

void Paging::take(LogPage read) {
  const std::optional<LogRange> asked = next();
  CHECK(asked);
  parts_.push_back(std::move(read));
  const std::vector<Event>& events = parts_.back().events;
  const size_t found_before = above_.size() + below_.size();
  const size_t bytes_before = bytes_;
  scan(events);
  go_on(events, *asked);
  // A long search keeps nothing of what it jumped over.
  if (above_.size() + below_.size() > found_before) return;
  parts_.pop_back();
  bytes_ = bytes_before;
}

void Paging::scan(const std::vector<Event>& events) {
  std::vector<const Event*>& found = phase_ == Phase::kRising ? above_ : below_;
  const uint32_t wanted = phase_ == Phase::kRising ? above_wanted_ : below_wanted_;
  for (const Event& event : events) {
    const size_t bytes = bytes_of(event);
    const bool has_message = !above_.empty() || !below_.empty();
    if (has_message && bytes_ + bytes > kPageBytesMax) {
      cut_short_ = true;
      return;
    }
    if (is_message(event)) {
      if (found.size() == wanted) {
        looked_ahead_ = true;
        return;
      }
      found.push_back(&event);
    }
    bytes_ += bytes;
    ++scanned_events_;
    widen(event);
  }
}

// With its overlay. Where an older edit is yet to be read, since the newest lies beyond the view,
// with the largest body there is.
size_t Paging::bytes_of(const Event& event) const {
  const auto& overlays = parts_.back().overlays;
  const auto found = std::lower_bound(
      overlays.begin(), overlays.end(), event.id(),
      [](const protocol::OverlayItem& item, uint64_t id) { return item.target() < id; });
  if (found == overlays.end() || found->target() != event.id()) return event.ByteSizeLong();
  const bool is_seen = view_.sees_between(EventId(event.id()), EventId(found->version()));
  const bool is_edited = found->edits_size() > 0 && found->deleted() == 0;
  return event.ByteSizeLong() +
         (is_seen || !is_edited ? found->ByteSizeLong() : protocol::kMessageBytesMax);
}

void Paging::widen(const Event& event) {
  const Scanned scanned{EventId(event.id()), Seq(event.seq())};
  if (!lowest_ || scanned.seq < lowest_->seq) lowest_ = scanned;
  if (!highest_ || scanned.seq > highest_->seq) highest_ = scanned;
}

bool Paging::stretch_ends_at(Seq seq) const {
  const View::Stretch& stretch = stretches_.back();
  return phase_ == Phase::kRising ? seq >= stretch.last : seq <= stretch.first;
}

bool Paging::must_stop() const {
  const bool has_message = !above_.empty() || !below_.empty();
  return scanned_events_ >= (has_message ? kPageEventsMax : kPageSearchEventsMax);
}

// Where to read on after these events: in the same stretch, in the next one, or nowhere.
void Paging::go_on(const std::vector<Event>& events, const LogRange& asked) {
  if (cut_short_) return end_phase();
  if (looked_ahead_ || (phase_ == Phase::kFalling && below_.size() == below_wanted_)) {
    looked_ahead_ = false;
    end_phase();
    return;
  }
  if (events.empty() || stretch_ends_at(Seq(events.back().seq()))) {
    stretches_.pop_back();
  } else {
    const EventId last(events.back().id());
    (phase_ == Phase::kRising ? stretches_.back().after : stretches_.back().before) = last;
    // Nothing that is counted ended the read, so its bytes did.
    const bool bytes_ended_it = events.size() < asked.events_max;
    if (bytes_ended_it && (!above_.empty() || !below_.empty())) cut_short_ = true;
  }
  if (must_stop()) cut_short_ = true;
  if (cut_short_) end_phase();
}

Page Paging::finish() {
  CHECK(phase_ == Phase::kDone);
  Page page;
  gather(page);
  if (lowest_)
    finish_span(page);
  else
    finish_nothing(page);
  return page;
}

void Paging::gather(Page& page) {
  page.messages.assign(below_.rbegin(), below_.rend());
  page.messages.insert(page.messages.end(), above_.begin(), above_.end());
  for (LogPage& part : parts_) {
    std::move(part.overlays.begin(), part.overlays.end(), std::back_inserter(page.overlays));
    std::move(part.reactions.begin(), part.reactions.end(), std::back_inserter(page.reactions));
  }
  leave_out_beyond(page);
  if (parts_.size() < 2) return;
  std::sort(page.overlays.begin(), page.overlays.end(),
            [](const auto& a, const auto& b) { return a.target() < b.target(); });
  std::sort(page.reactions.begin(), page.reactions.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

// What was read of messages that the page has no room for.
void Paging::leave_out_beyond(Page& page) const {
  const auto is_beyond = [this](EventId id) {
    return !lowest_ || id < lowest_->id || id > highest_->id;
  };
  std::erase_if(page.overlays,
                [&](const auto& overlay) { return is_beyond(EventId(overlay.target())); });
  std::erase_if(page.reactions, [&](const auto& reaction) { return is_beyond(reaction.first); });
}

// A hole on the side where the page began belongs to it, unless the page began beyond the hole: its
// neighbour on that side ended there.
void Paging::finish_span(Page& page) const {
  View::Hole range{lowest_->seq, highest_->seq};
  EventId prev = lowest_->id;
  EventId next = highest_->id;
  const auto below = view_.gap_below(range.from);
  if (position_.kind == Kind::kAfter && below && below->end > EventId(0) &&
      position_.id < below->start) {
    range.from = below->hole.from;
    prev = id_above(below->end);
  }
  const auto above = view_.gap_above(range.to);
  if (position_.kind == Kind::kBefore && above && position_.id > id_above(above->end)) {
    range.to = above->hole.to;
    next = above->start;
  }
  if (range.from > view_.first()) page.prev = prev;
  if (range.to < view_.last()) page.next = next;
  if (page.messages.empty() && !cut_short_) return;
  page.range = range;
  page.missing = view_.holes(range.from, range.to);
}

// Beyond either end. An id need not exist, so one beside the position leads back.
void Paging::finish_nothing(Page& page) const {
  if (view_.empty()) return;
  if (position_.kind == Kind::kBefore)
    page.next = id_below(position_.id);
  else
    page.prev = id_above(position_.id);
}

}  // namespace chat::messaging
