// The server under measurement: started on a fresh data directory and ended with its object, or a
// running one; what it has used, as /proc tells. Blocking; one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "connect/base/result.h"
#include "connect/cli/bench.h"
#include "connect/cli/held_signals.h"

namespace chat::cli {

class BenchServer final {
 public:
  // Starts a server, or finds the one of the options. Raises this process's limit of open files
  // first, which the server inherits. Borrows the signals for this call.
  static base::Result<BenchServer> start(const BenchOptions& options, const HeldSignals& signals);
  BenchServer(BenchServer&& other) noexcept;
  BenchServer& operator=(BenchServer&&) = delete;
  ~BenchServer();

  const std::string& url() const { return url_; }
  int64_t cpu_us() const;  // user and system, all threads; in steps of 10 ms
  int64_t rss_bytes() const;
  // The median time of an fdatasync of 4 KiB beside the server's data; 0 when that is not ours.
  int64_t fdatasync_us() const;

 private:
  BenchServer() = default;

  pid_t pid_ = 0;
  bool own_ = false;
  std::string url_;
  std::string directory_;

  base::Status spawn(const BenchOptions& options, const HeldSignals& signals);
  base::Status wait_until_it_listens(const std::string& log, const HeldSignals& signals);
  bool ended_within(int64_t ms);
};

// User and system time of this process.
int64_t own_cpu_us();

}  // namespace chat::cli
