// DevLogin: hands out tokens without asking for a password, for development on one's own machine.
// Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"

namespace chat::gateway {

struct Login {
  std::string token;
  int64_t expires_ms = 0;  // Unix ms
};

class DevLogin {
 public:
  virtual ~DevLogin() = default;
  virtual protocol::Result<Login> login(const protocol::UserId& user, int64_t now_ms) = 0;
};

}  // namespace chat::gateway
