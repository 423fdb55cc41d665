// `connect backup` and `connect restore`. Blocking; the caller's thread.
#pragma once

#include <string>

namespace chat::app {

struct BackupOptions {
  std::string backup;  // the backup's directory
  std::string data;    // a data directory, or, for a backup, …
  std::string ops;     // … the operations port of a running server
};

// The process's exit code.
int run_backup(const BackupOptions& options);
int run_restore(const BackupOptions& options);

}  // namespace chat::app
