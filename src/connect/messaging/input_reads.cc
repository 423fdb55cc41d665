#include "connect/messaging/input_reads.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "connect/base/check.h"
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
  std::string user;
  protocol::Key key;
  KeyLookup found;
  EventId next;  // the first id that is still to be read
  bool first_page = true;
  size_t bytes = 0;  // read so far
};

InputReads::InputReads(const WorkerParts& parts, std::function<void(const Slot&)> ready,
                       Rejected rejected)
    : parts_(parts), ready_(std::move(ready)), rejected_(std::move(rejected)) {}

template <typename T, typename Then>
persistence::Done<T> InputReads::awaited(const Slot& slot, Then then) {
  return [this, mailbox = parts_.mailbox, weak = std::weak_ptr<ChatSlot>(slot),
          number = slot->reads, then = std::move(then)](Result<T> result) {
    mailbox->post([this, weak, number, then, result = std::move(result)]() mutable {
      const Slot alive = weak.lock();
      if (!alive || !alive->reading || alive->reads != number) return;
      result ? then(alive, *std::move(result)) : failed(alive, result.error());
    });
  };
}

void InputReads::ready(const Slot& slot) {
  slot->reading = false;
  slot->read_failures = 0;
  ready_(slot);
}

// The chat is still reading until the pause is over.
void InputReads::failed(const Slot& slot, const base::Error& error) {
  if (never_succeeds(error)) {
    slot->reading = false;
    return rejected_(slot, error);
  }
  const int64_t delay_ms = retry_delay_ms(slot->read_failures++);
  parts_.mailbox->post_after(delay_ms,
                             [this, weak = std::weak_ptr<ChatSlot>(slot), number = slot->reads] {
                               const Slot alive = weak.lock();
                               if (!alive || !alive->reading || alive->reads != number) return;
                               alive->reading = false;
                               ready_(alive);
                             });
}

void InputReads::start(const Slot& slot, const Need& need) {
  slot->reading = true;
  ++slot->reads;
  slot->reading_target = std::holds_alternative<NeedsTarget>(need);
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
      [this, mailbox = parts_.mailbox, weak = std::weak_ptr<ChatSlot>(slot),
       generation = slot->generation, target, user, stored](Result<LoadedTarget> result) {
        mailbox->post(
            [this, weak, generation, target, user, stored, result = std::move(result)]() mutable {
              const Slot alive = weak.lock();
              if (alive && alive->generation == generation)
                loaded_target(alive, target, user, stored, std::move(result));
            });
      });
}

void InputReads::loaded_target(const Slot& slot, EventId target, const std::string& user,
                               bool stored, Result<LoadedTarget> result) {
  const bool absent = result && !result->event && stored;
  const base::Error error = result ? base::Error() : result.error();
  if (result)
    slot->targets.finish_load(target, user, *std::move(result));
  else
    slot->targets.cancel_load(target, user);
  // Read ahead of its turn, it wakes nobody.
  if (!slot->reading || !slot->reading_target || slot->queue.empty()) return;
  Waiting& first = slot->queue.front();
  if (target_of(first.command) != target || first.command.from() != user) return;
  first.target_absent = absent;
  result ? ready(slot) : failed(slot, error);
}

void InputReads::read_marks(const Slot& slot) {
  const UserId user(slot->queue.front().command.from());
  using Marks = std::vector<persistence::UserMarks>;
  parts_.persistence.read_marks(
      slot->id, {user}, awaited<Marks>(slot, [this, user](const Slot& chat, Marks marks) {
        CHECK(marks.size() == 1);
        chat->marks.put(user.value(), std::move(marks.front().marks), chat->state);
        ready(chat);
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
  range.before = EventId(std::min(id.value(), EventId::kMax) + 1);
  range.newest_first = true;
  range.events_max = 1;
  parts_.persistence.read_log(
      slot->id, range, std::nullopt,
      awaited<LogPage>(slot, [this, place](const Slot& chat, const LogPage& page) {
        chat->queue.front().*place = page.events.empty() ? Place() : place_of(page.events.front());
        ready(chat);
      }));
}

void InputReads::look_up(const Slot& slot, EventId from) {
  parts_.metrics.log_lookups_total.add();
  const Waiting& waiting = slot->queue.front();
  auto lookup = std::make_shared<Lookup>();  // shared by the pages' answers, one at a time
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
      awaited<LogPage>(slot, [this, lookup](const Slot& chat, const LogPage& page) {
        looked_up_page(chat, lookup, page.events);
      }));
}

void InputReads::looked_up_page(const Slot& slot, const std::shared_ptr<Lookup>& lookup,
                                const std::vector<Event>& events) {
  if (lookup->first_page && !events.empty()) lookup->found.events_from = events.front().seq();
  lookup->first_page = false;
  for (const Event& event : events) {
    lookup->bytes += event.ByteSizeLong();
    if (event.key() != lookup->key.bytes() || event.from() != lookup->user) continue;
    lookup->found.found = KeyEntry::of(event);
    break;
  }
  lookup->found.cut_short = !lookup->found.found && lookup->bytes > kLogBytesMax;
  const bool too_many =
      slot->state.tail().seq.value() + 1 - lookup->found.events_from > protocol::kDedupEventsMax;
  if (!events.empty() && !lookup->found.found && !lookup->found.cut_short && !too_many) {
    lookup->next = EventId(events.back().id() + 1);
    if (lookup->next <= lookup->found.upto) return look_up_page(slot, lookup);
  }
  slot->queue.front().lookup = std::move(lookup->found);
  ready(slot);
}

}  // namespace chat::messaging
