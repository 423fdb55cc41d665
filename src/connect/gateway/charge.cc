#include "connect/gateway/charge.h"

#include <string>

#include "connect/protocol/limits.h"

namespace chat::gateway {

std::optional<protocol::Error> charge(RateLimiter& limiter, const protocol::UserId& user,
                                      const protocol::Command& command, Moment now) {
  const auto key = protocol::Key::from_bytes(command.key());
  const bool is_old = key && now.wall_ms - key->ms() > protocol::kKeyCheapAgeMs;
  const uint32_t cost = is_old ? limiter.per_second() : 1;
  const int64_t wait_ms = limiter.take(user.value(), cost, now.boot_ms);
  if (wait_ms == 0) return std::nullopt;
  return protocol::Error{protocol::ErrorCode::kRateLimited,
                         std::to_string(limiter.per_second()) + " sends a second per user", "",
                         wait_ms};
}

bool is_dear(const protocol::ReadRequest& read) { return read.has_sync() || read.has_inbox(); }

std::optional<protocol::Error> charge(RateLimiter& limiter, const protocol::UserId& user,
                                      const protocol::ReadRequest& read, Moment now) {
  const uint32_t cost = is_dear(read) ? kDearReadCost : 1;
  const int64_t wait_ms = limiter.take(user.value(), cost, now.boot_ms);
  if (wait_ms == 0) return std::nullopt;
  return protocol::Error{protocol::ErrorCode::kRateLimited,
                         std::to_string(limiter.per_second()) +
                             " reads a second per user, of which sync and inbox count as " +
                             std::to_string(kDearReadCost),
                         "", wait_ms};
}

}  // namespace chat::gateway
