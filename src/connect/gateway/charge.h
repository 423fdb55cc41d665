// What an operation costs its user's rates, the same on both transports. Pure.
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

// A sync or an inbox ranks all chats of a user by their heads and reads a page of each that it
// lists: 440 ms for who is in 100,000, where a page costs 0.1 ms, or 10 behind many reactions.
bool is_dear(const protocol::ReadRequest& read);

// What a dear read costs of the user's reads: 20 a second are what a start with 1,000 chats takes.
inline constexpr uint32_t kDearReadCost = 10;

// The same for a read.
std::optional<protocol::Error> charge(RateLimiter& limiter, const protocol::UserId& user,
                                      const protocol::ReadRequest& read, Moment now);

}  // namespace chat::gateway
