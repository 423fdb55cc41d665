// `connect history`: a slice of a chat as text or as JSON lines. Blocking; the caller's thread.
#pragma once

#include <cstdint>
#include <string>

#include "connect/cli/server.h"

namespace chat::cli {

struct HistoryOptions {
  ServerOptions server;
  std::string chat;
  // At most one is set. An event id, or a moment: `2026-11-24`, `2026-11-24 13:05[:09]`, local
  // time, or Unix milliseconds. `at` takes a moment only.
  std::string before;
  std::string after;
  std::string around;
  std::string at;
  uint32_t limit = 50;  // messages; the whole slice with `all`
  bool all = false;     // to the end: newest first with `before`, else forwards
  bool json = false;    // one message object a line, as the server gave it
};

// The process's exit code.
int run_history(const HistoryOptions& options);

}  // namespace chat::cli
