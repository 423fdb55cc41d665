#include "connect/app/descriptors.h"

#include <gtest/gtest.h>

#include <limits>

namespace chat::app {
namespace {

TEST(Descriptors, LeaveTheDatabaseItsOwn) {
  const struct {
    uint64_t descriptors;
    uint32_t loops;
    size_t connections;  // 0: refused
  } kCases[] = {
      {1'024, 1, 0},       {1'599, 1, 0},
      {1'600, 1, 100},     {1'600, 4, 25},
      {4'096, 2, 1298},    {65'536, 2, 20'000},
      {65'536, 4, 16'009}, {std::numeric_limits<uint64_t>::max(), 1, 20'000},
  };
  for (const auto& each : kCases) {
    const auto made = connections_for(each.descriptors, each.loops);
    EXPECT_EQ(made.has_value() ? *made : 0, each.connections) << each.descriptors;
    if (!made) {
      EXPECT_NE(made.error().message.find("LimitNOFILE"), std::string::npos)
          << made.error().message;
    }
  }
}

TEST(Descriptors, TheLimitIsRaised) {
  const uint64_t limit = raise_descriptor_limit();
  EXPECT_GT(limit, 0u);
  EXPECT_EQ(raise_descriptor_limit(), limit);
}

}  // namespace
}  // namespace chat::app
