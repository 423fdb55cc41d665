#include "connect/messaging/input_reads.h"

#include <string>
#include <utility>
#include <vector>

#include "connect/messaging/view.h"

namespace chat::messaging {

using base::Result;
using persistence::LoadedTarget;
using persistence::LogPage;
using protocol::Event;
using protocol::EventId;
using protocol::Place;
using protocol::UserId;

namespace {

// What a read is sure to find.
EventId stored_tail(const ChatSlot& slot) {
  const bool appending = slot.block && !slot.block->append.events.empty();
  return appending ? slot.block->append.expected_tail : slot.state.tail().id;
}

}  // namespace

// A key on its way through the log, page by page.
struct InputReads::Lookup {
  uint64_t offset = 0;  // of the command that asked
  std::string user;
  protocol::Key key;
  KeyLookup found;
  EventId next;  // the first id that is still to be read
  bool first_page = true;
};

InputReads::InputReads(const WorkerParts& parts, std::function<void(const Slot&)> ready,
                       std::function<void(const Slot&)> failed)
    : parts_(parts), ready_(std::move(ready)), failed_(std::move(failed)) {}

template <typename T, typename Then>
persistence::Done<T> InputReads::answered(const Slot& slot, Then then) {
  return [mailbox = parts_.mailbox, weak = std::weak_ptr<ChatSlot>(slot),
          generation = slot->generation, then = std::move(then)](Result<T> result) {
    mailbox->post([weak, generation, then, result = std::move(result)]() mutable {
      const Slot alive = weak.lock();
      if (alive && alive->generation == generation) then(alive, std::move(result));
    });
  };
}

void InputReads::start(const Slot& slot, const Need& need) {
  slot->reading = true;
  if (const auto* target = std::get_if<NeedsTarget>(&need)) {
    const std::string user = slot->queue.front().command.from();
    if (!slot->targets.loading(target->target, user)) read_target(slot, target->target, user);
  } else if (const auto* log = std::get_if<NeedsLog>(&need)) {
    look_up(slot, log->from);
  } else if (std::holds_alternative<NeedsMarks>(need)) {
    read_marks(slot);
  } else {
    read_places(slot, std::get<NeedsPlaces>(need));
  }
}

void InputReads::prefetch(const Slot& slot, const protocol::Command& command) {
  const auto target = target_of(command);
  const std::string& user = command.from();
  if (!target || !slot->loaded || *target > slot->state.tail().id ||
      slot->state.role_of(user) == protocol::ROLE_NONE || slot->targets.find(*target, user) ||
      slot->targets.loading(*target, user) || !slot->targets.has_room(*target))
    return;
  read_target(slot, *target, user);
}

void InputReads::read_target(const Slot& slot, EventId target, const std::string& user) {
  slot->targets.begin_load(target, user);
  const bool stored = target <= stored_tail(*slot);
  parts_.persistence.load_target(
      slot->id, target, UserId(user),
      answered<LoadedTarget>(
          slot, [this, target, user, stored](const Slot& chat, Result<LoadedTarget> result) {
            // Read ahead of its turn, it wakes nobody.
            const bool waited_for = !chat->queue.empty() &&
                                    target_of(chat->queue.front().command) == target &&
                                    chat->queue.front().command.from() == user;
            if (result && waited_for && stored && !result->event)
              chat->queue.front().target_absent = true;
            if (result)
              chat->targets.finish_load(target, user, std::move(*result));
            else
              chat->targets.cancel_load(target, user);
            if (waited_for) result ? ready_(chat) : failed_(chat);
          }));
}

void InputReads::read_marks(const Slot& slot) {
  const UserId user(slot->queue.front().command.from());
  using Marks = std::vector<persistence::UserMarks>;
  parts_.persistence.read_marks(
      slot->id, {user}, answered<Marks>(slot, [this, user](const Slot& chat, Result<Marks> result) {
        if (!result || result->empty()) return failed_(chat);
        chat->marks.put(user.value(), std::move(result->front().marks), chat->state);
        ready_(chat);
      }));
}

void InputReads::read_places(const Slot& slot, const NeedsPlaces& needs) {
  // One after the other: the second is asked for when the first is known.
  if (needs.read)
    read_place(slot, *needs.read, &Waiting::read_place);
  else
    read_place(slot, *needs.delivered, &Waiting::delivered_place);
}

void InputReads::read_place(const Slot& slot, EventId id, std::optional<Place> Waiting::*place) {
  store::LogRange range;
  range.before = EventId(id.value() + 1);
  range.newest_first = true;
  range.events_max = 1;
  const uint64_t offset = slot->queue.front().offset;
  parts_.persistence.read_log(
      slot->id, range, std::nullopt,
      answered<LogPage>(slot, [this, offset, place](const Slot& chat, Result<LogPage> result) {
        if (!result) return failed_(chat);
        if (!chat->queue.empty() && chat->queue.front().offset == offset)
          chat->queue.front().*place =
              result->events.empty() ? Place() : place_of(result->events.front());
        ready_(chat);
      }));
}

void InputReads::look_up(const Slot& slot, EventId from) {
  parts_.metrics.log_lookups_total.add();
  const Waiting& waiting = slot->queue.front();
  auto lookup = std::make_shared<Lookup>();  // shared by the pages' answers, one at a time
  lookup->offset = waiting.offset;
  lookup->user = waiting.command.from();
  lookup->key = protocol::Key::from_bytes(waiting.command.key()).value_or(protocol::Key());
  lookup->found.from = from;
  lookup->found.upto = EventId(slot->state.keys().covers_from().value() - 1);
  lookup->found.events_from = slot->state.keys().at(0).seq.value();
  lookup->next = from;
  look_up_page(slot, std::move(lookup));
}

void InputReads::look_up_page(const Slot& slot, std::shared_ptr<Lookup> lookup) {
  store::LogRange range;
  range.after = EventId(lookup->next.value() - (lookup->next.value() == 0 ? 0 : 1));
  range.before = EventId(lookup->found.upto.value() + 1);
  range.events_max = kLogEvents;
  parts_.persistence.read_log(
      slot->id, range, std::nullopt,
      answered<LogPage>(slot, [this, lookup](const Slot& chat, Result<LogPage> result) {
        if (!result) return failed_(chat);
        looked_up_page(chat, lookup, result->events);
      }));
}

void InputReads::looked_up_page(const Slot& slot, const std::shared_ptr<Lookup>& lookup,
                                const std::vector<Event>& events) {
  if (lookup->first_page && !events.empty()) lookup->found.events_from = events.front().seq();
  lookup->first_page = false;
  for (const Event& event : events)
    if (event.key() == lookup->key.bytes() && event.from() == lookup->user) {
      lookup->found.found = KeyEntry::of(event);
      break;
    }
  const bool too_many =
      slot->state.tail().seq.value() + 1 - lookup->found.events_from > protocol::kDedupEventsMax;
  if (!events.empty() && !lookup->found.found && !too_many) {
    lookup->next = EventId(events.back().id() + 1);
    if (lookup->next <= lookup->found.upto) return look_up_page(slot, lookup);
  }
  if (!slot->queue.empty() && slot->queue.front().offset == lookup->offset)
    slot->queue.front().lookup = std::move(lookup->found);
  ready_(slot);
}

}  // namespace chat::messaging
