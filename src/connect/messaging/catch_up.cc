#include "connect/messaging/catch_up.h"

#include <iterator>

#include "connect/base/check.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {

using persistence::LogPage;
using protocol::Event;
using protocol::EventId;
using protocol::Seq;
using store::LogRange;

CatchUp::CatchUp(EventId after, uint32_t limit, View view)
    : after_(after), limit_(limit), view_(std::move(view)) {
  stretches_ = view_.clip(after, EventId(EventId::kMax), View::Order::kFalling);
}

std::optional<LogRange> CatchUp::next() const {
  if (stretches_.empty()) return std::nullopt;
  LogRange range;
  range.after = stretches_.back().after;
  range.before = stretches_.back().before;
  range.events_max = limit_ - static_cast<uint32_t>(events_.size());
  range.bytes_max = kCatchUpBytesMax - bytes_;
  return range;
}

void CatchUp::take(LogPage read) {
  CHECK(!stretches_.empty());
  for (const Event& event : read.events) bytes_ += event.ByteSizeLong();
  std::move(read.events.begin(), read.events.end(), std::back_inserter(events_));
  const bool stretch_ends =
      read.events.empty() || Seq(events_.back().seq()) >= stretches_.back().last;
  if (stretch_ends) stretches_.pop_back();
  // What did not end a stretch was ended by the limit or by its bytes.
  if (!stretch_ends || events_.size() >= limit_ || bytes_ >= kCatchUpBytesMax) stretches_.clear();
}

bool CatchUp::complete() const {
  return events_.empty() || Seq(events_.back().seq()) >= view_.last();
}

std::vector<View::Hole> CatchUp::missing() const {
  if (events_.empty()) return {};
  const Seq first(events_.front().seq());
  const auto gap = view_.gap_below(first);
  const bool inside = gap && after_ < gap->start;
  return view_.holes(inside ? gap->hole.from : first, Seq(events_.back().seq()));
}

void append_seen_event(std::string& out, std::string_view chat, const Event& event,
                       const View& view) {
  if (event.target() != 0 && !view.sees(EventId(event.target())))
    protocol::json::append_hidden(out, chat, event);
  else
    protocol::json::append_event(out, chat, event);
}

}  // namespace chat::messaging
