#include "connect/store/commit_batch.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

namespace chat::store {
namespace {

// The tail of one chat: the first key of its partition, because newer events come first.
base::Result<EventId> read_tail(const Database& database, const ChatId& chat) {
  const std::string prefix = partition_prefix(chat.value());
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator(options, database.family(Family::kEvents)));
  it->Seek(prefix);
  if (!it->status().ok())
    return base::Unexpected{error_of(it->status(), "the tail of a chat cannot be read")};
  if (!it->Valid() || !it->key().starts_with(prefix)) return EventId();
  const std::optional<EventId> id = id_of_event_key(it->key().ToStringView());
  if (!id) return base::unexpected(base::Code::kCorrupt, "a stored event's key does not parse");
  return *id;
}

// The event without its content; nothing when it is blank already.
base::Result<std::optional<std::string>> blanked(const std::string& key, const std::string& bytes) {
  TRY_ASSIGN(Event event, decode_event(key, bytes));
  if (event.gone()) return std::optional<std::string>();
  event.clear_body();
  event.set_gone(true);
  return std::optional(event.SerializeAsString());
}

size_t slot_of(Family family) { return family == Family::kChats ? 0 : 1; }

}  // namespace

void CommitMemory::trim() {
  tails.trim();
  for (auto& map : versions) map.trim();
}

void CommitMemory::clear() {
  tails.clear();
  for (auto& map : versions) map.clear();
}

CommitBatch::CommitBatch(const Database& database, CommitMemory& memory)
    : database_(database), memory_(memory), batch_(std::make_unique<rocksdb::WriteBatch>()) {}

CommitBatch::~CommitBatch() = default;

bool CommitBatch::empty() const { return batch_->Count() == 0; }

// Everything is read before anything is put, so that a read that fails leaves no half of a commit
// in the batch.
base::Result<AppendResult> CommitBatch::add(const Commit& commit) {
  if (!commit.events.empty()) {
    TRY_ASSIGN(const EventId tail, tail_of(commit.chat));
    if (tail != commit.expected_tail) return AppendResult::kConflict;
  }
  TRY_ASSIGN(Puts blanks, blanked_events(commit));
  TRY_ASSIGN(const auto items, newer_items(commit.projections.items));

  for (const EncodedEvent& event : commit.events)
    put_event(event_key(commit.chat.value(), event.id), event.value);
  for (auto& [key, value] : blanks) put_event(std::move(key), std::move(value));
  for (const Family family : {Family::kChats, Family::kUsers})
    for (const auto& [key, value] : items[slot_of(family)])
      batch_->Put(database_.family(family), key, value).PermitUncheckedError();
  if (!commit.projections.redactions.empty()) note_redaction(commit.chat);
  if (!commit.events.empty()) memory_.tails.put(commit.chat.value(), commit.events.back().id);
  return AppendResult::kDone;
}

// The database's number is greater after every batch, so no note is ever that of an earlier batch:
// whoever forgets those that were read forgets nothing that came meanwhile.
void CommitBatch::note_redaction(const ChatId& chat) {
  const std::string key =
      redaction_note_key(chat.value(), database_.db().GetLatestSequenceNumber());
  batch_->Put(database_.family(Family::kMeta), key, {}).PermitUncheckedError();
}

base::Result<EventId> CommitBatch::tail_of(const ChatId& chat) {
  if (const EventId* known = memory_.tails.find(chat.value())) return *known;
  TRY_ASSIGN(const EventId tail, read_tail(database_, chat));
  memory_.tails.put(chat.value(), tail);
  return tail;
}

base::Result<uint64_t> CommitBatch::version_of(Family family, const std::string& key) {
  RecentMap<uint64_t>& versions = memory_.versions[slot_of(family)];
  if (const uint64_t* known = versions.find(key)) return *known;
  rocksdb::PinnableSlice bytes;
  const rocksdb::Status status = database_.db().Get({}, database_.family(family), key, &bytes);
  uint64_t version = 0;
  if (status.ok()) {
    TRY_ASSIGN(version, version_of_item(bytes.ToStringView()));
  } else if (!status.IsNotFound()) {
    return base::Unexpected{error_of(status, "a stored item cannot be read")};
  }
  versions.put(key, version);
  return version;
}

base::Result<std::array<CommitBatch::Puts, 2>> CommitBatch::newer_items(
    const std::vector<ItemWrite>& items) {
  std::vector<std::string> keys;
  for (const ItemWrite& item : items) {
    keys.push_back(item_key(item.key));
    TRY(version_of(family_of(item.key.table), keys.back()));
  }
  // All versions are in memory now, so nothing fails any more. The memory moves on with each item,
  // because one commit may name an item twice.
  std::array<Puts, 2> puts;
  for (size_t i = 0; i < items.size(); ++i) {
    const size_t slot = slot_of(family_of(items[i].key.table));
    if (items[i].version <= *memory_.versions[slot].find(keys[i])) continue;
    memory_.versions[slot].put(keys[i], items[i].version);
    puts[slot].emplace_back(std::move(keys[i]), encode_item(items[i].version, items[i].value));
  }
  return puts;
}

base::Result<CommitBatch::Puts> CommitBatch::blanked_events(const Commit& commit) {
  Puts puts;
  for (const EventId id : commit.projections.redactions) {
    std::string key = event_key(commit.chat.value(), id);
    TRY_ASSIGN(const std::string bytes, event_bytes(commit, id, key));
    if (bytes.empty()) continue;
    TRY_ASSIGN(std::optional<std::string> blank, blanked(key, bytes));
    if (blank) puts.emplace_back(std::move(key), *std::move(blank));
  }
  return puts;
}

base::Result<std::string> CommitBatch::event_bytes(const Commit& commit, EventId id,
                                                   const std::string& key) {
  const auto own = std::ranges::find(commit.events, id, &EncodedEvent::id);
  if (own != commit.events.end()) return own->value;
  if (const auto pending = events_.find(key); pending != events_.end()) return pending->second;
  std::string bytes;
  const rocksdb::Status status =
      database_.db().Get({}, database_.family(Family::kEvents), key, &bytes);
  if (status.IsNotFound()) return std::string();
  if (!status.ok()) return base::Unexpected{error_of(status, "a stored event cannot be read")};
  return bytes;
}

void CommitBatch::put_event(std::string key, std::string value) {
  batch_->Put(database_.family(Family::kEvents), key, value).PermitUncheckedError();
  events_.insert_or_assign(std::move(key), std::move(value));
}

base::Status CommitBatch::write(bool sync) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  const rocksdb::Status status = database_.db().Write(options, batch_.get());
  if (status.ok()) return base::ok();
  const std::string_view what = status.IsNoSpace() ? "the disk is full, nothing can be stored"
                                                   : "the chat database cannot be written";
  // Whatever the cause, the caller does not know what became of it.
  return base::unexpected(base::Code::kUnavailable, error_of(status, what).message);
}

}  // namespace chat::store
