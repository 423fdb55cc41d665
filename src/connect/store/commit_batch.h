// CommitBatch: many appends and projections as one atomic write. It decides, against what is
// stored and what came earlier in the batch, which appends conflict, which items are older, and
// what a redaction leaves of an event; beside a redaction it notes that what was replaced has to
// leave the files (redaction_notes.h). The commit thread's own; one thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connect/base/result.h"
#include "connect/store/recent_map.h"
#include "connect/store/rocksdb_database.h"
#include "connect/store/store.h"

namespace rocksdb {
class WriteBatch;
}  // namespace rocksdb

namespace chat::store {

struct EncodedEvent {
  EventId id;
  std::string value;
};

// An append, or projections alone, on its way to the database.
struct Commit {
  ChatId chat;
  EventId expected_tail;
  std::vector<EncodedEvent> events;  // empty: projections alone, expected_tail does not matter
  Projections projections;
  base::Callback<base::Result<AppendResult>> done;
  size_t bytes = 0;  // what it counts for in the queue
};

// What the commit thread knows without reading, because nobody else writes: the tails of chats and
// the versions of items (0: none). It includes what the present batch has decided to write, so
// when its write fails, everything is forgotten.
// Bounds: a chat's name is up to 64 bytes and an item's key up to 260, a node about 80 beside it:
// 2 x 100,000 x 144 = 29 MB and 2 x 2 x 50,000 x 340 = 68 MB at the most, a third of it usually.
struct CommitMemory {
  RecentMap<EventId> tails{100'000};
  std::array<RecentMap<uint64_t>, 2> versions{RecentMap<uint64_t>(50'000),
                                              RecentMap<uint64_t>(50'000)};  // kChats, kUsers
  void trim();
  void clear();
};

class CommitBatch final {
 public:
  CommitBatch(const Database& database, CommitMemory& memory);
  ~CommitBatch();

  // The answer, true once the batch is written. After an error or a conflict nothing of the commit
  // is in the batch.
  base::Result<AppendResult> add(const Commit& commit);
  // Nothing was added that needs writing.
  bool empty() const;
  // Writes everything atomically. `sync`: returns when the disk has it.
  base::Status write(bool sync);

 private:
  using Puts = std::vector<std::pair<std::string, std::string>>;  // keys and values

  base::Result<EventId> tail_of(const ChatId& chat);
  base::Result<uint64_t> version_of(Family family, const std::string& key);
  // The items that are newer than what is stored, by family.
  base::Result<std::array<Puts, 2>> newer_items(const std::vector<ItemWrite>& items);
  base::Result<Puts> blanked_events(const Commit& commit);
  // The stored bytes of an event, those of this batch included; empty: there is none.
  base::Result<std::string> event_bytes(const Commit& commit, EventId id, const std::string& key);
  void put_event(std::string key, std::string value);
  // Written with every redaction, even one that finds its events blank: items may have held text.
  void note_redaction(const ChatId& chat);

  const Database& database_;
  CommitMemory& memory_;
  std::unique_ptr<rocksdb::WriteBatch> batch_;
  // Events that the batch writes, for redactions of them.
  std::unordered_map<std::string, std::string> events_;
};

}  // namespace chat::store
