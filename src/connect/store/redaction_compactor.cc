#include "connect/store/redaction_compactor.h"

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>

#include <utility>

#include "connect/base/log.h"

namespace chat::store {
namespace {

// Notes dealt with at once. A key is up to 82 bytes, a note some 200 in memory: 13 MB at the most.
constexpr size_t kNotesMax = 65'536;
// Chats with less than a table file between them are compacted together: alone, each would have
// the file that they share written anew.
constexpr uint64_t kCloseBytes = 64 << 20;
// A compaction of RocksDB's own may move what is older below the levels that ours looked at.
constexpr int kAttempts = 3;

base::Unexpected<base::Error> unavailable(const char* why) {
  return base::unexpected(base::Code::kUnavailable, why);
}

// Behind every key of the chat's partition.
std::string behind(const ChatId& chat) { return chat.value() + '\x01'; }

}  // namespace

RedactionCompactor::RedactionCompactor(const Database& database, base::Metrics& metrics)
    : database_(database),
      waiting_(
          metrics.gauge("connect_store_redactions_waiting",
                        "Redactions, when last looked, whose texts may still be in the files")),
      failures_(metrics.counter("connect_store_redaction_failures_total",
                                "Compactions of redacted chats that failed, to be tried again")) {}

base::Result<size_t> RedactionCompactor::compact() {
  const std::lock_guard lock(working_);
  base::Result<size_t> noted = compact_noted();
  if (noted && *noted > 0) {
    base::log_info("redacted texts are out of the files", {{"redactions", *noted}});
  } else if (!noted && !stopping_) {
    failures_.add();
    base::log_error("redacted texts stay in the files for now", {{"why", noted.error().message}});
  }
  return noted;
}

void RedactionCompactor::stop() {
  stopping_ = true;
  database_.db().DisableManualCompaction();
}

base::Result<size_t> RedactionCompactor::compact_noted() {
  size_t done = 0;
  for (bool more = true; more;) {
    if (stopping_) return unavailable("the database is being closed");
    TRY_ASSIGN(const std::vector<RedactionNote> notes, read_redaction_notes(database_, kNotesMax));
    waiting_.set(static_cast<double>(notes.size()));
    if (notes.empty()) break;
    const uint64_t newest = database_.db().GetLatestSequenceNumber();
    TRY(flush());
    for (const Stretch& stretch : stretches_of(notes)) {
      TRY(compact(stretch, newest));
      waiting_.add(-static_cast<double>(stretch.notes.size()));
    }
    done += notes.size();
    more = notes.size() == kNotesMax;
  }
  return done;
}

// All families: a log is deleted when nothing in it is needed by any of them.
base::Status RedactionCompactor::flush() const {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  for (size_t i = 0; i < kFamilies; ++i)
    families.push_back(database_.family(static_cast<Family>(i)));
  const rocksdb::Status flushed = database_.db().Flush({}, families);
  if (!flushed.ok()) return base::Unexpected{error_of(flushed, "the database cannot be flushed")};
  return base::ok();
}

std::vector<RedactionCompactor::Stretch> RedactionCompactor::stretches_of(
    const std::vector<RedactionNote>& notes) const {
  std::vector<Stretch> stretches;
  for (const RedactionNote& note : notes) {
    std::string first = partition_prefix(note.chat.value());
    if (stretches.empty() || !lies_close(stretches.back(), first))
      stretches.push_back({std::move(first), {}, {}});
    stretches.back().end = behind(note.chat);
    stretches.back().notes.push_back(note.key);
  }
  return stretches;
}

bool RedactionCompactor::lies_close(const Stretch& stretch, const std::string& first) const {
  if (first < stretch.end) return true;
  const rocksdb::Range between(stretch.end, first);
  uint64_t bytes = 0;
  return database_.db()
             .GetApproximateSizes({}, database_.family(Family::kEvents), &between, 1, &bytes)
             .ok() &&
         bytes < kCloseBytes;
}

base::Status RedactionCompactor::compact(const Stretch& stretch, uint64_t newest) const {
  for (const Family family : {Family::kEvents, Family::kChats})
    TRY(settle(family, stretch, newest));
  return forget_redaction_notes(database_, stretch.notes);
}

base::Status RedactionCompactor::settle(Family family, const Stretch& stretch,
                                        uint64_t newest) const {
  rocksdb::CompactRangeOptions options;
  // Other compactions go on beside it: without them a busy database would stall its writers.
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Slice first(stretch.first);
  const rocksdb::Slice end(stretch.end);
  for (int attempt = 0; !is_settled(family, stretch, newest); ++attempt) {
    if (stopping_) return unavailable("the database is being closed");
    if (attempt == kAttempts) return unavailable("compactions of redacted chats were overtaken");
    const rocksdb::Status compacted =
        database_.db().CompactRange(options, database_.family(family), &first, &end);
    if (!compacted.ok())
      return base::Unexpected{error_of(compacted, "redacted chats cannot be compacted")};
  }
  return base::ok();
}

// Within a file a key has one value. Two files of one level may still hold one key, the last of one
// and the first of the next: a file that begins with an older value than the other ends with may be
// moved to a lower level without being read. Files that hold nothing as old as the notes do not
// matter.
bool RedactionCompactor::is_settled(Family family, const Stretch& stretch, uint64_t newest) const {
  rocksdb::ColumnFamilyMetaData tables;
  database_.db().GetColumnFamilyMetaData(database_.family(family), &tables);
  const rocksdb::SstFileMetaData* last = nullptr;
  int last_level = 0;
  for (const rocksdb::LevelMetaData& level : tables.levels) {
    for (const rocksdb::SstFileMetaData& file : level.files) {
      if (file.smallest_seqno > newest || file.largestkey < stretch.first ||
          file.smallestkey >= stretch.end)
        continue;
      // Files of the first level, where the newest come first, are in no order of keys.
      if (last &&
          (level.level == 0 || level.level != last_level || file.smallestkey <= last->largestkey))
        return false;
      last = &file;
      last_level = level.level;
    }
  }
  return true;
}

}  // namespace chat::store
