// `connect chat`: the terminal client. Runs on the calling thread until the user quits.
#pragma once

#include <string>

#include "connect/cli/server.h"

namespace chat::cli {

struct ChatOptions {
  ServerOptions server;
  std::string chat;  // opened first; empty: the latest one
};

// The process's exit code.
int run_chat(const ChatOptions& options);

}  // namespace chat::cli
