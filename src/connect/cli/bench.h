// `connect bench`: what the server costs for a durable message, a page and an idle connection.
// Runs on the calling thread and starts its own server when told to.
#pragma once

#include <cstdint>
#include <string>

namespace chat::cli {

struct BenchOptions {
  // Either a running server (that uses the development login) …
  std::string server;  // http://host:port
  int64_t pid = 0;     // its process, to be measured in /proc
  // … or one of our own: `BINARY serve …` on a fresh data directory below `directory`.
  std::string binary;     // empty: this program's own file
  std::string directory;  // empty: $TMPDIR or /tmp; the disk under it is what is measured
  std::string only;       // `messages`, `page` or `idle`; empty: all three
  uint32_t runs = 5;      // median and range are printed
  uint32_t connections = 1000;
  uint32_t in_flight = 1;  // sends in flight a connection
  uint32_t warm_up_s = 3;
  uint32_t seconds = 10;  // measured, a run
  uint64_t messages = 5'000'000;
  uint32_t pages = 2000;  // reads, a run
  uint32_t idle_connections = 10'000;
};

// The process's exit code.
int run_bench(const BenchOptions& options);

}  // namespace chat::cli
