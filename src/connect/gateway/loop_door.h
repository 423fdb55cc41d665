// LoopDoor: how callbacks of other parts get back onto a loop, even when they come after the loop
// is gone: then they are dropped. Shared, because nobody knows when the last callback is called.
// Any thread.
#pragma once

#include <mutex>
#include <thread>
#include <utility>

#include "connect/base/event_loop.h"

namespace chat::gateway {

class LoopDoor {
 public:
  explicit LoopDoor(base::EventLoop& loop) : loop_(&loop) {}

  void post(base::Task task) {
    const std::lock_guard lock(mutex_);
    if (loop_ != nullptr) loop_->post(std::move(task));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }
  // Which thread runs the loop. Before it runs.
  void set_thread(std::thread::id thread) { thread_ = thread; }
  [[nodiscard]] bool is_loop_thread() const { return thread_ == std::this_thread::get_id(); }

 private:
  std::mutex mutex_;
  base::EventLoop* loop_;  // guarded by mutex_
  std::thread::id thread_;
};

}  // namespace chat::gateway
