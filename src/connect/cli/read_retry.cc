#include "connect/cli/read_retry.h"

#include <algorithm>

namespace chat::cli {

std::optional<int64_t> ReadRetry::after(const protocol::Error& error) {
  using enum protocol::ErrorCode;
  const bool put_off =
      error.code == kRateLimited || error.code == kOverloaded || error.code == kUnavailable;
  if (!put_off || error.retry_after_ms > kAfterMostMs || ++attempts_ > kAttemptsMax)
    return std::nullopt;
  return std::max<int64_t>(error.retry_after_ms, 0) + backoff_.next_ms(0);
}

}  // namespace chat::cli
