#include "connect/messaging/chat_flow.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "connect/base/check.h"
#include "connect/base/log.h"
#include "connect/messaging/block_builder.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {

using base::Code;
using base::Result;
using persistence::LoadedChat;
using persistence::LogPage;
using persistence::UserChat;
using protocol::ErrorCode;
using protocol::Event;
using protocol::EventId;
using protocol::UserId;
using store::AppendResult;

namespace {

bool has_refusal(const Block& block) {
  return std::any_of(block.outcomes.begin(), block.outcomes.end(), [](const Outcome& outcome) {
    return std::holds_alternative<Refused>(outcome.result);
  });
}

Block take_marks(Block& block) {
  Block marks;
  std::vector<Outcome> others;
  for (Outcome& outcome : block.outcomes) {
    const bool marked = std::holds_alternative<MarkMoved>(outcome.result);
    (marked ? marks.outcomes : others).push_back(std::move(outcome));
  }
  block.outcomes = std::move(others);
  return marks;
}

protocol::Error retry_in_order() {
  return {ErrorCode::kRetryInOrder,
          "an earlier operation of this session to this chat has no known outcome: send that one "
          "again first",
          "", 0};
}

}  // namespace

ChatFlow::ChatFlow(const WorkerParts& parts, std::function<void(const Slot&)> idle)
    : parts_(parts),
      answers_(parts),
      reads_(
          parts, [this](const Slot& slot) { pump(slot); },
          [this](const Slot& slot, const base::Error& error) { input_rejected(slot, error); }),
      idle_(std::move(idle)) {}

template <typename T, typename Then>
persistence::Done<T> ChatFlow::answered(const Slot& slot, Then then) {
  return [mailbox = parts_.mailbox, weak = std::weak_ptr<ChatSlot>(slot), step = ++slot->steps,
          then](Result<T> result) {
    mailbox->post([weak, step, then, result = std::move(result)]() mutable {
      const Slot alive = weak.lock();
      if (!alive || alive->steps != step) return;
      ++alive->steps;  // an answer counts once
      then(alive, std::move(result));
    });
  };
}

void ChatFlow::enqueue(const Slot& slot, Waiting waiting) {
  if (!parts_.shed.admit(waiting.command)) {
    answers_.refuse(waiting, retry_in_order());
    answers_.done(waiting);
    return;
  }
  reads_.prefetch(slot, waiting.command);
  slot->queue.push_back(std::move(waiting));
}

void ChatFlow::pump(const Slot& slot) {
  const bool waits = slot->loading || slot->reading || slot->backing_off;
  if (waits) return;
  if (slot->unresolved) return load(slot);
  if (slot->block) return;
  if (slot->queue.empty()) return idle_(slot);
  const int64_t age_ms = parts_.clock.boot_ms() - slot->verified_boot_ms;
  if (!slot->loaded || age_ms >= parts_.options.verify_ms) return open(slot);
  start_block(slot);
}

void ChatFlow::forget_state(ChatSlot& slot) {
  slot.state = ChatState();
  slot.targets.clear();
  slot.marks.clear();
  slot.audience = {};
  slot.loaded = false;
  slot.reading = false;
  ++slot.generation;
}

// Loads the chat, but for one who was never in it.
void ChatFlow::open(const Slot& slot) {
  forget_state(*slot);
  const Waiting& first = slot->queue.front();
  if (first.attempted || first.command.has_create()) return load(slot);
  slot->loading = true;
  const UserId user(first.command.from());
  using Chats = std::vector<UserChat>;
  parts_.persistence.read_user_chats(
      user, {slot->id}, answered<Chats>(slot, [this, user](const Slot& chat, Result<Chats> result) {
        chat->loading = false;
        // Whatever cannot be read of one user, others need the chat.
        if (!result) return load(chat);
        CHECK(result->size() == 1);
        opened(chat, user, std::move(result->front()));
      }));
}

void ChatFlow::opened(const Slot& slot, const UserId& user, UserChat found) {
  // While it was read, what had waited for too long was dropped.
  if (slot->queue.empty() || slot->queue.front().command.from() != user.value()) return pump(slot);
  if (found.member) return load(slot);
  LoadedChat outline;
  if (found.head) outline.newest.push_back(*std::move(found.head));
  outline.chat = std::move(found.settings);
  const size_t waiting = slot->queue.size();
  Block block =
      build_refusals(*slot, ChatState(std::move(outline)),
                     [this, &slot](const Waiting& signal) { answers_.typing(*slot, signal); });
  if (slot->queue.size() == waiting) return load(slot);
  if (block.outcomes.empty()) return pump(slot);
  slot->block = std::move(block);
  advance(slot);
}

