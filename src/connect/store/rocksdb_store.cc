#include "connect/store/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>

#include <utility>

#include "connect/store/commit_thread.h"
#include "connect/store/periodic_thread.h"
#include "connect/store/redaction_compactor.h"
#include "connect/store/rocksdb_database.h"
#include "connect/store/rocksdb_reads.h"

namespace chat::store {
namespace {

// What a commit, an event or an item costs in the queue beside its bytes.
constexpr size_t kEntryOverheadBytes = 160;
// A redacted text leaves the files within 24 h: at most 8 h until the next compaction, which leaves
// 16 h for it and for what has to be tried again. The first comes soon after a start, because
// nobody knows how long the program was away, but not amid what a start has to do.
constexpr PeriodicOptions kCompacting{
    .first_ms = 60'000, .interval_ms = 8 * 3'600'000, .retry_ms = 600'000};

base::Unexpected<base::Error> invalid(std::string message) {
  return base::unexpected(base::Code::kInvalid, std::move(message));
}

base::Status check_projections(const Projections& projections) {
  for (const ItemWrite& item : projections.items) {
    TRY(check_item_key(item.key));
    if (item.version == 0) return invalid("an item's version is 1 or more");
  }
  return base::ok();
}

base::Status check_append(const Append& append) {
  TRY(check_partition(append.chat.value()));
  TRY(check_projections(append.projections));
  if (append.events.empty() || append.events.size() > kAppendEventsMax)
    return invalid("an append has 1 to 100 events, got " + std::to_string(append.events.size()));
  uint64_t id = append.expected_tail.value();
  uint64_t seq = append.events.front().seq();
  for (const Event& event : append.events) {
    if (event.id() <= id || event.id() > EventId::kMax)
      return invalid("an append's ids rise from above its tail");
    if (event.seq() != seq++) return invalid("an append's seqs are dense");
    id = event.id();
  }
  return base::ok();
}

// Encoded on the caller's thread, so that the commit thread has less to do.
base::Result<std::vector<EncodedEvent>> encode(const std::vector<Event>& events) {
  std::vector<EncodedEvent> encoded;
  encoded.reserve(events.size());
  size_t bytes = 0;
  for (const Event& event : events) {
    encoded.push_back({EventId(event.id()), event.SerializeAsString()});
    bytes += encoded.back().value.size();
  }
  if (bytes > kAppendBytesMax && events.size() > 1)
    return invalid("an append of several events is at most 64 KB, got " + std::to_string(bytes));
  return encoded;
}

size_t bytes_of(const Commit& commit) {
  size_t bytes = kEntryOverheadBytes + commit.chat.value().size() +
                 commit.projections.redactions.size() * sizeof(EventId);
  for (const EncodedEvent& event : commit.events) bytes += event.value.size() + kEntryOverheadBytes;
  for (const ItemWrite& item : commit.projections.items)
    bytes +=
        item.key.partition.size() + item.key.item.size() + item.value.size() + kEntryOverheadBytes;
  return bytes;
}

}  // namespace

RocksDbStore::RocksDbStore(std::unique_ptr<Database> database, const RocksDbOptions& options,
                           base::Metrics& metrics)
    : database_(std::move(database)),
      commits_(std::make_unique<CommitThread>(*database_, options, metrics)),
      redactions_(std::make_unique<RedactionCompactor>(*database_, metrics)),
      compacting_(std::make_unique<PeriodicThread>(
          "store-redact", kCompacting, [this] { return redactions_->compact().has_value(); })) {}

// What compacts is told to end before it is waited for: a compaction may take minutes.
RocksDbStore::~RocksDbStore() { redactions_->stop(); }

base::Result<std::unique_ptr<RocksDbStore>> RocksDbStore::open(const RocksDbOptions& options,
                                                               base::Metrics& metrics) {
  TRY_ASSIGN(std::unique_ptr<Database> database, Database::open(options));
  return std::unique_ptr<RocksDbStore>(new RocksDbStore(std::move(database), options, metrics));
}

void RocksDbStore::append(Append append, base::Callback<base::Result<AppendResult>> done) {
  if (const base::Status checked = check_append(append); !checked)
    return done(base::Unexpected{checked.error()});
  auto events = encode(append.events);
  if (!events) return done(base::Unexpected{events.error()});
  Commit commit{.chat = std::move(append.chat),
                .expected_tail = append.expected_tail,
                .events = *std::move(events),
                .projections = std::move(append.projections),
                .done = std::move(done)};
  commit.bytes = bytes_of(commit);
  commits_->submit(std::move(commit));
}

void RocksDbStore::project(ChatId chat, Projections projections,
                           base::Callback<base::Status> done) {
  base::Status checked = check_partition(chat.value());
  if (checked) checked = check_projections(projections);
  if (!checked) return done(std::move(checked));
  Commit commit{.chat = std::move(chat),
                .projections = std::move(projections),
                .done = [done = std::move(done)](const base::Result<AppendResult>& result) {
                  done(result ? base::ok() : base::Status(base::Unexpected{result.error()}));
                }};
  commit.bytes = bytes_of(commit);
  commits_->submit(std::move(commit));
}

void RocksDbStore::read_log(const ChatId& chat, const LogRange& range,
                            base::Callback<base::Result<std::vector<Event>>> done) {
  done(store::read_log(*database_, chat, range));
}

void RocksDbStore::read_heads(
    const std::vector<ChatId>& chats,
    base::Callback<base::Result<std::vector<std::optional<Event>>>> done) {
  done(store::read_heads(*database_, chats));
}

void RocksDbStore::read_tails(const std::vector<ChatId>& chats,
                              base::Callback<base::Result<std::vector<EventId>>> done) {
  done(store::read_tails(*database_, chats));
}

void RocksDbStore::read_items(const std::vector<ItemKey>& keys,
                              base::Callback<base::Result<std::vector<std::optional<Item>>>> done) {
  done(store::read_items(*database_, keys));
}

void RocksDbStore::scan_items(const ItemRange& range,
                              base::Callback<base::Result<std::vector<Item>>> done) {
  done(store::scan_items(*database_, range));
}

base::Result<std::vector<ChatId>> RocksDbStore::list_chats(const std::optional<ChatId>& after,
                                                           uint32_t limit) const {
  return store::list_chats(*database_, after, limit);
}

bool RocksDbStore::writable() const { return commits_->writable(); }

base::Result<size_t> RocksDbStore::compact_redacted() { return redactions_->compact(); }

void RocksDbStore::tend(int64_t boot_ms) { compacting_->tend(boot_ms); }

base::Status RocksDbStore::copy_to(const std::string& directory) const {
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&database_->db(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
  if (!status.ok())
    return base::Unexpected{error_of(status, "the database cannot be copied to " + directory)};
  return base::ok();
}

}  // namespace chat::store
