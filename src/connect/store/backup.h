// Backups of a data directory: a checkpoint of a store in use, and its way back.
// A backup holds FORMAT, secret and db/, as a data directory does. Any thread; may take long.
#pragma once

#include <string>

#include "connect/base/result.h"
#include "connect/store/data_directory.h"
#include "connect/store/rocksdb_store.h"

namespace chat::store {

// Writes a backup of the store as it is now into a directory that must not exist; appends go on
// meanwhile. On the same file system tables are linked, not copied. The directory appears once it
// is whole; one that was cut is named `<path>.incomplete-…` and may be removed.
base::Status checkpoint(const RocksDbStore& store, const DataDirectory& directory,
                        const std::string& path);

// Makes a data directory of a backup, where there is nothing or an empty directory. The backup
// stays as it is.
base::Status restore(const std::string& backup, const std::string& directory);

}  // namespace chat::store
