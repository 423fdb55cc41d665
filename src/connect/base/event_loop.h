// EventLoop: an Executor over level-triggered epoll, with descriptors and timers. Everything that
// waits for sockets runs on one: gateway loops, the operations port, the client.
//
// Thread rule: post() from any thread; everything else on the loop's own thread (or before run()).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "connect/base/executor.h"
#include "connect/base/result.h"

namespace chat::base {

class EventLoop final : public Executor {
 public:
  // What a descriptor's owner wants to hear of, and hears. kHangup is always heard.
  enum Events : uint32_t { kRead = 1, kWrite = 2, kHangup = 4 };
  using TimerId = uint64_t;

  // A descriptor's owner. Called on the loop's thread; may unwatch itself and others inside.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void on_events(uint32_t events) = 0;
  };

  EventLoop();
  ~EventLoop() override;

  void post(Task task) override;
  void post_after(int64_t delay_ms, Task task) override;

  // The watcher is borrowed until unwatch. One watcher a descriptor.
  void watch(int fd, uint32_t events, Watcher& watcher);
  void rewatch(int fd, uint32_t events, Watcher& watcher);
  void unwatch(int fd);

  // A timer that can be cancelled; cancelling one that fired does nothing.
  TimerId start_timer(int64_t delay_ms, Task task);
  void cancel_timer(TimerId timer);

  // Called at the end of every turn that ran anything, before the loop sleeps: the place to write
  // what the turn has corked. At most one hook.
  void set_turn_hook(Task hook);

  // The boot-time clock, read once a turn.
  int64_t now_ms() const;

  // Runs until stop(); returns after the turn in which it was called.
  void run();
  // One turn: waits at most max_wait_ms (-1: for ever, 0: not at all) and runs what is due.
  void run_once(int64_t max_wait_ms);
  void stop();  // any thread

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace chat::base
