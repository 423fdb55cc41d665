#include "connect/base/thread_executor.h"

#include <pthread.h>

#include <chrono>

#include "connect/base/clock.h"

namespace chat::base {
namespace {

int64_t boot_now_ms() { return SystemClock().boot_ms(); }

}  // namespace

ThreadExecutor::ThreadExecutor(std::string name) {
  thread_ = std::thread([this, name = std::move(name)] {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    run();
  });
}

ThreadExecutor::~ThreadExecutor() { stop(); }

void ThreadExecutor::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    posted_.push_back(std::move(task));
    if (posted_.size() > 1) return;  // the thread was woken for the first
  }
  wake_.notify_one();
}

void ThreadExecutor::post_after(int64_t delay_ms, Task task) {
  delayed_.emplace(boot_now_ms() + delay_ms, std::move(task));
}

void ThreadExecutor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// Waits for work. False: stopped, and nothing posted is left.
bool ThreadExecutor::take_due(std::vector<Task>& tasks) {
  std::unique_lock lock(mutex_);
  const auto awake = [this] { return stopping_ || !posted_.empty(); };
  if (delayed_.empty()) {
    wake_.wait(lock, awake);
  } else if (const int64_t wait_ms = delayed_.begin()->first - boot_now_ms(); wait_ms > 0) {
    wake_.wait_for(lock, std::chrono::milliseconds(wait_ms), awake);
  }
  tasks.swap(posted_);
  return !(stopping_ && tasks.empty());
}

void ThreadExecutor::run() {
  std::vector<Task> tasks;
  while (take_due(tasks)) {
    for (Task& task : tasks) task();
    tasks.clear();
    for (const int64_t now = boot_now_ms(); !delayed_.empty() && delayed_.begin()->first <= now;) {
      Task task = std::move(delayed_.extract(delayed_.begin()).mapped());
      task();
    }
  }
  delayed_.clear();
}

}  // namespace chat::base
