#include "connect/gateway/rate_limit.h"

#include <algorithm>

#include "connect/base/hash.h"

namespace chat::gateway {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kPromiseMaxUs = 30 * kSecondUs;

}  // namespace

int64_t TokenBucket::take(int64_t now_ms, uint32_t per_second, uint32_t burst, uint32_t cost) {
  const int64_t now_us = now_ms * 1000;
  const int64_t token_us = kSecondUs / per_second;
  const int64_t full = std::max(full_at_us_, now_us) + token_us * std::min(cost, burst);
  const int64_t excess_us = full - now_us - token_us * burst;
  if (excess_us > 0) return (excess_us + 999) / 1000;
  full_at_us_ = full;
  return 0;
}

RateLimiter::RateLimiter(uint32_t per_second, size_t users_max)
    : per_second_(per_second), shard_users_max_(std::max<size_t>(1, users_max / kShards)) {}

int64_t RateLimiter::take(std::string_view user, uint32_t cost, int64_t now_ms) {
  if (per_second_ == 0) return 0;
  Shard& shard = shards_[base::stable_hash(user) % kShards];
  const std::lock_guard lock(shard.mutex);
  auto found = shard.buckets.find(user);
  if (found == shard.buckets.end()) {
    if (shard.buckets.size() >= std::min(shard.sweep_at, shard_users_max_)) sweep(shard, now_ms);
    if (shard.buckets.size() >= shard_users_max_) return 0;
    found = shard.buckets.emplace(user, TokenBucket{}).first;
  }
  return found->second.take(now_ms, per_second_, per_second_, cost);
}

// Called with the shard's lock. The next sweep comes when the shard has doubled, so that its cost
// is spread over as many newcomers.
void RateLimiter::sweep(Shard& shard, int64_t now_ms) const {
  std::erase_if(shard.buckets,
                [now_ms](const auto& entry) { return entry.second.is_full(now_ms); });
  shard.sweep_at = std::max<size_t>(64, 2 * shard.buckets.size());
}

size_t RateLimiter::users() const {
  size_t users = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    users += shard.buckets.size();
  }
  return users;
}

int64_t Admission::enter(int64_t now_ms) {
  if (per_second_ == 0) return 0;
  const std::lock_guard lock(mutex_);
  const int64_t wait_ms = bucket_.take(now_ms, per_second_, per_second_);
  if (wait_ms == 0) return 0;
  const int64_t now_us = now_ms * 1000;
  promised_us_ = std::max(promised_us_, now_us + wait_ms * 1000) + kSecondUs / per_second_;
  promised_us_ = std::min(promised_us_, now_us + kPromiseMaxUs);
  return (promised_us_ - now_us + 999) / 1000;
}

}  // namespace chat::gateway