void ChatFlow::load(const Slot& slot) {
  forget_state(*slot);
  slot->loading = true;
  // Enough to find a block whose outcome is looked for.
  const size_t block_events = slot->block ? slot->block->append.events.size() : 0;
  auto done = answered<ChatState>(slot, [this](const Slot& chat, Result<ChatState> result) {
    chat->loading = false;
    if (!result) return back_off(chat);
    loaded(chat, *std::move(result));
  });
  // Of many members, making the state takes long: that too is done where they are loaded.
  parts_.persistence.load_chat(slot->id,
                               parts_.options.newest_max + static_cast<uint32_t>(block_events),
                               [done = std::move(done)](Result<LoadedChat> result) {
                                 if (!result)
                                   return done(base::Unexpected{std::move(result.error())});
                                 done(ChatState(*std::move(result)));
                               });
}

void ChatFlow::loaded(const Slot& slot, ChatState state) {
  slot->state = std::move(state);
  slot->loaded = true;
  slot->verified_boot_ms = parts_.clock.boot_ms();
  if (!slot->unresolved) {
    slot->failures = 0;
    return pump(slot);
  }
  slot->unresolved = false;
  if (!block_is_stored(*slot)) {
    put_back(slot, true);
    return pump(slot);
  }
  // A store that is not atomic may not have come to the projections: they are written again, which
  // changes nothing where they are.
  slot->block->stored = true;
  slot->block->append.projections.empty() ? finish(slot) : project(slot);
}

// Every event must be where this worker put it: another worker may have stored some of the same
// operations, even the last one with the same id, among others.
bool ChatFlow::block_is_stored(const ChatSlot& slot) const {
  if (!slot.block || slot.block->append.events.empty()) return false;
  const std::vector<Event>& events = slot.block->append.events;
  return std::all_of(events.begin(), events.end(), [&slot](const Event& event) {
    const auto key = protocol::Key::from_bytes(event.key());
    const KeyEntry* found = key ? slot.state.keys().find(event.from(), *key) : nullptr;
    return found != nullptr && found->id == EventId(event.id()) &&
           found->seq == protocol::Seq(event.seq());
  });
}

void ChatFlow::put_back(const Slot& slot, bool attempted) {
  CHECK(slot->block);
  std::vector<Outcome>& outcomes = slot->block->outcomes;
  for (auto outcome = outcomes.rbegin(); outcome != outcomes.rend(); ++outcome) {
    outcome->waiting.attempted |= attempted;
    outcome->waiting.lookup.reset();
    slot->queue.push_front(std::move(outcome->waiting));
  }
  slot->block.reset();
}

void ChatFlow::start_block(const Slot& slot) {
  Built built = build_block(
      *slot, [this, &slot](const Waiting& waiting) { answers_.typing(*slot, waiting); });
  if (!built.block.outcomes.empty()) slot->block = std::move(built.block);
  const bool reload = std::holds_alternative<NeedsReload>(built.need);
  // Not before what was decided is through; then it is asked for again.
  if (reload && !slot->block) return load(slot);
  if (!reload && !std::holds_alternative<std::monostate>(built.need))
    reads_.start(slot, built.need);
  if (slot->block) return advance(slot);
  if (slot->queue.empty()) idle_(slot);
}

void ChatFlow::advance(const Slot& slot) {
  Block& block = *slot->block;
  if (!block.append.events.empty()) return append(slot);
  if (!block.projected && !block.append.projections.empty()) return project(slot);
  if (has_refusal(block)) return confirm(slot);
  finish(slot);
}

void ChatFlow::append(const Slot& slot) {
  parts_.persistence.append(
      slot->block->append,
      answered<AppendResult>(slot, [this](const Slot& chat, const Result<AppendResult>& result) {
        appended(chat, result);
      }));
}

void ChatFlow::appended(const Slot& slot, const Result<AppendResult>& result) {
  if (result && *result == AppendResult::kDone) {
    slot->verified_boot_ms = parts_.clock.boot_ms();
    return finish(slot);
  }
  // Nothing was taken on: the same append is tried again.
  if (!result && result.error().code == Code::kOverloaded) return back_off(slot);
  if (!result && never_succeeds(result.error())) return rejected(slot, result.error());
  slot->unresolved = true;
  if (result) {
    parts_.metrics.conflicts_total.add();
    return pump(slot);
  }
  base::log_warning("append has no known outcome",
                    {{"chat", slot->id.value()}, {"error", result.error().message}});
  // The first look is taken at once, further ones with growing pauses.
  if (slot->failures++ == 0) return pump(slot);
  back_off(slot);
}

void ChatFlow::project(const Slot& slot) {
  parts_.persistence.project(
      slot->id, slot->block->append.projections,
      answered<base::Unit>(slot, [this](const Slot& chat, const Result<base::Unit>& result) {
        if (result) return projected(chat);
        if (!never_succeeds(result.error())) return back_off(chat);
        if (!chat->block->stored) return rejected(chat, result.error());
        base::log_error("stored events are not projected",
                        {{"chat", chat->id.value()}, {"error", result.error().message}});
        finish(chat);
      }));
}

