// `connect send`: sends messages and waits until they are stored. Blocking; the caller's thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connect/cli/server.h"

namespace chat::cli {

struct SendOptions {
  ServerOptions server;
  std::string chat;
  // Joined by spaces; a single "-": standard input, a message a line.
  std::vector<std::string> words;
  int64_t give_up_after_s = 0;  // 0: tries until everything is stored or refused
};

// Prints `id seq` a message as it is stored, in order. The process's exit code.
int run_send(const SendOptions& options);

}  // namespace chat::cli
