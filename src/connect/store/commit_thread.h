// CommitThread: the one writer of the chat database, and the bounded queue before it.
//
// It takes everything that is waiting as one batch, writes and syncs it, then answers; meanwhile
// the next batch gathers. Thread rule: submit from any thread; answers come on the commit thread.
// Owner: RocksDbStore. It must not outlive the database.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "connect/base/metrics.h"
#include "connect/store/commit_batch.h"
#include "connect/store/rocksdb_store.h"

namespace chat::store {

class CommitThread final {
 public:
  CommitThread(const Database& database, const RocksDbOptions& options, base::Metrics& metrics);
  // Writes and answers what was taken on, then ends.
  ~CommitThread();

  // Answers kOverloaded inside the call when the queue is full.
  void submit(Commit commit);
  bool writable() const { return writable_; }

 private:
  using Answers = std::vector<base::Result<AppendResult>>;

  void run();
  // False once there is nothing more to come.
  bool take(std::vector<Commit>& commits);
  void commit(std::vector<Commit>& commits);
  Answers write(const std::vector<Commit>& commits);
  // Asks a database that fell into an error to go on.
  base::Status resume();
  void set_writable(bool writable, const std::string& why);

  const Database& database_;
  const RocksDbOptions options_;
  base::Histogram& batch_size_;
  base::Histogram& seconds_;
  base::Gauge& depth_;
  base::Gauge& writable_gauge_;
  std::atomic<bool> writable_{true};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Commit> queue_;  // guarded by mutex_
  size_t queue_bytes_ = 0;     // guarded by mutex_
  bool waiting_ = false;       // guarded by mutex_; the commit thread sleeps
  bool stopping_ = false;      // guarded by mutex_

  CommitMemory memory_;          // the commit thread's own
  int64_t resume_after_ms_ = 0;  // the commit thread's own; on the monotonic clock
  std::string failure_;          // the commit thread's own; why nothing can be written
  std::thread thread_;
};

}  // namespace chat::store
