// OfflineData: a data directory that no server is using, opened for a command. Holds the
// directory's lock for as long as it lives. Thread rule: made and ended on one thread; the store
// and the persistence may be used from any.
#pragma once

#include <memory>
#include <string>

#include "connect/base/metrics.h"
#include "connect/base/result.h"
#include "connect/persistence/persistence.h"
#include "connect/store/data_directory.h"
#include "connect/store/rocksdb_store.h"

namespace chat::app {

class OfflineData final {
 public:
  // kNotFound, naming it, when there is no data directory; kConflict when a server uses it.
  static base::Result<std::unique_ptr<OfflineData>> open(const std::string& path);
  static base::Result<std::unique_ptr<OfflineData>> open_or_create(const std::string& path);
  ~OfflineData();

  store::RocksDbStore& store() { return *store_; }
  persistence::Persistence& persistence() { return *persistence_; }

 private:
  OfflineData();

  base::Metrics metrics_;
  std::unique_ptr<store::DataDirectory> directory_;
  std::unique_ptr<store::RocksDbStore> store_;
  std::unique_ptr<persistence::Persistence> persistence_;  // ends before the store
};

}  // namespace chat::app
