#include "connect/cli/process_use.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace chat::cli {
namespace {

const std::string kRest = " S 1 4242 4242 0 -1 4194560 100 0 3 0 1500 250 7 8 20 0 12 0 99 1 2\n";

TEST(ProcessUse, CpuIsUserAndSystemTime) {
  EXPECT_EQ(cpu_ticks_in("4242 (connect)" + kRest), 1750);
}

TEST(ProcessUse, NamesDoNotShiftTheFields) {
  EXPECT_EQ(cpu_ticks_in("4242 (a b) R 1 (2)" + kRest), 1750);
  EXPECT_EQ(cpu_ticks_in("4242 ()" + kRest), 1750);
}

TEST(ProcessUse, WhatIsNoSuchTextIsNothing) {
  for (const char* text : {"", "4242", "4242 (connect)", "4242 (connect) S 1 2", ") a b c d e f g"})
    EXPECT_FALSE(cpu_ticks_in(text)) << text;
  for (const char* text : {"", "100", "100 x"}) EXPECT_FALSE(resident_pages_in(text)) << text;
}

TEST(ProcessUse, ResidentPagesAreTheSecondField) {
  EXPECT_EQ(resident_pages_in("3000 1200 800 5 0 400 0\n"), 1200);
}

TEST(ProcessUse, ReadsWhatTheKernelWrites) {
  std::ifstream stat("/proc/self/stat");
  EXPECT_TRUE(cpu_ticks_in(std::string((std::istreambuf_iterator<char>(stat)), {})));
  std::ifstream statm("/proc/self/statm");
  EXPECT_GT(resident_pages_in(std::string((std::istreambuf_iterator<char>(statm)), {})).value_or(0),
            0);
}

}  // namespace
}  // namespace chat::cli
