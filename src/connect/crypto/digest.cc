#include "connect/crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "connect/base/check.h"

namespace chat::crypto {
namespace {

const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<int8_t, 256> kUrlValues = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (size_t i = 0; i < kUrlAlphabet.size(); ++i)
    values[static_cast<uint8_t>(kUrlAlphabet[i])] = static_cast<int8_t>(i);
  return values;
}();

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest;
  SHA256(bytes_of(bytes), bytes.size(), digest.data());
  return digest;
}

Digest hmac_sha256(std::span<const uint8_t> secret, std::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  const uint8_t* done = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                             bytes_of(bytes), bytes.size(), digest.data(), &size);
  CHECK(done != nullptr && size == digest.size());
  return digest;
}

bool equal_in_constant_time(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string hex(std::span<const uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

std::string base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  uint32_t pending = 0;
  int bits = 0;
  for (char c : bytes) {
    pending = pending << 8 | static_cast<uint8_t>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += kUrlAlphabet[pending >> (bits - 6) & 0x3f];
  }
  if (bits > 0) out += kUrlAlphabet[pending << (6 - bits) & 0x3f];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  uint32_t pending = 0;
  int bits = 0;
  for (char c : text) {
    const int value = kUrlValues[static_cast<uint8_t>(c)];
    if (value < 0) return std::nullopt;
    pending = pending << 6 | static_cast<uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(pending >> bits & 0xff);
  }
  // A whole spare digit, or spare bits that are set, would be a second spelling of the same bytes.
  if (bits == 6 || (pending & ((1u << bits) - 1)) != 0) return std::nullopt;
  return out;
}

std::string base64(std::string_view bytes) {
  // EVP_EncodeBlock ends its text with a NUL, for which there must be room.
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<uint8_t*>(out.data()), bytes_of(bytes),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::array<uint8_t, 20> sha1(std::string_view bytes) {
  std::array<uint8_t, 20> digest;
  SHA1(bytes_of(bytes), bytes.size(), digest.data());
  return digest;
}

}  // namespace chat::crypto
