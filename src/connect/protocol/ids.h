// The identifiers of the protocol as types: a chat, a user, a place in a chat's log, a client's
// key. Value types, no thread rule.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chat::protocol {

// 1-64 of `A-Z a-z 0-9 . _ : -`.
class ChatId {
 public:
  ChatId() = default;
  // Trusts its caller: for ids that were checked before, or that we derived.
  explicit ChatId(std::string value) : value_(std::move(value)) {}
  // Nothing when the text is no chat id.
  static std::optional<ChatId> parse(std::string_view text);
  const std::string& value() const { return value_; }
  auto operator<=>(const ChatId&) const = default;

 private:
  std::string value_;
};

// 1-128 bytes of UTF-8, no NUL: the `sub` of the user's token.
class UserId {
 public:
  UserId() = default;
  explicit UserId(std::string value) : value_(std::move(value)) {}
  static std::optional<UserId> parse(std::string_view text);
  const std::string& value() const { return value_; }
  auto operator<=>(const UserId&) const = default;

 private:
  std::string value_;
};

// `unix_ms << 11 | counter`, strictly rising within a chat, below 2^53. 0: before every event.
class EventId {
 public:
  static constexpr int kCounterBits = 11;
  static constexpr uint64_t kCounterMax = (1u << kCounterBits) - 1;
  static constexpr uint64_t kMax = (uint64_t{1} << 53) - 1;

  constexpr EventId() = default;
  constexpr explicit EventId(uint64_t value) : value_(value) {}
  // The first id of a millisecond; 0 before 1970, kMax beyond the last millisecond that has ids.
  static constexpr EventId first_of_ms(int64_t ms) {
    if (ms > static_cast<int64_t>(kMax >> kCounterBits)) return EventId(kMax);
    return EventId(ms <= 0 ? 0 : static_cast<uint64_t>(ms) << kCounterBits);
  }
  constexpr uint64_t value() const { return value_; }
  constexpr int64_t ms() const { return static_cast<int64_t>(value_ >> kCounterBits); }
  constexpr auto operator<=>(const EventId&) const = default;

 private:
  uint64_t value_ = 0;
};

// 1, 2, 3 … dense within a chat. 0: before the first.
class Seq {
 public:
  constexpr Seq() = default;
  constexpr explicit Seq(uint64_t value) : value_(value) {}
  constexpr uint64_t value() const { return value_; }
  constexpr auto operator<=>(const Seq&) const = default;

 private:
  uint64_t value_ = 0;
};

// The client's own id for an operation: a UUIDv7 (RFC 9562), 16 bytes.
class Key {
 public:
  using Bytes = std::array<uint8_t, 16>;
  Key() = default;
  explicit Key(const Bytes& bytes) : bytes_(bytes) {}
  // From the text form, lower case with hyphens; nothing when it is not a UUIDv7 in that form.
  static std::optional<Key> parse(std::string_view text);
  // From the 16 bytes of a record; nothing when there are not 16.
  static std::optional<Key> from_bytes(std::string_view bytes);
  // A new key for this moment from 10 random bytes.
  static Key mint(int64_t unix_ms, const std::array<uint8_t, 10>& random);

  int64_t ms() const;        // the time it was minted at
  std::string text() const;  // 36 characters
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  auto operator<=>(const Key&) const = default;

 private:
  Bytes bytes_{};
};

// The chat of two users, whichever of them asks: `d-` and 32 hex digits.
ChatId direct_chat_id(const UserId& one, const UserId& other);
// A group's: from its creator and the key it was created with: `g-` and 32 hex digits.
ChatId group_chat_id(const UserId& creator, const Key& key);

}  // namespace chat::protocol

template <>
struct std::hash<chat::protocol::ChatId> {
  size_t operator()(const chat::protocol::ChatId& id) const {
    return std::hash<std::string>{}(id.value());
  }
};
template <>
struct std::hash<chat::protocol::UserId> {
  size_t operator()(const chat::protocol::UserId& id) const {
    return std::hash<std::string>{}(id.value());
  }
};
template <>
struct std::hash<chat::protocol::Key> {
  size_t operator()(const chat::protocol::Key& key) const {
    return std::hash<std::string_view>{}(key.bytes());
  }
};
