// Dedup: has this user's key been stored in this chat before? The recent end of the log is kept in
// memory; for an older key the log itself is read, and what was found there is handed in. Pure, no
// thread rule of its own: a chat's keys belong to the chat's worker.
//
// Why reading from the key's own time minus 5 s on is exact: a key that is more than 5 s later than
// the time of the event that it would get is refused, so no event is older than its key by more.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/protocol/ids.h"
#include "connect/protocol/limits.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// What an operation says, without where it was stored: equal for a retry, so that a key that comes
// again with other content is noticed. Only ever compared within one process.
uint64_t content_digest(const protocol::Event& event);

// An event as dedup sees it.
struct KeyEntry {
  protocol::Key key;
  std::string user;
  protocol::EventId id;
  protocol::Seq seq;
  uint64_t nth = 0;
  uint64_t digest = 0;
  protocol::EventId target;  // of an edit: its message, whose deletion blanks the edit too
  bool gone = false;         // its content was blanked: matches any

  static KeyEntry of(const protocol::Event& event);
};

// What a reading of the log from an id on found.
struct KeyLookup {
  protocol::EventId from;         // the first id that was read
  protocol::EventId upto;         // the last id that was read
  uint64_t events_from = 0;       // seq of the first event at or after `from`
  std::optional<KeyEntry> found;  // the event with the key
  bool cut_short = false;         // it was too much to read, and not found in what was
};

// The newest events of a chat by key: all of them from covers_from() on.
class RecentKeys {
 public:
  // An entry costs about 100 bytes: at most 2 MB for the busiest chat.
  static constexpr size_t kEntriesMax = protocol::kDedupEventsMax;
  // Kept however old they are, so that a retry in a quiet chat does not read the log.
  static constexpr size_t kEntriesKept = 64;
  // Above those, only what is younger than this: retries come within seconds.
  static constexpr int64_t kKeepMs = 60'000;

  // Everything below this id is unknown here; 0: nothing is.
  protocol::EventId covers_from() const { return covers_from_; }
  size_t size() const { return slots_.size(); }

  // The next event of the log.
  void push(KeyEntry entry);
  // The log was cut off before its next pushed event: what is older is not known.
  void start_at(protocol::EventId id);
  // A message was deleted: it and its edits match any content from now on.
  void blank(protocol::EventId target);

  const KeyEntry* find(std::string_view user, const protocol::Key& key) const;
  // The newest event at or below the id, when it is in memory.
  const KeyEntry* at_or_below(protocol::EventId id) const;
  const KeyEntry& at(size_t index) const { return slots_[index].entry; }  // ascending by id

 private:
  struct Slot {
    KeyEntry entry;
    uint64_t older = 0;  // the number of the one before it in its bucket
  };
  void trim();
  void link(size_t index);
  size_t bucket_of(std::string_view user, const protocol::Key& key) const;

  // Entries are numbered from 1 in the order they came; the front's number is first_number_. A
  // bucket holds the number of its newest entry, which links to the one before it; a link below
  // first_number_ ends the chain, so dropping the front needs no unlinking.
  std::deque<Slot> slots_;
  std::vector<uint64_t> buckets_;
  uint64_t first_number_ = 1;
  protocol::EventId covers_from_;
};

// Outcomes of asking for a key.
enum class KeyVerdict {
  kNew,           // certainly not stored
  kStored,        // `entry` is the event
  kReused,        // stored with other content
  kNeedsLog,      // read the log from `from` up to what memory covers, then ask again
  kSyncRequired,  // too much has come since the key's time
  kExpired,       // older than keys may be, and not in memory
};

struct KeyAnswer {
  KeyVerdict verdict = KeyVerdict::kNew;
  const KeyEntry* entry = nullptr;
  protocol::EventId from;
};

// The first id that an event with this key may have.
protocol::EventId earliest_event_of(const protocol::Key& key);

// `tail_seq` is the newest event's; `record_ms` the time of the command's record; `lookup` what an
// earlier kNeedsLog brought, or null.
//
// Where the tail is ahead of the clock (it had been set wrong), every event since then may be one
// with a key of now: each new key is looked up among them, and above kDedupEventsMax of them is
// kSyncRequired until the clock has caught up. Nothing less is exact.
KeyAnswer look_up(const RecentKeys& recent, const KeyLookup* lookup, protocol::Seq tail_seq,
                  std::string_view user, const protocol::Key& key, uint64_t digest,
                  int64_t record_ms);

}  // namespace chat::messaging
