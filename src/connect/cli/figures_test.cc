#include "connect/cli/figures.h"

#include <gtest/gtest.h>

#include <numeric>

namespace chat::cli {
namespace {

TEST(Figures, AreTheMedianAndTheRange) {
  Figures figures;
  EXPECT_EQ(figures.text(1), "nothing");
  EXPECT_EQ(figures.most(), 0);
  for (const double value : {5.0, 90.25, 1.5}) figures.add(value);
  EXPECT_EQ(figures.most(), 90.25);  // in the order of adding
  EXPECT_EQ(figures.text(1), "5.0 (1.5 to 90.2)");
  figures.add(2.0);
  EXPECT_EQ(figures.most(), 90.25);
}

TEST(Percentile, IsTheNearestRank) {
  std::vector<int> hundred(100);
  std::iota(hundred.rbegin(), hundred.rend(), 1);
  EXPECT_EQ(percentile(hundred, 50), 50);
  EXPECT_EQ(percentile(hundred, 99), 99);
  EXPECT_EQ(percentile(hundred, 100), 100);
  EXPECT_EQ(percentile(hundred, 0), 1);
  std::vector<int> three = {30, 10, 20};
  EXPECT_EQ(percentile(three, 50), 20);
  EXPECT_EQ(percentile(three, 99), 30);
  std::vector<int> one = {7};
  EXPECT_EQ(percentile(one, 99), 7);
  std::vector<int> none;
  EXPECT_EQ(percentile(none, 50), 0);
}

}  // namespace
}  // namespace chat::cli
