#include "connect/client/outbox.h"

#include <algorithm>
#include <map>
#include <set>

namespace chat::client {
namespace {

constexpr int64_t kSecondMs = 1000;
constexpr int64_t kRetryFirstMs = 100;

}  // namespace

std::optional<OperationId> Outbox::add(Operation operation) {
  if (operations_.size() >= kOperationsMax) return std::nullopt;
  operation.id = ++last_id_;
  operations_.push_back(std::move(operation));
  return last_id_;
}

bool Outbox::room(int64_t now_ms) const {
  if (in_flight_ >= (probing_ ? 1 : kInFlightMax)) return false;
  if (rate_ == 0 || sent_at_.size() < rate_) return true;
  return sent_at_.front() + kSecondMs <= now_ms;
}

std::vector<const Operation*> Outbox::in_turn() const {
  std::vector<const Operation*> found;
  std::set<ChatId> held;
  std::map<ChatId, uint64_t> sending;
  for (const Operation& operation : operations_) {
    if (held.count(operation.chat)) continue;
    uint64_t& before = sending[operation.chat];
    if (operation.in_flight && operation.sending > before) {
      before = operation.sending;
      continue;
    }
    // Waiting; or on its way since before an earlier one went out again, so that it will be
    // refused: what went out now would pass it.
    held.insert(operation.chat);
    if (!operation.in_flight && !operation.looked_up) found.push_back(&operation);
  }
  return found;
}

Operation* Outbox::next(int64_t now_ms) {
  if (operations_.empty() || !room(now_ms)) return nullptr;
  for (const Operation* operation : in_turn())
    if (operation->not_before_ms <= now_ms) return find(operation->id);
  return nullptr;
}

void Outbox::sent(Operation& operation, int64_t now_ms) {
  operation.in_flight = true;
  operation.sending = ++last_sending_;
  ++in_flight_;
  if (rate_ == 0) return;
  while (sent_at_.size() >= rate_) sent_at_.pop_front();
  sent_at_.push_back(now_ms);
}

std::optional<int64_t> Outbox::wake_at() const {
  if (in_flight_ >= (probing_ ? 1 : kInFlightMax)) return std::nullopt;
  const int64_t paced =
      rate_ > 0 && sent_at_.size() >= rate_ ? sent_at_.front() + kSecondMs : INT64_MIN;
  std::optional<int64_t> at;
  for (const Operation* operation : in_turn()) {
    const int64_t due = std::max(operation->not_before_ms, paced);
    if (!at || due < *at) at = due;
  }
  return at;
}

Operation* Outbox::find(OperationId id) {
  for (Operation& operation : operations_)
    if (operation.id == id) return &operation;
  return nullptr;
}

Operation* Outbox::find(const Key& key) {
  for (Operation& operation : operations_)
    if (operation.key == key) return &operation;
  return nullptr;
}

void Outbox::landed(Operation& operation) {
  if (operation.in_flight) --in_flight_;
  operation.in_flight = false;
}

void Outbox::finish(OperationId id) {
  auto it = std::find_if(operations_.begin(), operations_.end(),
                         [id](const Operation& operation) { return operation.id == id; });
  if (it == operations_.end()) return;
  landed(*it);
  operations_.erase(it);
}

void Outbox::again(OperationId id, int64_t now_ms, int64_t after_ms) {
  Operation* operation = find(id);
  if (!operation) return;
  landed(*operation);
  const int64_t ceiling =
      std::min(kRetryMostMs, kRetryFirstMs << std::min(operation->attempts, 10));
  ++operation->attempts;
  operation->put_off = true;
  probing_ = true;
  operation->not_before_ms = now_ms + std::max<int64_t>(after_ms, 0) + backoff_.jitter_ms(ceiling);
}

void Outbox::after_earlier(OperationId id, int64_t now_ms) {
  auto self = std::find_if(operations_.begin(), operations_.end(),
                           [id](const Operation& operation) { return operation.id == id; });
  if (self == operations_.end()) return;
  auto of_chat = [&](const Operation& other) { return other.chat == self->chat; };
  if (std::any_of(operations_.begin(), self, of_chat)) return landed(*self);
  again(id, now_ms, 0);
  self->put_off = false;
  auto waited_for = std::find_if(std::next(self), operations_.end(), [&](const Operation& other) {
    return of_chat(other) && other.put_off;
  });
  if (waited_for != operations_.end()) std::rotate(self, std::next(self), std::next(waited_for));
}

void Outbox::disconnected() {
  for (Operation& operation : operations_) {
    landed(operation);
    operation.looked_up = operation.put_off = false;
  }
  std::erase_if(operations_, [](const Operation& operation) { return operation.stored; });
  probing_ = true;
}

}  // namespace chat::client
