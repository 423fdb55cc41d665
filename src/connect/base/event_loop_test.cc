#include "connect/base/event_loop.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace chat::base {
namespace {

using testing::ElementsAre;

struct SocketPair {
  SocketPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
  ~SocketPair() {
    for (const int fd : ends) {
      if (fd >= 0) close(fd);
    }
  }
  void send(std::string_view bytes) const {
    EXPECT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::array<int, 2> ends{};
};

struct Recorder final : EventLoop::Watcher {
  void on_events(uint32_t events) override {
    seen.push_back(events);
    if (then) then();
  }
  std::vector<uint32_t> seen;
  Task then;
};

TEST(EventLoop, RunsPostsInOrderAndLaterOnesInALaterTurn) {
  EventLoop loop;
  std::vector<int> ran;
  loop.post([&] {
    ran.push_back(1);
    loop.post([&] { ran.push_back(3); });
  });
  loop.post([&] { ran.push_back(2); });
  loop.run_once(0);
  EXPECT_THAT(ran, ElementsAre(1, 2));
  loop.run_once(-1);
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(EventLoop, PostsOfOtherThreadsWakeItAndKeepTheirOrder) {
  EventLoop loop;
  constexpr int kThreads = 4, kPosts = 2000;
  std::array<std::vector<int>, kThreads> ran;
  int left = kThreads * kPosts;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPosts; ++i) {
        loop.post([&, t, i] {
          ran[t].push_back(i);
          if (--left == 0) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (std::thread& thread : threads) thread.join();
  for (const auto& each : ran) {
    ASSERT_EQ(each.size(), size_t{kPosts});
    EXPECT_TRUE(std::is_sorted(each.begin(), each.end()));
  }
}

TEST(EventLoop, TimersFireInTheOrderOfTheirTimesAndCancelledOnesDoNot) {
  EventLoop loop;
  std::vector<int> fired;
  loop.post_after(3, [&] { fired.push_back(3); });
  loop.post_after(1, [&] { fired.push_back(1); });
  const EventLoop::TimerId cancelled = loop.start_timer(2, [&] { fired.push_back(2); });
  loop.cancel_timer(cancelled);
  loop.post_after(4, [&] { loop.stop(); });
  loop.run();
  loop.cancel_timer(cancelled);
  EXPECT_THAT(fired, ElementsAre(1, 3));
}

TEST(EventLoop, ManyCancelledTimersLeaveTheOthersAlone) {
  EventLoop loop;
  int fired = 0;
  for (int i = 0; i < 1000; ++i) {
    loop.cancel_timer(loop.start_timer(1'000'000, [&] { fired += 1000; }));
    if (i % 100 == 0) loop.post_after(1, [&] { ++fired; });
  }
  loop.post_after(2, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(fired, 10);
}

TEST(EventLoop, ATimerStartedByATimerIsNotStarvedOrRunInTheSameTurn) {
  EventLoop loop;
  int rounds = 0;
  Task again = [&] {
    if (++rounds == 3) return loop.stop();
    loop.post_after(0, again);
  };
  loop.post_after(0, again);
  loop.run_once(0);
  EXPECT_EQ(rounds, 1);
  loop.run();
  EXPECT_EQ(rounds, 3);
}

TEST(EventLoop, TellsAWatcherOnlyWhatItAskedForAndHangups) {
  EventLoop loop;
  SocketPair pair;
  Recorder recorder;
  loop.watch(pair.ends[0], EventLoop::kRead, recorder);
  loop.run_once(0);
  EXPECT_TRUE(recorder.seen.empty());
  pair.send("x");
  loop.run_once(-1);
  EXPECT_THAT(recorder.seen, ElementsAre(EventLoop::kRead));
  loop.rewatch(pair.ends[0], EventLoop::kWrite, recorder);
  loop.run_once(-1);
  EXPECT_EQ(recorder.seen.back(), uint32_t{EventLoop::kWrite});
  loop.rewatch(pair.ends[0], 0, recorder);
  close(std::exchange(pair.ends[1], -1));
  loop.run_once(-1);
  EXPECT_EQ(recorder.seen.back(), uint32_t{EventLoop::kHangup});
  loop.unwatch(pair.ends[0]);
}

// The first of two ready watchers takes the other away and its descriptor is reused at once.
TEST(EventLoop, AnEventFetchedForAnEarlierOwnerOfADescriptorIsNotDelivered) {
  EventLoop loop;
  SocketPair first, second;
  Recorder one, two, successor;
  const auto replace = [&loop, &successor](int fd) {
    loop.unwatch(fd);
    loop.watch(fd, 0, successor);
  };
  one.then = [&] { replace(second.ends[0]); };
  two.then = [&] { replace(first.ends[0]); };
  loop.watch(first.ends[0], EventLoop::kRead, one);
  loop.watch(second.ends[0], EventLoop::kRead, two);
  first.send("x");
  second.send("x");
  loop.run_once(-1);
  EXPECT_EQ(one.seen.size() + two.seen.size(), 1u);
  EXPECT_TRUE(successor.seen.empty());
  loop.unwatch(first.ends[0]);
  loop.unwatch(second.ends[0]);
}

TEST(EventLoop, CallsTheHookOnceAtTheEndOfATurnThatRanAnything) {
  EventLoop loop;
  std::vector<int> ran;
  loop.set_turn_hook([&] { ran.push_back(0); });
  loop.run_once(0);
  EXPECT_TRUE(ran.empty());
  loop.post([&] { ran.push_back(1); });
  loop.post([&] { ran.push_back(2); });
  loop.run_once(0);
  EXPECT_THAT(ran, ElementsAre(1, 2, 0));
}

TEST(EventLoop, AfterStopTasksAreDestroyedUnrun) {
  EventLoop loop;
  auto held = std::make_shared<int>(0);
  loop.post([&loop, held] {
    loop.post([held] { ++*held; });
    loop.post_after(1, [held] { ++*held; });
    loop.stop();
    loop.post([held] { ++*held; });
  });
  loop.run();
  EXPECT_EQ(*held, 0);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace chat::base
