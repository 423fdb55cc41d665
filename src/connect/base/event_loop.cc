#include "connect/base/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connect/base/check.h"
#include "connect/base/clock.h"

namespace chat::base {
namespace {

// What one wait fetches; whatever is left comes with the next turn, since epoll is level-triggered.
constexpr int kEventsPerTurn = 512;

uint32_t to_epoll(uint32_t events) {
  uint32_t bits = 0;
  if ((events & EventLoop::kRead) != 0) bits |= EPOLLIN;
  if ((events & EventLoop::kWrite) != 0) bits |= EPOLLOUT;
  return bits;
}

uint32_t from_epoll(uint32_t bits) {
  uint32_t events = 0;
  if ((bits & EPOLLIN) != 0) events |= EventLoop::kRead;
  if ((bits & EPOLLOUT) != 0) events |= EventLoop::kWrite;
  if ((bits & (EPOLLHUP | EPOLLERR)) != 0) events |= EventLoop::kHangup;
  return events;
}

struct Due {
  int64_t at_ms;
  EventLoop::TimerId timer;
  // Of a heap whose top is the earliest; timers of one moment fire in the order of their start.
  bool operator<(const Due& other) const {
    return std::pair(at_ms, timer) > std::pair(other.at_ms, other.timer);
  }
};

}  // namespace

struct EventLoop::Impl {
  struct Slot {
    Watcher* watcher = nullptr;
    // Travels with the kernel's event, so that one that was fetched before its descriptor was
    // closed does not reach the next owner of the same number.
    uint32_t generation = 0;
  };

  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::vector<Slot> slots;  // by descriptor
  Task hook;
  int64_t now_ms = SystemClock().boot_ms();

  std::vector<Due> heap;
  std::unordered_map<TimerId, Task> timers;  // those that are neither fired nor cancelled
  TimerId last_timer = 0;

  std::mutex mutex;
  std::vector<Task> posted;  // guarded by mutex
  bool asleep = false;       // guarded by mutex: a post must write to `wake`
  bool stopped = false;      // guarded by mutex
  std::vector<Task> running;

  void wake_up() const {
    const uint64_t one = 1;
    CHECK(write(wake, &one, sizeof one) == sizeof one || errno == EAGAIN);
  }
  void control(int operation, int fd, uint32_t events);
  int wait_ms(int64_t max_wait_ms);
  int fetch(std::array<epoll_event, kEventsPerTurn>& events, int64_t max_wait_ms);
  void dispatch(const epoll_event& event);
  bool run_posted();
  bool run_timers();
  void drop_cancelled();
};

void EventLoop::Impl::control(int operation, int fd, uint32_t events) {
  const auto index = static_cast<size_t>(fd);
  epoll_event event{};
  event.events = to_epoll(events);
  event.data.u64 = uint64_t{slots[index].generation} << 32 | static_cast<uint32_t>(fd);
  CHECK(epoll_ctl(epoll, operation, fd, &event) == 0);
}

// How long to sleep: until the first timer, but not at all when something is posted.
int EventLoop::Impl::wait_ms(int64_t max_wait_ms) {
  int64_t wait = max_wait_ms < 0 ? std::numeric_limits<int64_t>::max() : max_wait_ms;
  while (!heap.empty() && !timers.contains(heap.front().timer)) {
    std::pop_heap(heap.begin(), heap.end());
    heap.pop_back();
  }
  if (!heap.empty())
    wait = std::min(wait, std::max<int64_t>(0, heap.front().at_ms - SystemClock().boot_ms()));
  const std::lock_guard lock(mutex);
  if (!posted.empty() || stopped) return 0;
  asleep = wait > 0;
  if (wait == std::numeric_limits<int64_t>::max()) return -1;
  return static_cast<int>(std::min<int64_t>(wait, std::numeric_limits<int>::max()));
}

int EventLoop::Impl::fetch(std::array<epoll_event, kEventsPerTurn>& events, int64_t max_wait_ms) {
  const int count = epoll_wait(epoll, events.data(), kEventsPerTurn, wait_ms(max_wait_ms));
  CHECK(count >= 0 || errno == EINTR);
  now_ms = SystemClock().boot_ms();
  const std::lock_guard lock(mutex);
  asleep = false;
  return std::max(count, 0);
}

void EventLoop::Impl::dispatch(const epoll_event& event) {
  const auto fd = static_cast<size_t>(event.data.u64 & 0xffffffff);
  if (fd == static_cast<size_t>(wake)) {
    uint64_t count = 0;
    CHECK(read(wake, &count, sizeof count) == sizeof count || errno == EAGAIN);
    return;
  }
  const Slot& slot = slots[fd];
  if (slot.watcher != nullptr && slot.generation == event.data.u64 >> 32)
    slot.watcher->on_events(from_epoll(event.events));
}

bool EventLoop::Impl::run_posted() {
  {
    const std::lock_guard lock(mutex);
    running.swap(posted);
  }
  if (running.empty()) return false;
  for (Task& task : running) {
    task();
    task = nullptr;  // what it holds goes before the next one runs, not at the end of the batch
  }
  running.clear();
  return true;
}

bool EventLoop::Impl::run_timers() {
  bool ran = false;
  // Timers that are started inside have later ids; those due at once wait for the next turn.
  const TimerId last = last_timer;
  while (!heap.empty() && heap.front().at_ms <= now_ms && heap.front().timer <= last) {
    const TimerId timer = heap.front().timer;
    std::pop_heap(heap.begin(), heap.end());
    heap.pop_back();
    auto node = timers.extract(timer);
    if (node.empty()) continue;
    node.mapped()();
    ran = true;
  }
  return ran;
}

// Keeps the heap within twice the live timers, however many are cancelled long before their time.
void EventLoop::Impl::drop_cancelled() {
  constexpr size_t kSlack = 64;
  if (heap.size() <= 2 * timers.size() + kSlack) return;
  std::erase_if(heap, [this](const Due& due) { return !timers.contains(due.timer); });
  std::make_heap(heap.begin(), heap.end());
}

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {
  CHECK(impl_->epoll >= 0 && impl_->wake >= 0);
  impl_->slots.resize(static_cast<size_t>(impl_->wake) + 1);
  impl_->control(EPOLL_CTL_ADD, impl_->wake, kRead);
}

EventLoop::~EventLoop() {
  close(impl_->wake);
  close(impl_->epoll);
}

void EventLoop::post(Task task) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopped) return;
    impl_->posted.push_back(std::move(task));
    // Only the first post while it sleeps pays for the system call.
    if (!std::exchange(impl_->asleep, false)) return;
  }
  impl_->wake_up();
}

