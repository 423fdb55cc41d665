#include "connect/base/random.h"

#include <gtest/gtest.h>

#include <array>

namespace chat::base {
namespace {

TEST(SeededRandom, RepeatsItselfFromTheSameSeed) {
  SeededRandom one(7), other(7), third(8);
  EXPECT_EQ(one.next(), other.next());
  EXPECT_NE(one.next(), third.next());
}

TEST(SystemRandom, FillsEveryByte) {
  SystemRandom random;
  std::array<uint8_t, 64> seen{};
  for (int round = 0; round < 8; ++round) {  // a byte stays 0 in all rounds once in 2^64 runs
    std::array<uint8_t, 64> bytes{};
    random.fill(bytes);
    for (size_t i = 0; i < bytes.size(); ++i) seen[i] |= bytes[i];
  }
  for (const uint8_t byte : seen) EXPECT_NE(byte, 0);
}

}  // namespace
}  // namespace chat::base
