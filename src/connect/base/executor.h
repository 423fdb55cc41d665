// Executor: one thread of control that runs tasks in the order they were posted. A connection, a
// chat and everything else with state lives on one executor; post() is the only crossing.
#pragma once

#include <cstdint>
#include <functional>

namespace chat::base {

using Task = std::function<void()>;

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs the task later on this executor, never inside the call. Any thread. Tasks posted by one
  // thread run in its order. The queue has no bound of its own: whoever posts bounds what it has in
  // flight. After stop, tasks are destroyed unrun.
  virtual void post(Task task) = 0;
  // Runs the task on this executor once delay_ms have passed. Only from the executor's own thread.
  virtual void post_after(int64_t delay_ms, Task task) = 0;
};

// Called exactly once with the outcome. On which thread is said by whoever takes one.
template <typename T>
using Callback = std::function<void(T)>;

}  // namespace chat::base
