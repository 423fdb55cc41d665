// Core and its own operations: keys, the wire, refusals, and outcomes found in the log.
#include "connect/base/json_escape.h"
#include "connect/client/core.h"

namespace chat::client {
namespace {

constexpr int kInternalAttemptsMax = 5;
constexpr int64_t kSecondMs = 1000;
constexpr uint32_t kLookupPage = 200;

Key mint(int64_t ms, base::Random& random) {
  std::array<uint8_t, 10> bytes{};
  random.fill(bytes);
  return Key::mint(ms, bytes);
}

std::string members_of(const Operation& operation) {
  std::string out;
  if (operation.chat != ChatId()) {
    out = "\"chat\":";
    base::append_json_string(out, operation.chat.value());
    out += ',';
  }
  out += "\"key\":\"" + operation.key->text() + "\"";
  if (!operation.fields.empty()) out += "," + operation.fields;
  return out;
}

}  // namespace

std::optional<OperationId> Core::operate(Time now, Operation operation) {
  operation.made_ms = corrected_ms(now);
  const std::optional<OperationId> id = outbox_.add(std::move(operation));
  pump(now);
  return id;
}

void Core::send_operations(Time now) {
  while (Operation* operation = outbox_.next(now.boot_ms)) {
    if (!operation->key) operation->key = mint(corrected_ms(now), random_);
    outbox_.sent(*operation, now.boot_ms);
    request(now, {.asked = Asked::kOperation, .chat = operation->chat, .operation = operation->id},
            operation->name, members_of(*operation));
  }
}

void Core::operation_answered(Time, OperationId id, const Appended& appended) {
  outbox_.answered();
  Operation* operation = outbox_.find(id);
  if (!operation) return;  // it was seen in the log before
  // With the bus's word only, the event or a refusal follows as a push.
  if (appended.id == EventId()) return;
  sync_again_ = sync_again_ || (options_.chats && !chats_.count(appended.chat));
  const bool reported = operation->stored;
  outbox_.finish(id);
  if (!reported) effects_.push_back(OperationStored{id, appended});
}

void Core::fail_operation(OperationId id, const protocol::Error& error) {
  Operation* operation = outbox_.find(id);
  const bool stored = operation->stored;
  OperationFailed failed{id, error, std::move(operation->text)};
  outbox_.answered();
  outbox_.finish(id);
  if (!stored) effects_.push_back(std::move(failed));
}

void Core::operation_refused(Time now, OperationId id, const protocol::Error& error) {
  using enum protocol::ErrorCode;
  Operation* operation = outbox_.find(id);
  if (!operation) return;
  switch (error.code) {
    case kRetryInOrder: return outbox_.after_earlier(id, now.boot_ms);
    case kOverloaded:
    case kUnavailable:
    case kRateLimited: return outbox_.again(id, now.boot_ms, error.retry_after_ms);
    case kTokenExpired: return outbox_.again(id, now.boot_ms, kSecondMs);
    case kInternal:
      if (operation->attempts >= kInternalAttemptsMax) return fail_operation(id, error);
      return outbox_.again(id, now.boot_ms, error.retry_after_ms);
    case kKeyInFuture:
      // Refused before anything was stored, so that a new key is no second message.
      operation->key.reset();
      return outbox_.again(id, now.boot_ms, kSecondMs);
    case kSyncRequired:
    case kKeyExpired:
      if (operation->chat == ChatId()) return fail_operation(id, error);
      outbox_.again(id, now.boot_ms, 0);
      operation->put_off = false;
      operation->looked_up = true;
      // An event is never older than its key minus the tolerance.
      return look_up(now, id,
                     EventId::first_of_ms(operation->key->ms() - protocol::kKeyToleranceMs));
    default: return fail_operation(id, error);
  }
}

void Core::look_up(Time now, OperationId id, EventId after) {
  const ChatId chat = outbox_.find(id)->chat;
  std::string members = "\"chat\":";
  base::append_json_string(members, chat.value());
  members +=
      ",\"after\":" + std::to_string(after.value()) + ",\"limit\":" + std::to_string(kLookupPage);
  request(now, {.asked = Asked::kLookup, .chat = chat, .operation = id}, "events", members);
}

void Core::lookup_answered(Time now, const Request& request, const EventsPage& page) {
  for (const Event& event : page.events) found_own(event);
  Operation* operation = outbox_.find(request.operation);
  if (!operation) return;
  // Once looked up, the key need not come again.
  if (operation->stored) return outbox_.finish(request.operation);
  if (!page.complete && !page.events.empty())
    return look_up(now, request.operation, page.events.back().id);
  operation->looked_up = false;
  const int64_t age = corrected_ms(now) - operation->key->ms();
  if (age >= protocol::kKeyAgeMaxMs)
    return fail_operation(request.operation,
                          {protocol::ErrorCode::kKeyExpired, "too old to be sent by itself"});
  operation->key.reset();  // it is not stored: a new key is no second message
}

void Core::found_own(const Event& event) {
  if (!event.key || event.from != me_) return;
  Operation* operation = outbox_.find(*event.key);
  if (!operation || operation->stored) return;
  const OperationId id = operation->id;
  operation->stored = true;
  if (!operation->put_off && !operation->in_flight) outbox_.finish(id);
  effects_.push_back(OperationStored{id, {event.chat, event.id, event.seq, true}});
}

}  // namespace chat::client
