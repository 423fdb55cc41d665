#include "connect/store/periodic_thread.h"

#include <pthread.h>

#include <utility>

namespace chat::store {

void PeriodicSchedule::tell(int64_t now_ms) {
  now_ms_ = now_ms;
  if (!due_ms_) due_ms_ = now_ms + options_.first_ms;
}

void PeriodicSchedule::finished(bool succeeded) {
  due_ms_ = now_ms_ + (succeeded ? options_.interval_ms : options_.retry_ms);
}

PeriodicThread::PeriodicThread(const std::string& name, PeriodicOptions options,
                               std::function<bool()> work)
    : work_(std::move(work)), schedule_(options) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

PeriodicThread::~PeriodicThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void PeriodicThread::tend(int64_t now_ms) {
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    schedule_.tell(now_ms);
    due = schedule_.due();
  }
  if (due) wake_.notify_one();
}

void PeriodicThread::run() {
  while (wait_until_due()) finished(work_());
}

bool PeriodicThread::wait_until_due() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || schedule_.due(); });
  return !stopping_;
}

void PeriodicThread::finished(bool succeeded) {
  const std::lock_guard lock(mutex_);
  schedule_.finished(succeeded);
}

}  // namespace chat::store
