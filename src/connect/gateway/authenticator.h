// Authenticator: says whose a token is. The gateway asks it at hello and for every REST call.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"

namespace chat::gateway {

struct Identity {
  protocol::UserId user;
  int64_t expires_ms = 0;  // Unix ms
  std::string key_id;      // of the key that signed the token
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // token_invalid or token_expired when it is not to be believed at this moment. Any thread.
  virtual protocol::Result<Identity> authenticate(std::string_view token, int64_t now_ms) const = 0;
  // False once the key that signed it is no longer trusted: its sessions are closed (4503). Any
  // thread.
  virtual bool trusts(const Identity& identity) const = 0;
  // Rises whenever an answer of trusts() may have changed. Any thread.
  virtual uint64_t version() const = 0;
};

}  // namespace chat::gateway
