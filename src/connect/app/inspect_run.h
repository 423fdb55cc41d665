// `connect inspect`: prints what is stored, from a data directory or a running server. Blocking.
#pragma once

#include <string>

namespace chat::app {

struct InspectOptions {
  std::string what;  // chats, chat or member
  std::string chat;
  std::string user;
  std::string data;  // one of the two is set
  std::string ops;
};

// The process's exit code.
int run_inspect(const InspectOptions& options);

}  // namespace chat::app
