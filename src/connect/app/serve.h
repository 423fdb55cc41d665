// `connect serve`: all roles in one process. Blocking: runs until a signal ends it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace chat::app {

struct ServeOptions {
  std::string data = "./connect-data";
  std::string listen = "127.0.0.1:8080";
  std::string ops = "127.0.0.1:9090";
  std::string auth = "dev";  // or jwt
  std::vector<std::string> jwt_keys;
  std::string jwt_issuer;
  std::string jwt_audience;
  uint32_t rate_sends = 20;          // a second and user; 0: no limit
  std::vector<std::string> origins;  // beside the server's own
  std::string tls_cert;
  std::string tls_key;
  std::string durability = "sync";  // or process
  uint32_t loops = 0;               // gateway threads; 0: half the processors, 1 to 4
  uint32_t workers = 0;             // messaging threads; 0: likewise
  std::string log_level = "info";
};

// SIGTERM or SIGINT drains and ends with 0, another one a second later or more ends at once with 1.
// SIGHUP reads key
// files and certificates again, which happens every few seconds too. Otherwise 2 for options that
// make no sense, 1 for what the machine does not give, each named on standard error.
int run_serve(const ServeOptions& options);

}  // namespace chat::app
