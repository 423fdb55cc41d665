#include "connect/protocol/ids.h"

#include <algorithm>

#include "connect/crypto/digest.h"
#include "connect/protocol/frame.h"
#include "connect/protocol/limits.h"

namespace chat::protocol {
namespace {

bool is_chat_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == ':' || c == '-';
}

// The digit's value, or -1. Capitals are refused: a key has one spelling.
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

constexpr size_t kKeyTextBytes = 36;

constexpr bool is_hyphen_place(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// RFC 9562 section 5.7: version 7 in the high half of byte 6, variant 0b10 on top of byte 8.
bool is_version_7(const Key::Bytes& bytes) {
  return (bytes[6] & 0xf0) == 0x70 && (bytes[8] & 0xc0) == 0x80;
}

// The length goes first, so that ("ab", "c") and ("a", "bc") differ.
void append_with_length(std::string& out, std::string_view bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(bytes.size() >> shift);
  out += bytes;
}

ChatId derived_chat_id(std::string prefix, std::string_view one, std::string_view other) {
  std::string bytes;
  append_with_length(bytes, one);
  append_with_length(bytes, other);
  const crypto::Digest digest = crypto::sha256(bytes);
  return ChatId(prefix + crypto::hex(std::span(digest).first(16)));
}

}  // namespace

std::optional<ChatId> ChatId::parse(std::string_view text) {
  if (text.empty() || text.size() > kChatBytesMax) return std::nullopt;
  if (!std::ranges::all_of(text, is_chat_character)) return std::nullopt;
  return ChatId(std::string(text));
}

std::optional<UserId> UserId::parse(std::string_view text) {
  if (text.empty() || text.size() > kUserBytesMax) return std::nullopt;
  if (text.find('\0') != std::string_view::npos || !valid_utf8(text)) return std::nullopt;
  return UserId(std::string(text));
}

std::optional<Key> Key::parse(std::string_view text) {
  if (text.size() != kKeyTextBytes) return std::nullopt;
  Bytes bytes{};
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    uint8_t& byte = bytes[digits++ / 2];
    byte = static_cast<uint8_t>(byte << 4 | value);
  }
  if (!is_version_7(bytes)) return std::nullopt;
  return Key(bytes);
}

std::optional<Key> Key::from_bytes(std::string_view bytes) {
  Bytes copy{};
  if (bytes.size() != copy.size()) return std::nullopt;
  std::ranges::copy(bytes, copy.begin());
  return Key(copy);
}

Key Key::mint(int64_t unix_ms, const std::array<uint8_t, 10>& random) {
  Bytes bytes{};
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(unix_ms >> (40 - 8 * i));
  std::ranges::copy(random, bytes.begin() + 6);
  bytes[6] = static_cast<uint8_t>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<uint8_t>(0x80 | (bytes[8] & 0x3f));
  return Key(bytes);
}

int64_t Key::ms() const {
  int64_t ms = 0;
  for (size_t i = 0; i < 6; ++i) ms = ms << 8 | bytes_[i];
  return ms;
}

std::string Key::text() const {
  std::string text = crypto::hex(bytes_);
  for (size_t place : {8, 13, 18, 23}) text.insert(place, 1, '-');
  return text;
}

ChatId direct_chat_id(const UserId& one, const UserId& other) {
  const auto& [first, second] = std::minmax(one, other);
  return derived_chat_id("d-", first.value(), second.value());
}

ChatId group_chat_id(const UserId& creator, const Key& key) {
  return derived_chat_id("g-", creator.value(), key.bytes());
}

}  // namespace chat::protocol
