// Which server a command talks to and as whom: the options that every client command shares.
// Value types and blocking functions; the caller's thread.
#pragma once

#include <string>

#include "connect/base/result.h"

namespace chat::cli {

// Exit codes of the client commands.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;   // could not do it: no server, no login, a broken answer
inline constexpr int kExitUsage = 2;    // the options make no sense
inline constexpr int kExitRefused = 3;  // the server refused it for good
inline constexpr int kExitUnknown = 4;  // ended without knowing the outcome

struct ServerOptions {
  std::string url = "http://127.0.0.1:8080";  // http, https, ws or wss
  std::string user;                           // logs in by /v1/dev/login when there is no token
  std::string token;
  std::string ca_file;  // PEM; empty: the system's roots
};

// kInvalid when the options do not say who it is.
base::Status identified(const ServerOptions& options);
// The token of the options, or a fresh one from the development login. kUnavailable when it may
// succeed later.
base::Result<std::string> login(const ServerOptions& options);

}  // namespace chat::cli
