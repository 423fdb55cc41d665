#include "connect/protocol/fields.h"

#include <set>

namespace chat::protocol {

using json::Value;

std::string range_text(uint64_t min, uint64_t max) {
  if (min == 0) return "up to " + std::to_string(max);
  return std::to_string(min) + " to " + std::to_string(max);
}

void Fields::require(std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    if (!has(name)) refuse(ErrorCode::kFieldMissing, name, "is missing");
}

void Fields::refuse(ErrorCode code, std::string_view name, std::string_view what) {
  if (refusal_) return;
  std::string field = path_ + std::string(name);
  std::string message = field + " " + std::string(what);
  refusal_ = Error{code, std::move(message), std::move(field)};
}

const Value* Fields::typed(std::string_view name, Value::Type type, std::string_view what) {
  const Value* value = object_.find(name);
  if (value == nullptr || value->is(type)) return value;
  refuse(ErrorCode::kFieldInvalid, name, "is " + std::string(what));
  return nullptr;
}

std::optional<std::string> Fields::text(std::string_view name, size_t bytes_min, size_t bytes_max) {
  const Value* value = typed(name, Value::Type::kString, "a text");
  if (value == nullptr) return std::nullopt;
  const size_t size = value->string.size();
  if (size >= bytes_min && size <= bytes_max) return value->string;
  refuse(ErrorCode::kFieldInvalid, name,
         "is " + range_text(bytes_min, bytes_max) + " bytes, got " + std::to_string(size));
  return std::nullopt;
}

std::optional<uint64_t> Fields::integer(std::string_view name, uint64_t min, uint64_t max) {
  const Value* value =
      typed(name, Value::Type::kInteger, "a whole number, " + range_text(min, max));
  if (value == nullptr) return std::nullopt;
  const int64_t integer = value->integer;
  if (integer >= 0 && static_cast<uint64_t>(integer) >= min &&
      static_cast<uint64_t>(integer) <= max)
    return static_cast<uint64_t>(integer);
  refuse(ErrorCode::kFieldInvalid, name,
         "is " + std::to_string(min) + " to " + std::to_string(max) + ", got " +
             std::to_string(integer));
  return std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view name) {
  const Value* value = typed(name, Value::Type::kBool, "true or false");
  if (value == nullptr) return std::nullopt;
  return value->boolean;
}

std::optional<ChatId> Fields::chat(std::string_view name) {
  const Value* value = typed(name, Value::Type::kString, "a text");
  if (value == nullptr) return std::nullopt;
  std::optional<ChatId> chat = ChatId::parse(value->string);
  if (!chat) refuse(ErrorCode::kFieldInvalid, name, "is 1 to 64 of A-Z a-z 0-9 . _ : -");
  return chat;
}

std::optional<Key> Fields::key(std::string_view name) {
  const Value* value = object_.find(name);
  if (value == nullptr) return std::nullopt;
  std::optional<Key> key = Key::parse(value->string);
  if (!key) refuse(ErrorCode::kKeyInvalid, name, "is a UUIDv7, lower case with hyphens");
  return key;
}

std::optional<UserId> Fields::user(std::string_view name) {
  const Value* value = typed(name, Value::Type::kString, "a text");
  if (value == nullptr) return std::nullopt;
  std::optional<UserId> user = UserId::parse(value->string);
  if (!user) refuse(ErrorCode::kFieldInvalid, name, "is 1 to 128 bytes without NUL");
  return user;
}

std::vector<UserId> Fields::users(std::string_view name, size_t count_min, size_t count_max) {
  std::vector<UserId> users;
  const Value* list = array(name, count_max);
  if (list == nullptr) return users;
  if (list->array.size() < count_min)
    refuse(ErrorCode::kFieldInvalid, name,
           "is a list of " + range_text(count_min, count_max) + ", got " +
               std::to_string(list->array.size()));
  std::set<std::string_view> seen;
  for (const Value& element : list->array) {
    std::optional<UserId> user = UserId::parse(element.string);
    if (!user)
      refuse(ErrorCode::kFieldInvalid, name, "is a list of users, each 1 to 128 bytes without NUL");
    else if (seen.insert(element.string).second)
      users.push_back(*std::move(user));
  }
  return users;
}

const Value* Fields::object(std::string_view name) {
  return typed(name, Value::Type::kObject, "an object");
}

const Value* Fields::array(std::string_view name, size_t count_max) {
  const Value* list = typed(name, Value::Type::kArray, "a list");
  if (list == nullptr || list->array.size() <= count_max) return list;
  refuse(ErrorCode::kFieldInvalid, name,
         "is a list of up to " + std::to_string(count_max) + ", got " +
             std::to_string(list->array.size()));
  return nullptr;
}

}  // namespace chat::protocol
