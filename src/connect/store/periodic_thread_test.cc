#include "connect/store/periodic_thread.h"

#include <gtest/gtest.h>

#include <semaphore>

namespace chat::store {
namespace {

constexpr PeriodicOptions kOptions{.first_ms = 10, .interval_ms = 100, .retry_ms = 20};

TEST(PeriodicSchedule, IsDueSomeTimeAfterTheFirstTimeThatIsTold) {
  PeriodicSchedule schedule(kOptions);
  EXPECT_FALSE(schedule.due());
  for (const int64_t now_ms : {5'000, 5'009}) {
    schedule.tell(now_ms);
    EXPECT_FALSE(schedule.due()) << now_ms;
  }
  schedule.tell(5'010);
  EXPECT_TRUE(schedule.due());
}

TEST(PeriodicSchedule, IsDueAgainAfterTheIntervalOrSoonerAfterAFailure) {
  for (const bool succeeded : {true, false}) {
    PeriodicSchedule schedule(kOptions);
    schedule.tell(0);
    schedule.tell(500);  // the work took long: what was due meanwhile is not due twice
    schedule.finished(succeeded);
    EXPECT_FALSE(schedule.due());
    schedule.tell(succeeded ? 599 : 519);
    EXPECT_FALSE(schedule.due());
    schedule.tell(succeeded ? 600 : 520);
    EXPECT_TRUE(schedule.due());
  }
}

TEST(PeriodicThread, WorksEachTimeThatItIsDue) {
  std::counting_semaphore<> worked(0);
  PeriodicThread thread("test", kOptions, [&worked] {
    worked.release();
    return true;
  });
  int64_t now_ms = 0;
  for (int i = 0; i < 3; ++i) {
    do thread.tend(now_ms += 10);
    while (!worked.try_acquire());
  }
}

TEST(PeriodicThread, EndsWithoutEverHavingWorked) {
  PeriodicThread thread("test", kOptions, [] { return false; });
  thread.tend(0);
}

}  // namespace
}  // namespace chat::store
