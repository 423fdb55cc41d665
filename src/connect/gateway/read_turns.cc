#include "connect/gateway/read_turns.h"

#include <utility>

#include "connect/base/hash.h"
#include "connect/gateway/charge.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

using protocol::ErrorCode;
using protocol::ReadRequest;

constexpr int64_t kRetryMs = 1'000;

size_t places_of(const ReadRequest& request) { return is_dear(request) ? ReadTurns::kPlaces : 1; }

}  // namespace

ReadTurns::Shard& ReadTurns::shard_of(std::string_view user) {
  return shards_[base::stable_hash(user) % kShards];
}

void ReadTurns::read(ReadRequest request, Answer done) {
  const std::string user = request.user();
  Waiting waiting{std::move(request), std::move(done),
                  clock_.boot_ms() + protocol::kRequestTimeoutMs};
  if (enter(user, waiting)) return begin_next(user);
  waiting.done(protocol::refuse(ErrorCode::kOverloaded,
                                std::to_string(kWaitingMax) + " reads of this user wait", "",
                                kRetryMs));
}

// When it is closed there is nobody who hears the refusal.
bool ReadTurns::enter(const std::string& user, Waiting& waiting) {
  Shard& shard = shard_of(user);
  const std::lock_guard lock(shard.mutex);
  if (shard.is_closed) return false;
  Turn& turn = shard.turns[user];
  if (turn.waiting.size() == kWaitingMax) return false;
  turn.waiting.push_back(std::move(waiting));
  return true;
}

// Only one begins a user's reads at a time. Who else made room for one leaves it to that one, also
// from inside begin(), when the answer comes at once.
void ReadTurns::begin_next(const std::string& user) {
  {
    Shard& shard = shard_of(user);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.turns.find(user);
    if (found == shard.turns.end() || std::exchange(found->second.is_beginning, true)) return;
  }
  while (auto next = take_next(user)) begin(user, std::move(*next));
}

std::optional<ReadTurns::Waiting> ReadTurns::take_next(const std::string& user) {
  Shard& shard = shard_of(user);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.turns.find(user);
  if (found == shard.turns.end()) return std::nullopt;  // closed
  Turn& turn = found->second;
  if (!turn.waiting.empty() && turn.taken + places_of(turn.waiting.front().request) <= kPlaces) {
    Waiting next = std::move(turn.waiting.front());
    turn.waiting.pop_front();
    turn.taken += places_of(next.request);
    return next;
  }
  turn.is_beginning = false;
  if (turn.taken == 0) shard.turns.erase(found);
  return std::nullopt;
}

void ReadTurns::begin(const std::string& user, Waiting next) {
  Answer done = [self = shared_from_this(), user, places = places_of(next.request),
                 done = std::move(next.done)](protocol::Result<std::string> result) {
    done(std::move(result));
    self->leave(user, places);
  };
  if (clock_.boot_ms() < next.due_ms) return reads_.read(std::move(next.request), std::move(done));
  done(protocol::refuse(ErrorCode::kUnavailable, "it waited too long for earlier reads", "",
                        kRetryMs));
}

void ReadTurns::leave(const std::string& user, size_t places) {
  {
    Shard& shard = shard_of(user);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.turns.find(user);
    if (found == shard.turns.end()) return;  // closed
    found->second.taken -= places;
  }
  begin_next(user);
}

void ReadTurns::close() {
  for (Shard& shard : shards_) {
    decltype(shard.turns) dropped;  // outside the lock: what a callback holds may end with it
    const std::lock_guard lock(shard.mutex);
    shard.is_closed = true;
    dropped.swap(shard.turns);
  }
}

}  // namespace chat::gateway
