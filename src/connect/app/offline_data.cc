#include "connect/app/offline_data.h"

#include <utility>

#include "connect/persistence/store_persistence.h"

namespace chat::app {

OfflineData::OfflineData() = default;
OfflineData::~OfflineData() = default;

base::Result<std::unique_ptr<OfflineData>> OfflineData::open(const std::string& path) {
  // Opening creates; a command that reads must not leave a new directory where a name was mistyped.
  TRY(store::read_format(path));
  return open_or_create(path);
}

base::Result<std::unique_ptr<OfflineData>> OfflineData::open_or_create(const std::string& path) {
  std::unique_ptr<OfflineData> data(new OfflineData());
  TRY_ASSIGN(data->directory_, store::DataDirectory::open(path));
  store::RocksDbOptions options;
  options.directory = data->directory_->database_path();
  TRY_ASSIGN(data->store_, store::RocksDbStore::open(options, data->metrics_));
  data->persistence_ = std::make_unique<persistence::StorePersistence>(*data->store_);
  return data;
}

}  // namespace chat::app
