#include "connect/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace chat::base {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return unexpected(Code::kInvalid, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  TRY_ASSIGN(const int halved, half(n));
  return half(halved);
}

Status check_even(int n) {
  TRY(half(n));
  return ok();
}

TEST(Result, CarriesTheValueOrTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  const Result<int> failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kInvalid);
  EXPECT_EQ(failed.error().message, "odd");
}

TEST(Result, TryReturnsTheFirstError) {
  EXPECT_TRUE(check_even(2));
  EXPECT_EQ(check_even(3).error().message, "odd");
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> owned = std::move(*result);
  EXPECT_EQ(*owned, 7);
}

TEST(ResultDeathTest, TheValueOfAFailureStopsTheProgram) {
  EXPECT_DEATH((void)half(3).value(), "CHECK failed");
}

}  // namespace
}  // namespace chat::base
