// Reading JSON strictly: one document into a tree of values. Refused, with the byte position: bytes
// after the document, duplicate names, numbers that are not finite, lone surrogates, nesting deeper
// than `depth_max`, invalid UTF-8. Used for requests, tokens, key sets and by the client for what
// the server sends. Pure functions, any thread.
//
// A scanner of our own, because simdjson neither says where an error stands nor sees duplicate
// names; it does check the UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/protocol/error.h"
#include "connect/protocol/limits.h"

namespace chat::protocol::json {

class Value {
 public:
  enum class Type { kNull, kBool, kInteger, kNumber, kString, kArray, kObject };
  struct Member;

  Type type = Type::kNull;
  bool boolean = false;
  int64_t integer = 0;  // kInteger: a whole number without exponent or fraction, within int64
  double number = 0;    // kInteger and kNumber
  std::string string;   // kString: unescaped
  std::vector<Value> array;
  std::vector<Member> object;  // in the document's order
  std::string_view raw;        // the value's own bytes in the parsed text

  bool is(Type t) const { return type == t; }
  // The member of an object; null when it is absent or this is no object.
  const Value* find(std::string_view name) const;
};

struct Value::Member {
  std::string first;  // the name
  Value second;
};

// json_invalid with the position in its message. The text is borrowed by the values' `raw`.
Result<Value> parse(std::string_view text, size_t depth_max = kJsonDepthMax);

}  // namespace chat::protocol::json
