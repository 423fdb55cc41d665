#include "connect/store/rocksdb_reads.h"

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <utility>

namespace chat::store {
namespace {

using protocol::KIND_CHAT;
using protocol::KIND_MEMBER;
using protocol::KIND_MESSAGE;

// Collects a stretch of the log up to its maxima.
class Stretch final {
 public:
  explicit Stretch(const LogRange& range) : range_(range) {}

  // False when this event would pass a maximum: it is not taken, and the stretch is complete.
  bool take(Event event, size_t bytes) {
    const bool is_message =
        event.kind() == KIND_MESSAGE || event.kind() == KIND_MEMBER || event.kind() == KIND_CHAT;
    const bool fits = events_.size() < range_.events_max && bytes_ + bytes <= range_.bytes_max &&
                      messages_ + (is_message ? 1 : 0) <= range_.messages_max;
    if (!fits && !events_.empty()) return false;
    bytes_ += bytes;
    messages_ += is_message ? 1 : 0;
    events_.push_back(std::move(event));
    return true;
  }
  std::vector<Event> finish() { return std::move(events_); }

 private:
  const LogRange& range_;
  std::vector<Event> events_;
  size_t bytes_ = 0;
  uint64_t messages_ = 0;
};

std::unique_ptr<rocksdb::Iterator> iterate(const Database& database, Family family,
                                           const rocksdb::ReadOptions& options) {
  return std::unique_ptr<rocksdb::Iterator>(
      database.db().NewIterator(options, database.family(family)));
}

base::Unexpected<base::Error> failure(const rocksdb::Status& status, std::string_view what) {
  return {error_of(status, what)};
}

// Shows the visitor where each chat's newest event is, with the chat's index; passes over empty
// chats.
template <typename Visit>
base::Status visit_newest(const Database& database, const std::vector<ChatId>& chats, Visit visit) {
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  // One iterator for all of them: making one costs as much as a seek.
  const auto it = iterate(database, Family::kEvents, options);
  for (size_t i = 0; i < chats.size(); ++i) {
    TRY(check_partition(chats[i].value()));
    const std::string prefix = partition_prefix(chats[i].value());
    it->Seek(prefix);
    if (!it->status().ok()) return failure(it->status(), "the head of a chat cannot be read");
    if (it->Valid() && it->key().starts_with(prefix)) TRY(visit(i, *it));
  }
  return base::ok();
}

}  // namespace

base::Result<std::vector<Event>> read_log(const Database& database, const ChatId& chat,
                                          const LogRange& range) {
  TRY(check_partition(chat.value()));
  if (range.before.value() <= range.after.value() + 1) return std::vector<Event>();
  // Newer events have smaller keys: the newest wanted is the lower bound, `after` the end.
  const std::string newest = event_key(chat.value(), EventId(range.before.value() - 1));
  const std::string oldest = event_key(chat.value(), EventId(range.after.value() + 1));
  const std::string end = event_key(chat.value(), range.after);
  const rocksdb::Slice lower(newest);
  const rocksdb::Slice upper(end);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;

  const auto it = iterate(database, Family::kEvents, options);
  range.newest_first ? it->Seek(newest) : it->SeekForPrev(oldest);
  Stretch stretch(range);
  for (; it->Valid(); range.newest_first ? it->Next() : it->Prev()) {
    TRY_ASSIGN(Event event, decode_event(it->key().ToStringView(), it->value().ToStringView()));
    if (!stretch.take(std::move(event), it->value().size())) break;
  }
  if (!it->status().ok()) return failure(it->status(), "the log of a chat cannot be read");
  return stretch.finish();
}

base::Result<std::vector<std::optional<Event>>> read_heads(const Database& database,
                                                           const std::vector<ChatId>& chats) {
  std::vector<std::optional<Event>> heads(chats.size());
  TRY(visit_newest(
      database, chats, [&heads](size_t i, const rocksdb::Iterator& newest) -> base::Status {
        TRY_ASSIGN(heads[i],
                   decode_event(newest.key().ToStringView(), newest.value().ToStringView()));
        return base::ok();
      }));
  return heads;
}

base::Result<std::vector<EventId>> read_tails(const Database& database,
                                              const std::vector<ChatId>& chats) {
  std::vector<EventId> tails(chats.size());
  TRY(visit_newest(database, chats,
                   [&tails](size_t i, const rocksdb::Iterator& newest) -> base::Status {
                     const std::optional<EventId> id = id_of_event_key(newest.key().ToStringView());
                     if (!id)
                       return base::unexpected(base::Code::kCorrupt, "a stored event has no id");
                     tails[i] = *id;
                     return base::ok();
                   }));
  return tails;
}

base::Result<std::vector<std::optional<Item>>> read_items(const Database& database,
                                                          const std::vector<ItemKey>& keys) {
  const size_t count = keys.size();
  std::vector<std::string> names;
  std::vector<rocksdb::Slice> slices;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  names.reserve(count);  // the slices point into it
  for (const ItemKey& key : keys) {
    TRY(check_item_key(key));
    names.push_back(item_key(key));
    slices.emplace_back(names.back());
    families.push_back(database.family(family_of(key.table)));
  }
  std::vector<rocksdb::PinnableSlice> values(count);
  std::vector<rocksdb::Status> statuses(count);
  database.db().MultiGet({}, count, families.data(), slices.data(), values.data(), statuses.data());
  std::vector<std::optional<Item>> items(count);
  for (size_t i = 0; i < count; ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return failure(statuses[i], "a stored item cannot be read");
    TRY_ASSIGN(items[i], decode_item(keys[i].item, values[i].ToStringView()));
  }
  return items;
}

base::Result<std::vector<Item>> scan_items(const Database& database, const ItemRange& range) {
  TRY(check_partition(range.partition));
  std::vector<Item> items;
  if (range.first >= range.last) return items;
  const std::string first = item_bound(range.table, range.partition, range.first);
  const std::string last = item_bound(range.table, range.partition, range.last);
  const rocksdb::Slice upper(last);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const auto it = iterate(database, family_of(range.table), options);
  for (it->Seek(first); it->Valid() && items.size() < range.limit; it->Next()) {
    const auto item = item_of_key(range.table, it->key().ToStringView());
    if (!item) continue;  // another table's
    TRY_ASSIGN(Item decoded, decode_item(*item, it->value().ToStringView()));
    items.push_back(std::move(decoded));
  }
  if (!it->status().ok()) return failure(it->status(), "stored items cannot be read");
  return items;
}

base::Result<std::vector<ChatId>> list_chats(const Database& database,
                                             const std::optional<ChatId>& after, uint32_t limit) {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  const auto it = iterate(database, Family::kEvents, options);
  // 0x01 sorts behind the NUL of a chat's keys and before every longer id.
  const auto behind = [](const ChatId& chat) { return chat.value() + '\x01'; };
  std::vector<ChatId> chats;
  after ? it->Seek(behind(*after)) : it->SeekToFirst();
  while (it->Valid() && chats.size() < limit) {
    const std::string_view key = it->key().ToStringView();
    chats.emplace_back(std::string(key.substr(0, key.find('\0'))));
    it->Seek(behind(chats.back()));
  }
  if (!it->status().ok()) return failure(it->status(), "the chats cannot be listed");
  return chats;
}

}  // namespace chat::store
