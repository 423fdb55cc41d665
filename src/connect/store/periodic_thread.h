// PeriodicThread: a thread that does one piece of work now and then. It reads no clock: whoever
// owns one tells it the time every few seconds, and its schedule says whether the work is due.
// Thread rule: tend from any thread; the work runs on the thread itself. Its end waits for the work
// that runs: work that takes long is told to stop first.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace chat::store {

struct PeriodicOptions {
  int64_t first_ms = 0;     // from the first time that is told
  int64_t interval_ms = 0;  // from the end of work that succeeded
  int64_t retry_ms = 0;     // from the end of work that failed
};

// When the work is due. A plain value, one thread.
class PeriodicSchedule final {
 public:
  explicit PeriodicSchedule(PeriodicOptions options) : options_(options) {}

  // `now_ms`: on a clock that does not step back.
  void tell(int64_t now_ms);
  bool due() const { return due_ms_ && now_ms_ >= *due_ms_; }
  void finished(bool succeeded);

 private:
  PeriodicOptions options_;
  int64_t now_ms_ = 0;
  std::optional<int64_t> due_ms_;  // nothing: no time was told yet
};

class PeriodicThread final {
 public:
  // The work says whether it succeeded. `name`: up to 15 characters.
  PeriodicThread(const std::string& name, PeriodicOptions options, std::function<bool()> work);
  ~PeriodicThread();

  void tend(int64_t now_ms);

 private:
  void run();
  // False once there is no more to do.
  bool wait_until_due();
  void finished(bool succeeded);

  const std::function<bool()> work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  PeriodicSchedule schedule_;  // guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  std::thread thread_;
};

}  // namespace chat::store
