#include "connect/store/commit_thread.h"

#include <pthread.h>
#include <rocksdb/db.h>

#include <chrono>
#include <utility>

#include "connect/base/log.h"

namespace chat::store {
namespace {

using std::chrono::steady_clock;

int64_t monotonic_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             steady_clock::now().time_since_epoch())
      .count();
}

base::Unexpected<base::Error> unavailable(const std::string& why) {
  return base::unexpected(base::Code::kUnavailable, why);
}

}  // namespace

CommitThread::CommitThread(const Database& database, const RocksDbOptions& options,
                           base::Metrics& metrics)
    : database_(database),
      options_(options),
      batch_size_(metrics.histogram("connect_store_commit_batch_size",
                                    "Appends and projections written with one sync",
                                    {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384})),
      seconds_(metrics.histogram(
          "connect_store_commit_seconds", "Time to write and sync a batch",
          {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5})),
      depth_(metrics.gauge("connect_store_queue_depth",
                           "Commits that waited when the latest batch was taken")),
      writable_gauge_(
          metrics.gauge("connect_store_writable", "1, or 0 while the database takes no writes")) {
  writable_gauge_.set(1);
  thread_ = std::thread([this] { run(); });
}

CommitThread::~CommitThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CommitThread::submit(Commit commit) {
  bool wake = false;
  bool fits = false;
  {
    const std::lock_guard lock(mutex_);
    // A commit that is larger than the queue may come when the queue is empty.
    fits = queue_.empty() || (queue_.size() < options_.queue_commits_max &&
                              queue_bytes_ + commit.bytes <= options_.queue_bytes_max);
    if (fits) {
      queue_bytes_ += commit.bytes;
      queue_.push_back(std::move(commit));
      wake = std::exchange(waiting_, false);
    }
  }
  if (wake) wake_.notify_one();
  if (!fits)
    commit.done(base::unexpected(base::Code::kOverloaded, "the chat database's queue is full"));
}

void CommitThread::run() {
  pthread_setname_np(pthread_self(), "store-commit");
  std::vector<Commit> commits;
  while (take(commits)) {
    commit(commits);
    commits.clear();
  }
}

bool CommitThread::take(std::vector<Commit>& commits) {
  std::unique_lock lock(mutex_);
  waiting_ = queue_.empty();
  wake_.wait(lock, [this] { return !queue_.empty() || stopping_; });
  waiting_ = false;
  commits.swap(queue_);
  queue_bytes_ = 0;
  return !commits.empty();
}

void CommitThread::commit(std::vector<Commit>& commits) {
  depth_.set(static_cast<double>(commits.size()));
  batch_size_.observe(static_cast<double>(commits.size()));
  Answers answers = write(commits);
  for (size_t i = 0; i < commits.size(); ++i) commits[i].done(std::move(answers[i]));
}

CommitThread::Answers CommitThread::write(const std::vector<Commit>& commits) {
  if (!writable_)
    if (const base::Status resumed = resume(); !resumed)
      return Answers(commits.size(), base::Unexpected{resumed.error()});

  const auto start = steady_clock::now();
  memory_.trim();
  CommitBatch batch(database_, memory_);
  Answers answers;
  answers.reserve(commits.size());
  for (const Commit& commit : commits) answers.push_back(batch.add(commit));
  if (batch.empty()) return answers;

  if (const base::Status written = batch.write(options_.durability == Durability::kSync);
      !written) {
    // Conflicts may have been judged against what was not written: nothing here is certain.
    memory_.clear();
    set_writable(false, written.error().message);
    return Answers(commits.size(), base::Unexpected{written.error()});
  }
  seconds_.observe(std::chrono::duration<double>(steady_clock::now() - start).count());
  return answers;
}

base::Status CommitThread::resume() {
  const int64_t now_ms = monotonic_ms();
  if (now_ms < resume_after_ms_) return unavailable(failure_);
  const rocksdb::Status resumed = database_.db().Resume();
  if (!resumed.ok()) {
    resume_after_ms_ = now_ms + options_.resume_interval_ms;
    return unavailable(failure_);
  }
  set_writable(true, {});
  return base::ok();
}

void CommitThread::set_writable(bool writable, const std::string& why) {
  if (writable)
    base::log_info("chat database takes writes again");
  else
    base::log_error("chat database takes no writes", {{"why", why}});
  failure_ = why;
  writable_ = writable;
  writable_gauge_.set(writable ? 1 : 0);
}

}  // namespace chat::store
