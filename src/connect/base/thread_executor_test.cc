#include "connect/base/thread_executor.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

namespace chat::base {
namespace {

TEST(ThreadExecutor, RunsOneThreadsTasksInOrder) {
  std::vector<int> seen;
  ThreadExecutor executor("test");
  for (int i = 0; i < 1000; ++i) executor.post([&seen, i] { seen.push_back(i); });
  executor.stop();  // lets what was posted finish
  ASSERT_EQ(seen.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], i);
}

TEST(ThreadExecutor, TakesTasksFromManyThreads) {
  int count = 0;  // only the executor's thread touches it
  ThreadExecutor executor("test");
  {
    std::vector<std::jthread> posters;
    for (int t = 0; t < 4; ++t)
      posters.emplace_back([&executor, &count] {
        for (int i = 0; i < 1000; ++i) executor.post([&count] { ++count; });
      });
  }
  executor.stop();
  EXPECT_EQ(count, 4000);
}

TEST(ThreadExecutor, RunsDelayedTasksInTheOrderOfTheirTimes) {
  std::vector<int> seen;
  std::latch finished(1);
  ThreadExecutor executor("test");
  executor.post([&executor, &seen, &finished] {
    executor.post_after(20, [&seen, &finished] {
      seen.push_back(2);
      finished.count_down();
    });
    executor.post_after(1, [&seen] { seen.push_back(1); });
  });
  finished.wait();
  executor.stop();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST(ThreadExecutor, DestroysUnrunWhatComesAfterStop) {
  const auto token = std::make_shared<int>(0);
  ThreadExecutor executor("test");
  executor.stop();
  executor.post([token] { FAIL() << "ran after stop"; });
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace chat::base
