#include "connect/messaging/mark.h"

#include <string>
#include <utility>

#include "connect/messaging/projections.h"
#include "connect/messaging/view.h"

namespace chat::messaging {

using protocol::EventId;
using protocol::MemberItem;
using protocol::Place;
using store::Table;

namespace {

// The newest place at or below the given one that the member may see.
Place clamped(Place place, const MemberItem& member) {
  if (View(member).sees(protocol::Seq(place.seq()))) return place;
  Place best;
  for (const protocol::Interval& interval : member.intervals())
    if (!interval.open() && interval.to().seq() <= place.seq()) best = interval.to();
  return best;
}

// The place that a mark of this id asks for; nothing when the log must be read.
std::optional<Place> resolved(const ChatState& state, uint64_t id,
                              const std::optional<Place>& given) {
  if (id == 0) return Place();
  if (!given) return place_in_memory(state, EventId(id));
  // The newest events in memory may not be stored yet: a read does not find them.
  const bool reaches_tail = EventId(id) >= state.tail().id;
  return reaches_tail && given->seq() < state.tail().seq.value() ? state.head() : *given;
}

bool is_above_tail(const ChatState& state, const Place& place) {
  return place.seq() > state.tail().seq.value();
}

void move_up(MarkMoved& moved, Table table, const protocol::Command& command, Place to,
             Place* mark) {
  if (to.id() <= mark->id()) return;
  *mark = std::move(to);
  moved.projections.items.push_back(mark_item(table, command.from(), command.chat(), *mark));
}

}  // namespace

std::optional<Place> place_in_memory(const ChatState& state, EventId id) {
  if (id > state.tail().id) return std::nullopt;
  if (id == state.tail().id) return state.head();
  if (const KeyEntry* entry = state.keys().at_or_below(id)) {
    Place place;
    place.set_id(entry->id.value());
    place.set_seq(entry->seq.value());
    place.set_nth(entry->nth);
    return place;
  }
  if (state.keys().covers_from() == EventId()) return Place();
  return std::nullopt;
}

MarkDecision decide_mark(const ChatState& state, const MarkInputs& inputs,
                         const protocol::Command& command) {
  const MemberItem* member = state.member(command.from());
  if (member == nullptr || member->role() == protocol::ROLE_NONE) return Refused{no_such_chat()};
  if (inputs.stored == nullptr) return NeedsMarks{};
  const protocol::Mark& mark = command.mark();
  std::optional<Place> read = resolved(state, mark.read(), inputs.read);
  std::optional<Place> delivered = resolved(state, mark.delivered(), inputs.delivered);
  if (!read || !delivered) {
    NeedsPlaces needs;
    if (!read) needs.read = EventId(mark.read());
    if (!delivered) needs.delivered = EventId(mark.delivered());
    return needs;
  }
  if (is_above_tail(state, *read) || is_above_tail(state, *delivered)) return NeedsReload{};
  MarkMoved moved;
  moved.marks = *inputs.stored;
  move_up(moved, Table::kRead, command, clamped(std::move(*read), *member),
          moved.marks.mutable_read());
  move_up(moved, Table::kDelivered, command, clamped(std::move(*delivered), *member),
          moved.marks.mutable_delivered());
  moved.moves = !moved.projections.empty();
  moved.answer.set_chat(command.chat());
  moved.answer.set_user(command.from());
  *moved.answer.mutable_read() = moved.marks.read();
  *moved.answer.mutable_delivered() = moved.marks.delivered();
  moved.answer.set_unread(View(*member).unread(moved.marks.read(), state.head()));
  return moved;
}

}  // namespace chat::messaging
