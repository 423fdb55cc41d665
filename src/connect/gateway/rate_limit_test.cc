#include "connect/gateway/rate_limit.h"

#include <gtest/gtest.h>

#include <string>

namespace chat::gateway {
namespace {

TEST(TokenBucket, GivesItsBurstThenItsRate) {
  TokenBucket bucket;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(bucket.take(1000, 10, 5), 0) << i;
  EXPECT_EQ(bucket.take(1000, 10, 5), 100);
  EXPECT_EQ(bucket.take(1099, 10, 5), 1);
  EXPECT_EQ(bucket.take(1100, 10, 5), 0);
  EXPECT_EQ(bucket.take(1100, 10, 5), 100);
  EXPECT_FALSE(bucket.is_full(1599));
  EXPECT_TRUE(bucket.is_full(1600));
}

TEST(RateLimiter, LimitsEachUserAlone) {
  RateLimiter limiter(20);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limiter.take("alice", 1, 5000), 0);
  EXPECT_EQ(limiter.take("alice", 1, 5000), 50);
  EXPECT_EQ(limiter.take("bob", 1, 5000), 0);
  EXPECT_EQ(limiter.take("alice", 1, 5050), 0);
}

TEST(RateLimiter, ASecondsWorthNeedsAFullBucket) {
  RateLimiter limiter(20);
  EXPECT_EQ(limiter.take("alice", 1, 5000), 0);
  EXPECT_EQ(limiter.take("alice", 20, 5000), 50);
  EXPECT_EQ(limiter.take("alice", 20, 5050), 0);
  EXPECT_EQ(limiter.take("alice", 1, 5050), 50);
}

TEST(RateLimiter, ZeroIsNoLimit) {
  RateLimiter limiter(0);
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(limiter.take("alice", 1, 1), 0);
  EXPECT_EQ(limiter.users(), 0u);
}

TEST(RateLimiter, ForgetsUsersWhoAreQuiet) {
  RateLimiter limiter(20, 6400);
  for (int second = 0; second < 20; ++second) {
    for (int i = 0; i < 3000; ++i)
      limiter.take(std::to_string(second * 3000 + i), 1, 1000 * second);
  }
  EXPECT_LE(limiter.users(), 6400u + 64u);
}

TEST(Admission, SpreadsThoseWhoAreTurnedAway) {
  Admission admission(10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(admission.enter(1000), 0);
  EXPECT_EQ(admission.enter(1000), 200);
  EXPECT_EQ(admission.enter(1000), 300);
  for (int i = 0; i < 1000; ++i) EXPECT_LE(admission.enter(1000), 30'000);
  EXPECT_EQ(admission.enter(1100), 0);
}

}  // namespace
}  // namespace chat::gateway
