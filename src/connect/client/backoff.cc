#include "connect/client/backoff.h"

#include <algorithm>
#include <charconv>

namespace chat::client {
namespace {

// What a close reason may ask for at most; a server that says more is not believed.
constexpr int64_t kReasonMostMs = 600'000;

constexpr uint16_t kNeverOpens = 1015;

int64_t delay_of(std::string_view reason) {
  int64_t ms = 0;
  const char* end = reason.data() + reason.size();
  auto [rest, error] = std::from_chars(reason.data(), end, ms);
  if (error != std::errc() || rest != end) return 0;
  return std::clamp<int64_t>(ms, 0, kReasonMostMs);
}

}  // namespace

int64_t Backoff::jitter_ms(int64_t most) {
  if (most <= 0) return 0;
  return static_cast<int64_t>(random_.next() % static_cast<uint64_t>(most + 1));
}

int64_t Backoff::next_ms(int64_t lasted_ms) {
  if (lasted_ms >= kGoodMs) attempts_ = 0;
  const int64_t ceiling = std::min(kMostMs, kFirstMs << std::min(attempts_, 10));
  ++attempts_;
  return jitter_ms(ceiling);
}

std::optional<int64_t> Backoff::after_close_ms(uint16_t code, std::string_view reason,
                                               int64_t lasted_ms) {
  if (code == kNeverOpens || (code >= 4500 && code <= 4999)) return std::nullopt;
  const int64_t own = next_ms(lasted_ms);
  if (code < 4000) return own;
  return delay_of(reason) + own;
}

}  // namespace chat::client
