// Cursors: opaque strings that a list call gave and takes back, bound to the user and the call they
// were given for. Sealed with a keyed hash, so that a forged or foreign one is refused.
// Thread rule: a CursorSealer is immutable after construction.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "connect/protocol/error.h"

namespace chat::protocol {

class CursorSealer {
 public:
  using Secret = std::array<uint8_t, 32>;
  explicit CursorSealer(const Secret& secret) : secret_(secret) {}

  // `call` names the list ("inbox", "members/<chat>"); `position` is what the call needs to go on.
  // Base64url: position, then the first 16 bytes of HMAC-SHA256 over call, user and position.
  std::string seal(std::string_view call, std::string_view user, std::string_view position) const;
  // The position, or cursor_invalid.
  Result<std::string> open(std::string_view call, std::string_view user,
                           std::string_view cursor) const;

 private:
  Secret secret_;
};

}  // namespace chat::protocol
