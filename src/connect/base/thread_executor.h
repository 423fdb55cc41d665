// ThreadExecutor: an Executor that is one thread of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connect/base/executor.h"

namespace chat::base {

class ThreadExecutor final : public Executor {
 public:
  // `name` shows in ps and top; at most 15 characters.
  explicit ThreadExecutor(std::string name);
  // Stops.
  ~ThreadExecutor() override;

  void post(Task task) override;
  void post_after(int64_t delay_ms, Task task) override;
  // Lets what was posted before finish, destroys delayed tasks, joins the thread. Not from the
  // thread itself. Later posts are destroyed unrun.
  void stop();

 private:
  void run();
  bool take_due(std::vector<Task>& tasks);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> posted_;              // guarded by mutex_
  bool stopping_ = false;                 // guarded by mutex_
  std::multimap<int64_t, Task> delayed_;  // by boot-time ms; the thread's own
  std::thread thread_;
};

}  // namespace chat::base
