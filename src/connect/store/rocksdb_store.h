// RocksDbStore: the Store of one machine, on RocksDB. The layout of keys is in rocksdb_layout.h.
//
// Writes go through one commit thread that takes everything which is waiting, writes it as one
// batch with one sync of the write-ahead log, and then answers: while one batch syncs, the next
// gathers. So the cost of a sync is shared by as many as wait for it. Reads run on the caller's
// thread and answer inside the call.
//
// When a write or a sync fails, nothing of its batch is acknowledged (kUnavailable), and nothing
// after it either until RocksDB has recovered: from a full disk it does so by itself when there is
// room again; after a failed sync it does not, and the program must be started anew.
//
// What a redaction replaced is unreadable at once, and leaves the files within a day where `tend`
// is called (redaction_compactor.h).
//
// Thread rule: any thread. No call may be under way when it is destroyed; what was taken on before
// is written and answered first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connect/base/metrics.h"
#include "connect/store/store.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace chat::store {

class CommitThread;
class Database;
class PeriodicThread;
class RedactionCompactor;

enum class Durability {
  kSync,     // acknowledged when the disk has it: survives a power cut
  kProcess,  // acknowledged when the kernel has it: survives the process
};

struct RocksDbOptions {
  std::string directory;
  Durability durability = Durability::kSync;
  size_t block_cache_bytes = 256 << 20;
  // What may wait for the commit thread; more is refused as kOverloaded. At 10 us a commit the
  // queue empties in a fifth of a second; in memory it is at most 64 MB, twice while a batch of it
  // is being written.
  size_t queue_commits_max = 16'384;
  size_t queue_bytes_max = 64 << 20;
  // How often at most a database that fell into an error is asked to go on.
  int64_t resume_interval_ms = 1'000;
  rocksdb::Env* env = nullptr;  // null: the operating system. Tests inject faults here. Borrowed.
};

class RocksDbStore final : public Store {
 public:
  // Opens, or creates, the database. The metrics are borrowed.
  static base::Result<std::unique_ptr<RocksDbStore>> open(const RocksDbOptions& options,
                                                          base::Metrics& metrics);
  ~RocksDbStore() override;

  void append(Append append, base::Callback<base::Result<AppendResult>> done) override;
  void project(ChatId chat, Projections projections, base::Callback<base::Status> done) override;
  void read_log(const ChatId& chat, const LogRange& range,
                base::Callback<base::Result<std::vector<Event>>> done) override;
  void read_heads(const std::vector<ChatId>& chats,
                  base::Callback<base::Result<std::vector<std::optional<Event>>>> done) override;
  void read_tails(const std::vector<ChatId>& chats,
                  base::Callback<base::Result<std::vector<EventId>>> done) override;
  void read_items(const std::vector<ItemKey>& keys,
                  base::Callback<base::Result<std::vector<std::optional<Item>>>> done) override;
  void scan_items(const ItemRange& range,
                  base::Callback<base::Result<std::vector<Item>>> done) override;

  // Chats that have an event, in byte order of their ids, from above `after`.
  base::Result<std::vector<ChatId>> list_chats(const std::optional<ChatId>& after,
                                               uint32_t limit) const;
  // False from a failed write until the database has recovered.
  bool writable() const;
  // Writes a consistent copy of the database, as it is now, into a directory that must not exist.
  base::Status copy_to(const std::string& directory) const;

  // Takes what redactions replaced until now out of the files. Blocks, for as long as compacting
  // the redacted chats takes; says how many redactions there were.
  base::Result<size_t> compact_redacted();
  // The rim's timer, every few seconds: does the same on a thread of the store's own when it is
  // due. `boot_ms`: on a clock that does not step back.
  void tend(int64_t boot_ms);

 private:
  RocksDbStore(std::unique_ptr<Database> database, const RocksDbOptions& options,
               base::Metrics& metrics);

  std::unique_ptr<Database> database_;
  std::unique_ptr<CommitThread> commits_;  // ends before database_
  std::unique_ptr<RedactionCompactor> redactions_;
  std::unique_ptr<PeriodicThread> compacting_;  // ends before redactions_
};

}  // namespace chat::store
