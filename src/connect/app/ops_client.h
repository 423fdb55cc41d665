// OpsClient: calls a running server's operations port from a command. Blocking, one connection that
// is kept, made anew when it has gone. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/base/result.h"

namespace chat::app {

struct OpsAnswer {
  int status = 0;
  std::string body;
};

class OpsClient final {
 public:
  // `address` is HOST:PORT; nothing is connected yet.
  static base::Result<OpsClient> make(std::string_view address);
  OpsClient(OpsClient&& other) noexcept;
  OpsClient& operator=(OpsClient&& other) noexcept;
  ~OpsClient();

  // kUnavailable, naming the address, when there is no answer within the socket's 10 minutes (a
  // backup's). The answer may be a refusal.
  base::Result<OpsAnswer> call(std::string_view method, std::string_view target,
                               std::string_view body);
  // The body of a 200; anything else becomes an error with the server's message.
  base::Result<std::string> ask(std::string_view method, std::string_view target,
                                std::string_view body = {});

 private:
  OpsClient(std::string host, std::string port);
  base::Status open();
  void close();
  base::Result<OpsAnswer> exchange(std::string_view request);

  std::string host_;
  std::string port_;
  int fd_ = -1;
};

// The two halves of HOST:PORT or [IPV6]:PORT; kInvalid, naming it, for anything else.
struct HostPort {
  std::string host;
  uint16_t port = 0;
};
base::Result<HostPort> parse_host_port(std::string_view address);

// Percent-encodes everything but letters, digits and `-._~`.
std::string percent_encoded(std::string_view text);

}  // namespace chat::app
