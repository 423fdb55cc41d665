#include "connect/gateway/stall.h"

#include <gtest/gtest.h>

namespace chat::gateway {
namespace {

// Takes `rate` bytes each second, for a minute.
bool is_ever_slow(int64_t rate, int64_t window_ms) {
  Stall stall;
  for (int64_t second = 0; second <= 60; ++second) {
    if (stall.is_slow(second * 1000, second * rate, window_ms)) return true;
  }
  return false;
}

TEST(Stall, IsTooFewBytesOverAWindow) {
  EXPECT_TRUE(is_ever_slow(0, Stall::kWindowMs));
  EXPECT_TRUE(is_ever_slow(1, Stall::kWindowMs));
  EXPECT_TRUE(is_ever_slow(2'000, Stall::kWindowMs));
  EXPECT_FALSE(is_ever_slow(2'200, Stall::kWindowMs));
  EXPECT_TRUE(is_ever_slow(13'000, Stall::kCrowdedWindowMs));
  EXPECT_FALSE(is_ever_slow(14'000, Stall::kCrowdedWindowMs));
}

TEST(Stall, BeginsAgainOnceEverythingWasTaken) {
  Stall stall;
  EXPECT_FALSE(stall.is_slow(0, 0, Stall::kWindowMs));
  stall.end();
  EXPECT_FALSE(stall.is_slow(Stall::kWindowMs, 1, Stall::kWindowMs));
  EXPECT_FALSE(stall.is_slow(2 * Stall::kWindowMs - 1, 1, Stall::kWindowMs));
  EXPECT_TRUE(stall.is_slow(2 * Stall::kWindowMs, 1, Stall::kWindowMs));
}

}  // namespace
}  // namespace chat::gateway