void EventLoop::post_after(int64_t delay_ms, Task task) { start_timer(delay_ms, std::move(task)); }

void EventLoop::watch(int fd, uint32_t events, Watcher& watcher) {
  const auto index = static_cast<size_t>(fd);
  if (index >= impl_->slots.size()) impl_->slots.resize(index + 1);
  Impl::Slot& slot = impl_->slots[index];
  CHECK(slot.watcher == nullptr);
  slot.watcher = &watcher;
  ++slot.generation;
  impl_->control(EPOLL_CTL_ADD, fd, events);
}

void EventLoop::rewatch(int fd, uint32_t events, Watcher& watcher) {
  Impl::Slot& slot = impl_->slots.at(static_cast<size_t>(fd));
  CHECK(slot.watcher != nullptr);
  slot.watcher = &watcher;
  impl_->control(EPOLL_CTL_MOD, fd, events);
}

void EventLoop::unwatch(int fd) {
  Impl::Slot& slot = impl_->slots.at(static_cast<size_t>(fd));
  CHECK(slot.watcher != nullptr);
  slot.watcher = nullptr;
  CHECK(epoll_ctl(impl_->epoll, EPOLL_CTL_DEL, fd, nullptr) == 0);
}

EventLoop::TimerId EventLoop::start_timer(int64_t delay_ms, Task task) {
  const TimerId timer = ++impl_->last_timer;
  impl_->timers.emplace(timer, std::move(task));
  impl_->heap.push_back({impl_->now_ms + std::max<int64_t>(0, delay_ms), timer});
  std::push_heap(impl_->heap.begin(), impl_->heap.end());
  return timer;
}

void EventLoop::cancel_timer(TimerId timer) {
  impl_->timers.erase(timer);
  impl_->drop_cancelled();
}

void EventLoop::set_turn_hook(Task hook) { impl_->hook = std::move(hook); }

int64_t EventLoop::now_ms() const { return impl_->now_ms; }

void EventLoop::run() {
  const auto stopped = [this] {
    const std::lock_guard lock(impl_->mutex);
    return impl_->stopped;
  };
  while (!stopped()) run_once(-1);
  std::vector<Task> unrun;
  {
    const std::lock_guard lock(impl_->mutex);
    unrun.swap(impl_->posted);
  }
  // Destroyed here and not with the loop, while everything that they hold on to still exists.
  unrun.clear();
  impl_->timers.clear();
}

void EventLoop::run_once(int64_t max_wait_ms) {
  std::array<epoll_event, kEventsPerTurn> events;
  const int count = impl_->fetch(events, max_wait_ms);
  for (int i = 0; i < count; ++i) impl_->dispatch(events[static_cast<size_t>(i)]);
  const bool ran_posted = impl_->run_posted();
  const bool ran_timers = impl_->run_timers();
  if ((count > 0 || ran_posted || ran_timers) && impl_->hook) impl_->hook();
}

void EventLoop::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
  }
  impl_->wake_up();
}

}  // namespace chat::base
