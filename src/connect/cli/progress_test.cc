#include "connect/cli/progress.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace chat::cli {
namespace {

TEST(Progress, WritesOverItsLineOnATerminal) {
  Progress progress("logins", 3, true);
  EXPECT_EQ(progress.at(1), "\rlogins: 1 of 3");
  EXPECT_EQ(progress.at(1), "\rlogins: 1 of 3");
  EXPECT_EQ(progress.at(4), "\rlogins: 3 of 3\n");
  EXPECT_EQ(progress.at(4), "");
}

TEST(Progress, SaysALineForEachTenthElsewhere) {
  Progress progress("logins", 1000, false);
  std::string all;
  for (uint64_t done = 0; done <= 1000; ++done) all += progress.at(done);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 10);
  EXPECT_EQ(all.substr(0, all.find('\n')), "logins: 100 of 1000");
  EXPECT_EQ(all.find('\r'), all.npos);
  EXPECT_NE(all.find("logins: 1000 of 1000\n"), all.npos);
}

TEST(Progress, OfFewStepsSaysEach) {
  Progress progress("runs", 2, false);
  EXPECT_EQ(progress.at(0), "");
  EXPECT_EQ(progress.at(1), "runs: 1 of 2\n");
  EXPECT_EQ(progress.at(2), "runs: 2 of 2\n");
  EXPECT_EQ(Progress("nothing", 0, false).at(0), "nothing: 0 of 0\n");
}

}  // namespace
}  // namespace chat::cli
