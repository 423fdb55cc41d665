#include "connect/messaging/block_builder.h"

#include <algorithm>
#include <utility>

#include "connect/persistence/persistence.h"

namespace chat::messaging {
namespace {

using protocol::Event;
using protocol::EventId;

bool changes_membership(const Event& event) { return event.kind() == protocol::KIND_MEMBER; }

bool ends_with_membership(const Block& block) {
  return !block.append.events.empty() && changes_membership(block.append.events.back());
}

bool fits(const Block& block, const Event& event, size_t bytes) {
  if (block.append.events.empty()) return true;
  return !changes_membership(event) && block.bytes + bytes <= store::kAppendBytesMax;
}

// The store blanks what it holds already; an event of this very block is blanked here.
void blank_own(store::Append& append, const std::vector<EventId>& redactions) {
  for (const EventId id : redactions) {
    const auto found = std::lower_bound(append.events.begin(), append.events.end(), id.value(),
                                        [](const Event& e, uint64_t v) { return e.id() < v; });
    if (found == append.events.end() || found->id() != id.value()) continue;
    found->clear_body();
    found->set_gone(true);
  }
}

void add_projections(Block& block, store::Projections&& more) {
  blank_own(block.append, more.redactions);
  store::Projections& all = block.append.projections;
  std::move(more.items.begin(), more.items.end(), std::back_inserter(all.items));
  all.redactions.insert(all.redactions.end(), more.redactions.begin(), more.redactions.end());
}

template <typename Result>
void finish(ChatSlot& slot, Block& block, Result&& result) {
  block.outcomes.push_back({std::move(slot.queue.front()), std::forward<Result>(result)});
  slot.queue.pop_front();
}

bool take_appending(ChatSlot& slot, Block& block, Appending&& appending) {
  const size_t bytes = appending.event.ByteSizeLong();
  if (!fits(block, appending.event, bytes)) return false;
  slot.state.apply(appending.event);
  slot.targets.apply(appending.event);
  slot.marks.apply(appending.event);
  block.bytes += bytes;
  block.append.events.push_back(std::move(appending.event));
  add_projections(block, std::move(appending.projections));
  finish(slot, block, Stored{block.append.events.size() - 1, appending.target_seq});
  return true;
}

bool take_mark(ChatSlot& slot, Built& built) {
  const Waiting& waiting = slot.queue.front();
  const MarkInputs inputs{slot.marks.find(waiting.command.from()), waiting.read_place,
                          waiting.delivered_place};
  MarkDecision decision = decide_mark(slot.state, inputs, waiting.command);
  if (auto* moved = std::get_if<MarkMoved>(&decision)) {
    slot.marks.replace(waiting.command.from(), moved->marks);
    add_projections(built.block, std::move(moved->projections));
    finish(slot, built.block, std::move(*moved));
  } else if (auto* refused = std::get_if<Refused>(&decision)) {
    finish(slot, built.block, std::move(*refused));
  } else if (auto* places = std::get_if<NeedsPlaces>(&decision)) {
    built.need = *places;
    return false;
  } else if (std::holds_alternative<NeedsReload>(decision)) {
    built.need = NeedsReload{};
    return false;
  } else {
    built.need = NeedsMarks{};
    return false;
  }
  return true;
}

Decision decide_front(ChatSlot& slot) {
  const Waiting& waiting = slot.queue.front();
  Inputs inputs;
  std::optional<Target> target;
  if (const auto id = target_of(waiting.command))
    target = waiting.target_absent ? Target() : slot.targets.find(*id, waiting.command.from());
  if (target) inputs.target = &*target;
  if (waiting.lookup) inputs.lookup = &*waiting.lookup;
  return decide(slot.state, inputs, waiting.command, waiting.record_ms);
}

bool is_full(const Block& block, const Waiting& next) {
  if (block.outcomes.empty()) return false;
  // No more outcomes than events fit: the answers of one block are bounded alike.
  return block.outcomes.size() >= store::kAppendEventsMax || ends_with_membership(block) ||
         block.outcomes.back().waiting.alone || next.alone;
}

// False: the block ends before this command.
bool take_command(ChatSlot& slot, Built& built) {
  if (slot.queue.front().command.has_mark()) return take_mark(slot, built);
  Decision decision = decide_front(slot);
  if (auto* appending = std::get_if<Appending>(&decision))
    return take_appending(slot, built.block, std::move(*appending));
  if (auto* stored = std::get_if<AlreadyStored>(&decision)) {
    finish(slot, built.block, *stored);
  } else if (auto* refused = std::get_if<Refused>(&decision)) {
    finish(slot, built.block, std::move(*refused));
  } else if (auto* target = std::get_if<NeedsTarget>(&decision)) {
    built.need = *target;
    return false;
  } else {
    built.need = std::get<NeedsLog>(decision);
    return false;
  }
  return true;
}

template <typename Decision>
std::optional<Refused> refusal_in(Decision decision) {
  auto* refused = std::get_if<Refused>(&decision);
  return refused == nullptr ? std::nullopt : std::optional(std::move(*refused));
}

std::optional<Refused> refusal_of(const ChatState& outline, const Waiting& waiting) {
  return waiting.command.has_mark()
             ? refusal_in(decide_mark(outline, {}, waiting.command))
             : refusal_in(decide(outline, {}, waiting.command, waiting.record_ms));
}

Block empty_block(const ChatSlot& slot, const ChatState& state) {
  Block block;
  block.append.chat = slot.id;
  block.append.expected_tail = state.tail().id;
  return block;
}

}  // namespace

Block build_refusals(ChatSlot& slot, const ChatState& outline,
                     const std::function<void(const Waiting&)>& typing) {
  Block block = empty_block(slot, outline);
  const std::string user = slot.queue.front().command.from();
  while (!slot.queue.empty() && slot.queue.front().command.from() == user &&
         !slot.queue.front().attempted && !is_full(block, slot.queue.front())) {
    if (slot.queue.front().command.has_typing()) {
      typing(slot.queue.front());
      slot.queue.pop_front();
    } else if (auto refused = refusal_of(outline, slot.queue.front())) {
      finish(slot, block, *std::move(refused));
    } else {
      break;
    }
  }
  return block;
}

Built build_block(ChatSlot& slot, const std::function<void(const Waiting&)>& typing) {
  Built built{empty_block(slot, slot.state), {}};
  while (!slot.queue.empty() && !is_full(built.block, slot.queue.front())) {
    if (slot.queue.front().command.has_typing()) {
      typing(slot.queue.front());
      slot.queue.pop_front();
    } else if (!take_command(slot, built)) {
      break;
    }
  }
  return built;
}

}  // namespace chat::messaging
