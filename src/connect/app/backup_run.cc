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

std::string absolute(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).string();
}

// The server writes it: the path is made absolute, for its working directory is another one.
base::Status backup_server(const BackupOptions& options) {
  TRY_ASSIGN(OpsClient client, OpsClient::make(options.ops));
  std::string body = R"({"directory":)";
  base::append_json_string(body, absolute(options.backup));
  TRY(client.ask("POST", "/backup", body + "}"));
  return base::ok();
}

int report(const char* command, const base::Status& done, const std::string& success) {
  if (done)
    std::fprintf(stderr, "%s\n", success.c_str());
  else
    std::fprintf(stderr, "connect %s: %s\n", command, done.error().message.c_str());
  return done ? 0 : kExitEnvironment;
}

}  // namespace

int run_backup(const BackupOptions& options) {
  return report("backup", options.ops.empty() ? backup_offline(options) : backup_server(options),
                "backed up to " + absolute(options.backup));
}

int run_restore(const BackupOptions& options) {
  return report("restore", store::restore(options.backup, options.data),
                "restored " + absolute(options.backup) + " to " + absolute(options.data));
}

}  // namespace chat::app
