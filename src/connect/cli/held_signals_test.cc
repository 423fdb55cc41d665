#include "connect/cli/held_signals.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>

namespace chat::cli {
namespace {

TEST(HeldSignalsDeathTest, TakeEffectAfterThingsAreInOrder) {
  const auto interrupted = [] {
    // A shell's background jobs, and what they start, ignore it.
    std::signal(SIGINT, SIG_DFL);
    HeldSignals held;
    if (held.any()) return;
    raise(SIGINT);
    if (held.any()) std::fputs("in order", stderr);
  };
  EXPECT_EXIT(interrupted(), testing::KilledBySignal(SIGINT), "in order");
}

TEST(HeldSignals, WhatIsIgnoredStaysIgnored) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const HeldSignals held;
    raise(SIGHUP);
    EXPECT_FALSE(held.any());
  }
  std::signal(SIGHUP, before);
}

TEST(HeldSignals, WithoutAnyNothingHappens) {
  {
    const HeldSignals held;
    EXPECT_FALSE(held.any());
  }
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGINT), 0);
}

}  // namespace
}  // namespace chat::cli
