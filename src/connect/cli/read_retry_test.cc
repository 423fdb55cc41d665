#include "connect/cli/read_retry.h"

#include <gtest/gtest.h>

namespace chat::cli {
namespace {

using protocol::ErrorCode;

protocol::Error refusal(ErrorCode code, int64_t retry_after_ms) {
  return {.code = code, .retry_after_ms = retry_after_ms};
}

TEST(ReadRetry, WaitsAtLeastAsLongAsTheServerSays) {
  base::SeededRandom random(1);
  for (const ErrorCode code :
       {ErrorCode::kRateLimited, ErrorCode::kOverloaded, ErrorCode::kUnavailable}) {
    ReadRetry retry(random);
    const std::optional<int64_t> delay_ms = retry.after(refusal(code, 1234));
    ASSERT_TRUE(delay_ms);
    EXPECT_GE(*delay_ms, 1234);
    EXPECT_LE(*delay_ms, 1234 + client::Backoff::kFirstMs);
  }
}

TEST(ReadRetry, GivesUpInTheEnd) {
  base::SeededRandom random(1);
  ReadRetry retry(random);
  for (int i = 0; i < ReadRetry::kAttemptsMax; ++i)
    EXPECT_TRUE(retry.after(refusal(ErrorCode::kOverloaded, 0))) << i;
  EXPECT_FALSE(retry.after(refusal(ErrorCode::kOverloaded, 0)));
}

TEST(ReadRetry, AFinalRefusalIsFinal) {
  base::SeededRandom random(1);
  for (const ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kForbidden,
                               ErrorCode::kTokenExpired, ErrorCode::kInternal})
    EXPECT_FALSE(ReadRetry(random).after(refusal(code, 10)));
  EXPECT_FALSE(
      ReadRetry(random).after(refusal(ErrorCode::kUnavailable, ReadRetry::kAfterMostMs + 1)));
}

}  // namespace
}  // namespace chat::cli
