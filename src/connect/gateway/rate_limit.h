// Rates as token buckets, kept as the one number of GCRA: the time at which the bucket would be
// full again. Pure: time is an argument, in boot-time milliseconds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "connect/base/text_map.h"

namespace chat::gateway {

// One bucket. Belongs to one thread.
class TokenBucket {
 public:
  // Takes `cost` tokens of a bucket that holds `burst` and regains `per_second`. 0: taken; else
  // nothing was taken, and after this many milliseconds it would be. A cost above the burst counts
  // as the burst.
  int64_t take(int64_t now_ms, uint32_t per_second, uint32_t burst, uint32_t cost = 1);
  [[nodiscard]] bool is_full(int64_t now_ms) const { return full_at_us_ <= now_ms * 1000; }

 private:
  int64_t full_at_us_ = 0;
};

// A bucket per user, of one second's worth, shared by all loops. Any thread.
class RateLimiter {
 public:
  // per_second 0: no limit. At most `users_max` buckets: a full one needs no entry, and only users
  // who sent within the last second have another. Beyond the bound newcomers are not limited.
  explicit RateLimiter(uint32_t per_second, size_t users_max = 1'000'000);

  // As TokenBucket::take.
  int64_t take(std::string_view user, uint32_t cost, int64_t now_ms);
  [[nodiscard]] uint32_t per_second() const { return per_second_; }
  [[nodiscard]] size_t users() const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    base::TextMap<TokenBucket> buckets;  // guarded
    size_t sweep_at = 64;                // entries; guarded
  };
  static constexpr size_t kShards = 64;

  void sweep(Shard& shard, int64_t now_ms) const;

  uint32_t per_second_;
  size_t shard_users_max_;
  std::array<Shard, kShards> shards_;
};

// How fast new sessions are let in, so that a crowd that comes back at once is spread. Any thread.
class Admission {
 public:
  // per_second 0: everyone at once.
  explicit Admission(uint32_t per_second) : per_second_(per_second) {}
  // 0: come in. Else come back after this many milliseconds: each one who is turned away is given
  // a later slot, up to 30 s.
  int64_t enter(int64_t now_ms);

 private:
  uint32_t per_second_;
  std::mutex mutex_;
  TokenBucket bucket_;       // guarded by mutex_
  int64_t promised_us_ = 0;  // the latest slot given; guarded by mutex_
};

}  // namespace chat::gateway