// Nothing of the block was written. Which of its commands is to blame shows when each has a block
// of its own.
void ChatFlow::rejected(const Slot& slot, const base::Error& error) {
  std::vector<Outcome>& outcomes = slot->block->outcomes;
  if (outcomes.size() == 1) {
    answers_.failed(outcomes.front().waiting, error);
    slot->block.reset();
  } else {
    for (Outcome& outcome : outcomes) outcome.waiting.alone = true;
    put_back(slot, false);
  }
  slot->failures = 0;
  load(slot);  // what is in memory holds the events that were not stored
}

void ChatFlow::input_rejected(const Slot& slot, const base::Error& error) {
  answers_.failed(slot->queue.front(), error);
  slot->queue.pop_front();
  pump(slot);
}

void ChatFlow::projected(const Slot& slot) {
  slot->block->projected = true;
  // The events of a block that was found in the log are not appended again.
  slot->block->append.events.empty() ? advance(slot) : finish(slot);
}

void ChatFlow::confirm(const Slot& slot) {
  store::LogRange newest;
  newest.newest_first = true;
  newest.events_max = 1;
  parts_.persistence.read_log(
      slot->id, newest, std::nullopt,
      answered<LogPage>(slot, [this](const Slot& chat, const Result<LogPage>& result) {
        if (!result) return back_off(chat);
        confirmed(chat, EventId(result->events.empty() ? 0 : result->events.front().id()));
      }));
}

void ChatFlow::confirmed(const Slot& slot, EventId tail) {
  if (tail == slot->block->append.expected_tail) {
    slot->verified_boot_ms = parts_.clock.boot_ms();
    return finish(slot);
  }
  // The chat has moved on without this worker: everything is decided again on what is there. But
  // marks are written, and deciding them again would find nothing to show.
  answers_.block(*slot, take_marks(*slot->block));
  put_back(slot, false);
  load(slot);
}

void ChatFlow::finish(const Slot& slot) {
  Block block = std::move(*slot->block);
  slot->block.reset();
  slot->failures = 0;
  slot->targets.trim();
  slot->marks.trim();
  answers_.block(*slot, std::move(block));
  pump(slot);
}

void ChatFlow::back_off(const Slot& slot) {
  const int64_t delay_ms = retry_delay_ms(slot->failures++);
  slot->backing_off = true;
  parts_.mailbox->post_after(delay_ms, [this, weak = std::weak_ptr<ChatSlot>(slot)] {
    const Slot alive = weak.lock();
    if (!alive) return;
    alive->backing_off = false;
    // A block that is not unresolved was refused as a whole: the same step is tried again.
    if (!alive->block || alive->unresolved) return pump(alive);
    alive->block->stored ? project(alive) : advance(alive);
  });
}

void ChatFlow::park(const Slot& slot, int64_t boot_ms) {
  if (slot->block)
    for (Outcome& outcome : slot->block->outcomes) park_attempted(*slot, outcome.waiting, boot_ms);
  park_queue(slot, boot_ms);
}

void ChatFlow::park_attempted(const ChatSlot& slot, Waiting& waiting, int64_t boot_ms) {
  const int64_t waited_ms = boot_ms - waiting.since_boot_ms;
  if (!waiting.answered && waited_ms >= protocol::kParkMs) answers_.unavailable(waiting);
  if (waiting.passed || waited_ms < kPassMs) return;
  waiting.passed = true;
  parts_.offsets.pass(waiting.partition, waiting.offset);
  base::log_warning(
      "command is open for a minute",
      {{"chat", slot.id.value()}, {"partition", waiting.partition}, {"offset", waiting.offset}});
}

bool ChatFlow::stays_parked(const ChatSlot& slot, Waiting& waiting, int64_t boot_ms) {
  const bool late = boot_ms - waiting.since_boot_ms >= protocol::kParkMs;
  if (waiting.signal) return !late;
  if (waiting.attempted) {
    park_attempted(slot, waiting, boot_ms);
    return true;
  }
  if (!parts_.shed.admit(waiting.command)) {
    answers_.refuse(waiting, retry_in_order());
  } else if (late) {
    answers_.unavailable(waiting);
  } else {
    return true;
  }
  answers_.done(waiting);
  return false;
}

void ChatFlow::park_queue(const Slot& slot, int64_t boot_ms) {
  if (slot->queue.empty()) return;
  const uint64_t first = slot->queue.front().offset;
  std::deque<Waiting> kept;
  for (Waiting& waiting : slot->queue)
    if (stays_parked(*slot, waiting, boot_ms)) kept.push_back(std::move(waiting));
  slot->queue = std::move(kept);
  // What is being read may have been for a command that is gone now.
  if (slot->queue.empty() || slot->queue.front().offset != first) slot->reading = false;
  pump(slot);
}

}  // namespace chat::messaging
