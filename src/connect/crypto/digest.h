// Digests and the encodings around them, over OpenSSL's libcrypto. Pure functions, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chat::crypto {

using Digest = std::array<uint8_t, 32>;

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::span<const uint8_t> secret, std::string_view bytes);
// Takes the same time wherever the first difference is. False for different lengths.
bool equal_in_constant_time(std::string_view one, std::string_view other);

std::string hex(std::span<const uint8_t> bytes);  // lower case
// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes);
// Nothing for text that is not canonical base64url without padding.
std::optional<std::string> from_base64url(std::string_view text);
// RFC 4648 section 4, with padding (the WebSocket handshake).
std::string base64(std::string_view bytes);
std::array<uint8_t, 20> sha1(std::string_view bytes);  // only for the WebSocket handshake

}  // namespace chat::crypto
