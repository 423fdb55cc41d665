// When to come back after a connection ended: by the close code's class and the reason's delay,
// exponentially with full jitter. Pure; belongs to one client.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "connect/base/random.h"

namespace chat::client {

class Backoff {
 public:
  // Full jitter over 0.5 s, 1 s, 2 s … 30 s: the mean of many clients stays spread over the whole.
  static constexpr int64_t kFirstMs = 500;
  static constexpr int64_t kMostMs = 30'000;
  // A connection that lasted this long was a good one.
  static constexpr int64_t kGoodMs = 10'000;

  explicit Backoff(base::Random& random) : random_(random) {}

  // The delay after a failed or ended connection that was online for lasted_ms (0: never).
  int64_t next_ms(int64_t lasted_ms);
  // The same after a close frame: what the reason says in digits is waited for at least. Nothing:
  // do not come back (4500-4999, and 1015: what a person must mend first).
  std::optional<int64_t> after_close_ms(uint16_t code, std::string_view reason, int64_t lasted_ms);
  // Uniform in [0, most].
  int64_t jitter_ms(int64_t most);

 private:
  base::Random& random_;
  int attempts_ = 0;
};

}  // namespace chat::client
