// Any bytes as JSON: a refusal places the error within the text; what was accepted is written out
// again in our own form and must read back as the same tree.
#include "connect/base/check.h"
#include "connect/protocol/json_in.h"
#include "connect/protocol/json_out.h"

namespace chat::protocol {
namespace {

using json::Value;

void append_value(std::string& out, const Value& value);

void append_object(std::string& out, const Value& value) {
  out += '{';
  for (const Value::Member& member : value.object) {
    if (&member != &value.object.front()) out += " , ";
    json::append_string(out, member.first);
    out += ':';
    append_value(out, member.second);
  }
  out += '}';
}

void append_array(std::string& out, const Value& value) {
  out += '[';
  for (const Value& element : value.array) {
    if (&element != &value.array.front()) out += ',';
    append_value(out, element);
  }
  out += ']';
}

void append_value(std::string& out, const Value& value) {
  switch (value.type) {
    case Value::Type::kString: return json::append_string(out, value.string);
    case Value::Type::kArray: return append_array(out, value);
    case Value::Type::kObject: return append_object(out, value);
    default: out += value.raw;
  }
}

bool same(const Value& one, const Value& other) {
  if (one.type != other.type || one.array.size() != other.array.size() ||
      one.object.size() != other.object.size())
    return false;
  if (one.boolean != other.boolean || one.integer != other.integer || one.number != other.number ||
      one.string != other.string)
    return false;
  for (size_t i = 0; i < one.array.size(); ++i)
    if (!same(one.array[i], other.array[i])) return false;
  for (size_t i = 0; i < one.object.size(); ++i)
    if (one.object[i].first != other.object[i].first ||
        !same(one.object[i].second, other.object[i].second))
      return false;
  return true;
}

void check(std::string_view text) {
  const Result<Value> value = json::parse(text);
  if (!value) {
    constexpr std::string_view kBefore = "at byte ";
    const size_t at = value.error().message.find(kBefore);
    CHECK(at != std::string::npos);
    CHECK(std::stoul(value.error().message.substr(at + kBefore.size())) <= text.size());
    return;
  }
  std::string out;
  append_value(out, *value);
  const Result<Value> again = json::parse(out);
  CHECK(again.has_value() && same(*value, *again));
  // The bytes of a part are a document of their own, as `meta` relies on.
  CHECK(json::parse(value->raw).has_value());
}

}  // namespace
}  // namespace chat::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chat::protocol::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
