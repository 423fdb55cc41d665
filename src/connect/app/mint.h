// `connect token`: tokens for tests, machines and development. Blocking; the caller's thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/base/result.h"

namespace chat::app {

struct MintOptions {
  std::string user;
  std::string lifetime = "1h";
  std::string key_file;  // a private PEM or a secret, or …
  std::string data;      // … a data directory whose server runs with --auth dev
  std::string kid;
  std::string issuer;
  std::string audience;
};

base::Result<std::string> mint(const MintOptions& options);

// `90s`, `15m`, `1h` or `30d` in ms; kInvalid for anything else and above ten years.
base::Result<int64_t> parse_lifetime(std::string_view text);

}  // namespace chat::app
