// The server's address as people write it: http, https, ws or wss, a host, perhaps a port. Value
// types, pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/base/result.h"

namespace chat::client {

struct Url {
  bool tls = false;
  std::string host;  // without the brackets of an IPv6 address
  uint16_t port = 80;

  std::string authority() const;  // for `Host:`, the port only when it is not the scheme's own
};

// kInvalid, saying what is wrong. A path is refused: the paths are the protocol's own.
base::Result<Url> parse_url(std::string_view text);

}  // namespace chat::client
