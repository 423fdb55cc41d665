// What an operation costs its user's rate, the same on both transports. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "connect/gateway/rate_limit.h"
#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::gateway {

struct Moment {
  int64_t boot_ms = 0;  // for waiting
  int64_t wall_ms = 0;  // for what carries a date: tokens and keys
};

// Takes the cost of an appending operation or a mark from the user's bucket; rate_limited when
// there is not enough. A key older than kKeyCheapAgeMs costs a second's worth: looking it up is
// dear.
std::optional<protocol::Error> charge(RateLimiter& limiter, const protocol::UserId& user,
                                      const protocol::Command& command, Moment now);

}  // namespace chat::gateway
