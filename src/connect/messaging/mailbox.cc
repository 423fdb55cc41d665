#include "connect/messaging/mailbox.h"

#include <utility>

namespace chat::messaging {

Mailbox::Mailbox(base::Executor& executor, std::function<void()> turn)
    : executor_(executor), turn_(std::move(turn)) {}

void Mailbox::wake() {
  if (woken_) return;
  woken_ = true;
  executor_.post([self = shared_from_this()] { self->run(); });
}

void Mailbox::post(base::Task task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  tasks_.push_back(std::move(task));
  wake();
}

void Mailbox::signal() {
  const std::lock_guard lock(mutex_);
  if (!closed_) wake();
}

void Mailbox::post_after(int64_t delay_ms, base::Task task) {
  executor_.post_after(delay_ms, [self = shared_from_this(), task = std::move(task)]() mutable {
    self->post(std::move(task));
  });
}

void Mailbox::close() {
  std::vector<base::Task> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

void Mailbox::run() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    if (closed_) return;
    running_.swap(tasks_);
  }
  for (base::Task& task : running_) task();
  running_.clear();
  turn_();
}

}  // namespace chat::messaging
