#include "connect/messaging/answers.h"

#include <string>
#include <utility>
#include <variant>

#include "connect/base/log.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {

using protocol::Error;
using protocol::ErrorCode;
using protocol::Event;
using protocol::Reply;

WorkerMetrics::WorkerMetrics(base::Metrics& metrics)
    : sends_total(metrics.counter("connect_sends_total", "Messages that were stored")),
      acks_total(metrics.counter("connect_acks_total", "Commands that were answered with success")),
      poisoned_total(metrics.counter("connect_poisoned_records_total",
                                     "Records on the bus that made no sense and were set aside")),
      conflicts_total(metrics.counter("connect_append_conflicts_total",
                                      "Appends that met another tail than expected")),
      memory_lookups_total(metrics.counter("connect_dedup_lookups_total",
                                           "Keys that were looked up", {{"where", "memory"}})),
      log_lookups_total(metrics.counter("connect_dedup_lookups_total", "Keys that were looked up",
                                        {{"where", "log"}})),
      ack_seconds(metrics.histogram("connect_ack_seconds",
                                    "From a command's record on the bus to its reply",
                                    {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5})),
      open_commands(
          metrics.gauge("connect_commands_open", "Commands that were taken and are not done with")),
      all(metrics) {}

Answers::Answers(const WorkerParts& parts) : parts_(parts) {}

base::Counter& Answers::refusals(ErrorCode code) {
  base::Counter*& counter = refusals_[static_cast<size_t>(code)];
  if (counter == nullptr)
    counter = &parts_.metrics.all.counter("connect_refusals_total", "Commands that were refused",
                                          {{"code", std::string(protocol::name_of(code))}});
  return *counter;
}

void Answers::done(const Waiting& waiting) {
  if (!waiting.signal) parts_.offsets.done(waiting.partition, waiting.offset);
}

void Answers::reply(const Waiting& waiting, Reply reply) {
  if (waiting.signal || waiting.answered) return;
  const int64_t taken_ms = parts_.clock.wall_ms() - waiting.record_ms;
  parts_.metrics.ack_seconds.observe(static_cast<double>(taken_ms) / 1000.0);
  parts_.fan_out.reply(waiting.command.origin(), std::move(reply));
}

void Answers::refuse(const Waiting& waiting, const Error& error) {
  refusals(error.code).add();
  Reply made;
  *made.mutable_failure() = protocol::json::failure_of(error);
  reply(waiting, std::move(made));
}

void Answers::failed(Waiting& waiting, const base::Error& error) {
  const std::string reference =
      std::to_string(waiting.partition) + "-" + std::to_string(waiting.offset);
  base::log_error(
      "command cannot be carried out",
      {{"reference", reference}, {"chat", waiting.command.chat()}, {"error", error.message}});
  // An attempt whose answer was lost may still come to light when the store recovers.
  if (!waiting.attempted)
    refuse(waiting,
           {ErrorCode::kInternal, "something failed inside the server, reference " + reference});
  else if (!waiting.answered)
    unavailable(waiting);
  done(waiting);
}

void Answers::unavailable(Waiting& waiting) {
  parts_.shed.shed(waiting.command);
  refuse(waiting, {ErrorCode::kUnavailable,
                   "the chat database does not answer; send again with the same key", "", 1000});
  waiting.answered = true;
}

void Answers::appended(const Waiting& waiting, protocol::EventId id, protocol::Seq seq,
                       bool duplicate) {
  parts_.metrics.acks_total.add();
  if (!waiting.lookup) parts_.metrics.memory_lookups_total.add();
  Reply made;
  protocol::Appended* answer = made.mutable_appended();
  answer->set_chat(waiting.command.chat());
  answer->set_id(id.value());
  answer->set_seq(seq.value());
  answer->set_duplicate(duplicate);
  answer->set_is_create(waiting.command.has_create());
  reply(waiting, std::move(made));
}

void Answers::stored(ChatSlot& slot, Block& block, const Waiting& waiting, const Stored& stored) {
  Event& event = block.append.events[stored.event];
  if (event.kind() == protocol::KIND_MESSAGE) parts_.metrics.sends_total.add();
  appended(waiting, protocol::EventId(event.id()), protocol::Seq(event.seq()), false);
  parts_.fan_out.event(slot.state, slot.audience, slot.id.value(), std::move(event),
                       stored.target_seq);
}

void Answers::marked(ChatSlot& slot, const Waiting& waiting, const MarkMoved& moved) {
  parts_.metrics.acks_total.add();
  Reply made;
  *made.mutable_marked() = moved.answer;
  reply(waiting, std::move(made));
  if (moved.moves)
    parts_.fan_out.marked(slot.state, slot.audience, moved.answer, waiting.command.origin());
}

void Answers::outcome(ChatSlot& slot, Block& block, const Outcome& outcome) {
  const Waiting& waiting = outcome.waiting;
  if (const auto* event = std::get_if<Stored>(&outcome.result))
    stored(slot, block, waiting, *event);
  else if (const auto* known = std::get_if<AlreadyStored>(&outcome.result))
    appended(waiting, known->id, known->seq, true);
  else if (const auto* refused = std::get_if<Refused>(&outcome.result))
    refuse(waiting, refused->error);
  else
    marked(slot, waiting, std::get<MarkMoved>(outcome.result));
  done(waiting);
}

void Answers::block(ChatSlot& slot, Block block) {
  for (const Outcome& each : block.outcomes) outcome(slot, block, each);
}

void Answers::typing(ChatSlot& slot, const Waiting& waiting) {
  const std::string& user = waiting.command.from();
  if (slot.state.role_of(user) != protocol::ROLE_NONE)
    parts_.fan_out.typing(slot.state, slot.audience, slot.id.value(), user);
  done(waiting);
}

}  // namespace chat::messaging
