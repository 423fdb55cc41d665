// Database: an open RocksDB with Connect's column families, and what its failures mean.
// Thread rule: any thread; RocksDB does its own locking. Owner: the store.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "connect/base/result.h"
#include "connect/store/rocksdb_layout.h"
#include "connect/store/rocksdb_store.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Status;
}  // namespace rocksdb

namespace chat::store {

// What the families' layout is called; stored in `meta`.
inline constexpr std::string_view kLayoutName = "layout";
inline constexpr std::string_view kLayoutVersion = "1";

class Database final {
 public:
  // Opens, or creates, the database in options.directory. kInvalid: of another layout; kCorrupt:
  // damaged beyond a torn tail of the write-ahead log; kUnavailable: anything else.
  static base::Result<std::unique_ptr<Database>> open(const RocksDbOptions& options);
  ~Database();

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return families_[static_cast<size_t>(family)];
  }

 private:
  Database();
  base::Status check_layout();

  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> families_{};  // owned; freed before db_
};

// A failed read or opening: kCorrupt for what is damaged, else kUnavailable. `what` says what was
// tried.
base::Error error_of(const rocksdb::Status& status, std::string_view what);

}  // namespace chat::store
