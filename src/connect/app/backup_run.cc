#include "connect/app/backup_run.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include "connect/app/command_line.h"
#include "connect/app/ops_client.h"
#include "connect/base/json_escape.h"
#include "connect/base/metrics.h"
#include "connect/store/backup.h"
#include "connect/store/data_directory.h"
#include "connect/store/rocksdb_store.h"

namespace chat::app {
namespace {

base::Status backup_offline(const BackupOptions& options) {
  TRY(store::read_format(options.data));  // opening would create it
  TRY_ASSIGN(const auto directory, store::DataDirectory::open(options.data));
  base::Metrics metrics;
  store::RocksDbOptions database;
  database.directory = directory->database_path();
  TRY_ASSIGN(const auto store, store::RocksDbStore::open(database, metrics));
  return store::checkpoint(*store, *directory, options.backup);
}

// The server writes it: the path is made absolute, for its working directory is another one.
base::Status backup_server(const BackupOptions& options) {
  TRY_ASSIGN(OpsClient client, OpsClient::make(options.ops));
  std::error_code ignored;
  std::string body = R"({"directory":)";
  base::append_json_string(body, std::filesystem::absolute(options.backup, ignored).string());
  TRY(client.ask("POST", "/backup", body + "}"));
  return base::ok();
}

int report(const char* command, const base::Status& done) {
  if (done) return 0;
  std::fprintf(stderr, "connect %s: %s\n", command, done.error().message.c_str());
  return kExitEnvironment;
}

}  // namespace

int run_backup(const BackupOptions& options) {
  return report("backup", options.ops.empty() ? backup_offline(options) : backup_server(options));
}

int run_restore(const BackupOptions& options) {
  return report("restore", store::restore(options.backup, options.data));
}

}  // namespace chat::app
