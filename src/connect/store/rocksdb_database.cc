#include "connect/store/rocksdb_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <cstring>
#include <utility>
#include <vector>

#include "connect/store/log_tail.h"

namespace chat::store {
namespace {

// The partition: everything up to the first NUL, and the NUL.
class PartitionTransform final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "connect.Partition"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), static_cast<size_t>(nul_of(key) - key.data()) + 1};
  }
  bool InDomain(const rocksdb::Slice& key) const override { return nul_of(key) != nullptr; }

 private:
  static const char* nul_of(const rocksdb::Slice& key) {
    return static_cast<const char*>(std::memchr(key.data(), '\0', key.size()));
  }
};

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions options;
  options.block_cache = cache;
  // A page of 50 messages of some 250 bytes is one block.
  options.block_size = 16 << 10;
  options.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.format_version = 5;
  options.checksum = rocksdb::kXXH3;
  // Indexes and filters count towards the cache's bound instead of growing beside it.
  options.cache_index_and_filter_blocks = true;
  options.cache_index_and_filter_blocks_with_high_priority = true;
  options.pin_l0_filter_and_index_blocks_in_cache = true;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table = table_options(cache);
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  if (family != Family::kMeta) {
    options.prefix_extractor = std::make_shared<PartitionTransform>();
    // A chat or user of whom nothing is stored costs no block read.
    options.memtable_prefix_bloom_size_ratio = 0.02;
    options.write_buffer_size = 64 << 20;
    // The next event of a chat goes right beside its last, and so does a head or a mark beside the
    // one that it replaces. A hint takes some 220 bytes a partition and memtable.
    options.memtable_insert_with_hint_prefix_extractor = options.prefix_extractor;
  }
  if (family == Family::kEvents) {
    // Events are looked up by ranges of a chat, never by their whole key.
    table.whole_key_filtering = false;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions database_options(const RocksDbOptions& options) {
  rocksdb::DBOptions result;
  result.env = options.env ? options.env : rocksdb::Env::Default();
  result.create_if_missing = true;
  result.create_missing_column_families = true;
  // After a failed write or sync everything that follows is refused, instead of acknowledging on
  // top of a hole.
  result.paranoid_checks = true;
  // What a crash left unfinished at the end has been dropped (log_tail.h). Any other record that
  // fails its checksum may have been acknowledged: opening is refused. kPointInTimeRecovery, the
  // default, would end the replay at a flipped bit and silently lose everything behind it;
  // kAbsoluteConsistency would refuse to start after every power cut.
  result.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // The commit thread is the only writer.
  result.allow_concurrent_memtable_write = false;
  result.max_background_jobs = 2;
  result.max_open_files = 1000;
  // A quiet family's memtable holds back the log of the busy ones no further than this.
  result.max_total_wal_size = 256 << 20;
  // A log that is not needed is deleted at once, neither kept nor written over: redacted texts are
  // in it.
  result.recycle_log_file_num = 0;
  result.WAL_ttl_seconds = 0;
  result.WAL_size_limit_MB = 0;
  // Spreads the disk's work over a flush or compaction, so that syncs of the log do not wait for
  // it.
  result.bytes_per_sync = 1 << 20;
  result.info_log_level = rocksdb::WARN_LEVEL;
  result.max_log_file_size = 10 << 20;
  result.keep_log_file_num = 3;
  return result;
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(const RocksDbOptions& options) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (size_t i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    families.emplace_back(std::string(name_of(family)), family_options(family, cache));
  }
  // RocksDB insists on a family of this name; nothing is stored in it.
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, family_options(Family::kMeta, cache));
  return families;
}

// Under the database's own lock: the log of one that is open elsewhere is left alone.
base::Status drop_torn_tail_of(const RocksDbOptions& options) {
  rocksdb::Env* env = options.env ? options.env : rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  // When it cannot be had, opening says why.
  if (!env->LockFile(options.directory + "/LOCK", &lock).ok()) return base::ok();
  const base::Status dropped = drop_torn_tail(options.directory);
  env->UnlockFile(lock).PermitUncheckedError();
  return dropped;
}

}  // namespace

base::Error error_of(const rocksdb::Status& status, std::string_view what) {
  const base::Code code = status.IsCorruption() ? base::Code::kCorrupt : base::Code::kUnavailable;
  return {code, std::string(what) + ": " + status.ToString()};
}

Database::Database() = default;

Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* handle : families_)
    if (handle) db_->DestroyColumnFamilyHandle(handle);
  // Close reports what the destructor would swallow, but nothing unsynced was acknowledged.
  if (db_) db_->Close().PermitUncheckedError();
}

base::Result<std::unique_ptr<Database>> Database::open(const RocksDbOptions& options) {
  TRY(drop_torn_tail_of(options));
  std::unique_ptr<Database> database(new Database());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(database_options(options), options.directory,
                                                   descriptors(options), &handles, &db);
  if (!status.ok())
    return base::Unexpected{
        error_of(status, "the database in " + options.directory + " cannot be opened")};
  database->db_.reset(db);
  std::copy_n(handles.begin(), kFamilies, database->families_.begin());
  database->db_->DestroyColumnFamilyHandle(handles.back()).PermitUncheckedError();
  TRY(database->check_layout());
  return database;
}

base::Status Database::check_layout() {
  std::string version;
  const rocksdb::Slice name(kLayoutName.data(), kLayoutName.size());
  const rocksdb::Status read = db_->Get({}, family(Family::kMeta), name, &version);
  if (read.IsNotFound()) {
    rocksdb::WriteOptions write;
    write.sync = true;
    const rocksdb::Status written =
        db_->Put(write, family(Family::kMeta), name,
                 rocksdb::Slice(kLayoutVersion.data(), kLayoutVersion.size()));
    if (!written.ok())
      return base::Unexpected{error_of(written, "a new database cannot be written")};
    return base::ok();
  }
  if (!read.ok()) return base::Unexpected{error_of(read, "the database's layout cannot be read")};
  if (version != kLayoutVersion)
    return base::unexpected(base::Code::kInvalid,
                            "the database has layout " + version + ", this program knows " +
                                std::string(kLayoutVersion) + ": use a newer program");
  return base::ok();
}

}  // namespace chat::store
