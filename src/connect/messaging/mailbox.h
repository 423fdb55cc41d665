// Mailbox: how answers that arrive on other threads reach the executor that waits for them: many of
// them with one wake. Held by shared_ptr, because an answer may come after its worker is gone; it
// is then dropped.
//
// Thread rule: post, signal and close from any thread; the turn runs on the executor.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "connect/base/executor.h"

namespace chat::messaging {

class Mailbox final : public std::enable_shared_from_this<Mailbox> {
 public:
  // `turn` runs after the tasks of each wake.
  Mailbox(base::Executor& executor, std::function<void()> turn);

  // Runs the task on the executor, in the order of posting, followed by a turn.
  void post(base::Task task);
  // Only a turn.
  void signal();
  // The same after a delay. On the executor only.
  void post_after(int64_t delay_ms, base::Task task);
  // Nothing runs any more. Not while a task runs on another thread.
  void close();

 private:
  void run();
  void wake();

  base::Executor& executor_;
  std::function<void()> turn_;
  std::mutex mutex_;
  std::vector<base::Task> tasks_;    // guarded by mutex_
  bool woken_ = false;               // guarded by mutex_
  bool closed_ = false;              // guarded by mutex_
  std::vector<base::Task> running_;  // the executor's
};

}  // namespace chat::messaging
