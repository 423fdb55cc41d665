// The members of a JSON object, read one by one with what each may be. The first refusal is kept
// in a slot that nested objects share; whoever reads goes on with defaults and looks into the slot
// at the end. Lives on the stack of one call.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/json_in.h"

namespace chat::protocol {

class Fields {
 public:
  // Borrows both. `path` goes before the names in errors: "body.".
  Fields(const json::Value& object, std::optional<Error>& refusal, std::string path = {})
      : object_(object), refusal_(refusal), path_(std::move(path)) {}

  bool has(std::string_view name) const { return object_.find(name) != nullptr; }
  // field_missing for those that are absent.
  void require(std::initializer_list<std::string_view> names);
  // Keeps the refusal, unless there is one already.
  void refuse(ErrorCode code, std::string_view name, std::string_view what);

  // Nothing when the field is absent or refused. A null is no value: it is refused.
  std::optional<std::string> text(std::string_view name, size_t bytes_min, size_t bytes_max);
  std::optional<uint64_t> integer(std::string_view name, uint64_t min, uint64_t max);
  std::optional<bool> boolean(std::string_view name);
  std::optional<ChatId> chat(std::string_view name);
  std::optional<Key> key(std::string_view name);
  std::optional<UserId> user(std::string_view name);
  // In their order, each once.
  std::vector<UserId> users(std::string_view name, size_t count_min, size_t count_max);
  const json::Value* object(std::string_view name);
  const json::Value* array(std::string_view name, size_t count_max);

  // A word of the protocol; field_unknown_type for another one.
  template <typename T>
  struct Word {
    std::string_view word;
    T value;
  };
  template <typename T>
  std::optional<T> word(std::string_view name, std::span<const Word<T>> words) {
    const json::Value* value = typed(name, json::Value::Type::kString, "a text");
    if (value == nullptr) return std::nullopt;
    std::string known;
    for (const Word<T>& each : words) {
      if (each.word == value->string) return each.value;
      known.append(known.empty() ? "" : ", ").append(each.word);
    }
    refuse(ErrorCode::kFieldUnknownType, name, "is one of " + known);
    return std::nullopt;
  }

  const std::string& path() const { return path_; }
  std::optional<Error>& refusal() { return refusal_; }

 private:
  const json::Value* typed(std::string_view name, json::Value::Type type, std::string_view what);

  const json::Value& object_;
  std::optional<Error>& refusal_;
  std::string path_;
};

// "1 to 200", "up to 200".
std::string range_text(uint64_t min, uint64_t max);

}  // namespace chat::protocol
