// RedactionCompactor: takes out of the database's files what redactions have replaced.
//
// RocksDB writes a new value beside the old one, and the old one stays in its table file until a
// compaction meets both. Its options do not see to that: periodic compaction writes old files anew
// one level at a time, and where the newer value lies in another level the older one is kept. So
// every redaction leaves a note of its chat (redaction_notes.h), and from time to time this
//   1. reads the notes,
//   2. flushes every family, after which the write-ahead logs that hold the texts are deleted,
//   3. compacts the noted chats' ranges of `events` (bodies) and `chats` (overlays of edits) until
//      everything as old as the notes lies in one level in files that share no key, so that each
//      key has one value,
//   4. forgets these notes, and only these.
// What stops in between is done again from 1.
//
// It holds for the live files: a backup is of hard links and keeps the files of its time, a read
// that is under way keeps its files until it ends, and what the file system does with the blocks
// of a deleted file is its own. Nothing in this program takes a RocksDB snapshot, which would keep
// old values alive.
//
// Thread rule: any thread; one call works at a time, others wait. The work itself is done by
// RocksDB's compaction thread in steps of at most 1.6 GB, between which other compactions get
// their turn; the commit thread only waits for the start of a new log, as with every flush.
// Owner: RocksDbStore. It must not outlive the database.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "connect/base/metrics.h"
#include "connect/base/result.h"
#include "connect/store/redaction_notes.h"
#include "connect/store/rocksdb_database.h"

namespace chat::store {

class RedactionCompactor final {
 public:
  RedactionCompactor(const Database& database, base::Metrics& metrics);

  // How many notes were dealt with. After an error those that are left are still noted.
  base::Result<size_t> compact();
  // Ends the call that is working, soon, and refuses every later one.
  void stop();

 private:
  // Neighbouring chats whose files are written anew together.
  struct Stretch {
    std::string first;
    std::string end;                 // behind the last key
    std::vector<std::string> notes;  // keys of their notes
  };

  base::Result<size_t> compact_noted();
  base::Status flush() const;
  std::vector<Stretch> stretches_of(const std::vector<RedactionNote>& notes) const;
  bool lies_close(const Stretch& stretch, const std::string& first) const;
  base::Status compact(const Stretch& stretch, uint64_t newest) const;
  base::Status settle(Family family, const Stretch& stretch, uint64_t newest) const;
  bool is_settled(Family family, const Stretch& stretch, uint64_t newest) const;

  const Database& database_;
  base::Gauge& waiting_;
  base::Counter& failures_;
  std::atomic<bool> stopping_{false};
  std::mutex working_;  // held by the call that works
};

}  // namespace chat::store
