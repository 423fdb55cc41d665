// When a read that the server put off is tried again. Reads repeat without harm. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "connect/base/random.h"
#include "connect/client/backoff.h"
#include "connect/protocol/error.h"

namespace chat::cli {

// Of one read: a new one for the next.
class ReadRetry {
 public:
  // With the full jitter's mean of 0.25, 0.5 … 15 s: about 45 s beside what the server asks for.
  static constexpr int kAttemptsMax = 8;
  // A server that asks for more than a minute is not worth waiting for at a prompt.
  static constexpr int64_t kAfterMostMs = 60'000;

  explicit ReadRetry(base::Random& random) : backoff_(random) {}

  // What to wait before the next attempt: what the server says at least. Nothing: the refusal is
  // final, or there were attempts enough.
  std::optional<int64_t> after(const protocol::Error& error);

 private:
  client::Backoff backoff_;
  int attempts_ = 0;
};

}  // namespace chat::cli
