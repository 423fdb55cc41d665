#include "connect/protocol/json_in.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <locale>
#include <set>
#include <sstream>

#include "connect/protocol/frame.h"

namespace chat::protocol::json {
namespace {

// Objects of a request have a handful of members, which are compared one by one; a longer object's
// names go into a set, so that 10,000 of them in one message do not cost 50 million comparisons.
constexpr size_t kMembersComparedMax = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The names of one object as they come.
class Names {
 public:
  // False when the name was there before. `members` are those before it.
  bool add(const std::vector<Value::Member>& members, const std::string& name) {
    if (members.size() < kMembersComparedMax) {
      for (const auto& member : members)
        if (member.first == name) return false;
      return true;
    }
    if (seen_.empty())
      for (const auto& member : members) seen_.insert(member.first);
    return seen_.insert(name).second;
  }

 private:
  std::set<std::string> seen_;  // ordered: no input makes it slow, as collisions of a hash would
};

void append_utf8(std::string& out, uint32_t point) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | point >> 6);
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | point >> 12);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0 | point >> 18);
    tail(12), tail(6), tail(0);
  }
}

// Recursive descent over RFC 8259's grammar. Every function returns false once fail() was called.
class Scanner {
 public:
  Scanner(std::string_view text, size_t depth_max)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), depth_max_(depth_max) {}

  bool document(Value& value) {
    skip_space();
    if (!this->value(value, 0)) return false;
    skip_space();
    return at_ == end_ || fail(at_, "something follows the document");
  }

  std::string message() const {
    return "JSON is invalid at byte " + std::to_string(failed_at_) + ": " + why_;
  }

 private:
  bool fail(const char* at, const char* why) {
    failed_at_ = static_cast<size_t>(at - begin_);
    why_ = why;
    return false;
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool next_is(char c) { return at_ != end_ && *at_ == c; }

  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }

  bool value(Value& value, size_t depth) {
    const char* const start = at_;
    if (!value_by_first_byte(value, depth)) return false;
    value.raw = {start, static_cast<size_t>(at_ - start)};
    return true;
  }

  bool value_by_first_byte(Value& value, size_t depth) {
    if (at_ == end_) return fail(at_, "the text ends where a value should be");
    switch (*at_) {
      case '{': return depth < depth_max_ ? object(value, depth + 1) : too_deep();
      case '[': return depth < depth_max_ ? array(value, depth + 1) : too_deep();
      case '"': value.type = Value::Type::kString; return string(value.string);
      case 't': value.boolean = true; return word(value, "true", Value::Type::kBool);
      case 'f': return word(value, "false", Value::Type::kBool);
      case 'n': return word(value, "null", Value::Type::kNull);
      default: return number(value);
    }
  }

  bool too_deep() { return fail(at_, "it is nested too deeply"); }

  bool word(Value& value, std::string_view word, Value::Type type) {
    if (std::string_view(at_, static_cast<size_t>(end_ - at_)).substr(0, word.size()) != word)
      return fail(at_, "this is no value");
    at_ += word.size();
    value.type = type;
    return true;
  }

  bool object(Value& value, size_t depth) {
    value.type = Value::Type::kObject;
    ++at_;
    skip_space();
    if (take('}')) return true;
    Names names;
    do {
      skip_space();
      if (!member(value.object, names, depth)) return false;
      skip_space();
    } while (take(','));
    return take('}') || fail(at_, "expected , or } after a member");
  }

  bool member(std::vector<Value::Member>& members, Names& names, size_t depth) {
    const char* const start = at_;
    if (!next_is('"')) return fail(at_, "expected a member's name in quotes");
    std::string name;
    if (!string(name)) return false;
    if (!names.add(members, name)) return fail(start, "the name occurs twice in its object");
    skip_space();
    if (!take(':')) return fail(at_, "expected : after a member's name");
    skip_space();
    members.push_back({std::move(name), Value()});
    return value(members.back().second, depth);
  }

  bool array(Value& value, size_t depth) {
    value.type = Value::Type::kArray;
    ++at_;
    skip_space();
    if (take(']')) return true;
    do {
      skip_space();
      if (!this->value(value.array.emplace_back(), depth)) return false;
      skip_space();
    } while (take(','));
    return take(']') || fail(at_, "expected , or ] after an element");
  }

  bool string(std::string& out) {
    ++at_;
    for (;;) {
      const char* const plain = at_;
      while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<uint8_t>(*at_) >= 0x20)
        ++at_;
      out.append(plain, at_);
      if (at_ == end_) return fail(at_, "the text ends inside a string");
      if (take('"')) return true;
      if (*at_ != '\\') return fail(at_, "a control character must be escaped");
      if (!escape(out)) return false;
    }
  }

  bool escape(std::string& out) {
    const char* const start = at_++;
    if (at_ == end_) return fail(at_, "the text ends inside a string");
    switch (*at_++) {
      case '"': out += '"'; return true;
      case '\\': out += '\\'; return true;
      case '/': out += '/'; return true;
      case 'b': out += '\b'; return true;
      case 'f': out += '\f'; return true;
      case 'n': out += '\n'; return true;
      case 'r': out += '\r'; return true;
      case 't': out += '\t'; return true;
      case 'u': return unicode_escape(start, out);
      default: return fail(start, "this escape does not exist");
    }
  }

  // After `\u`. A pair of surrogates is one character; a lone one is none.
  bool unicode_escape(const char* start, std::string& out) {
    uint32_t point = 0;
    if (!four_hex_digits(point)) return fail(start, "\\u needs four hexadecimal digits");
    if (point >= 0xdc00 && point <= 0xdfff) return fail(start, "a surrogate stands alone");
    if (point >= 0xd800 && point <= 0xdbff) {
      uint32_t low = 0;
      if (!take('\\') || !take('u') || !four_hex_digits(low) || low < 0xdc00 || low > 0xdfff)
        return fail(start, "a surrogate stands alone");
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, point);
    return true;
  }

  bool four_hex_digits(uint32_t& point) {
    if (end_ - at_ < 4) return false;
    const auto [stop, error] = std::from_chars(at_, at_ + 4, point, 16);
    if (error != std::errc() || stop != at_ + 4) return false;
    at_ += 4;
    return true;
  }

  bool number(Value& value) {
    const char* const start = at_;
    take('-');
    if (at_ == end_ || !is_digit(*at_)) return fail(start, "this is no value");
    if (!take('0')) skip_digits();
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (!skip_digits()) return fail(at_, "expected a digit");
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('-')) take('+');
      if (!skip_digits()) return fail(at_, "expected a digit");
    }
    return convert(start, whole, value);
  }

  bool skip_digits() {
    const char* const start = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != start;
  }

  bool convert(const char* start, bool whole, Value& value) {
    if (whole && std::from_chars(start, at_, value.integer).ec == std::errc()) {
      value.type = Value::Type::kInteger;
      value.number = static_cast<double>(value.integer);
      return true;
    }
    value.type = Value::Type::kNumber;
    value.integer = 0;
    if (std::from_chars(start, at_, value.number).ec == std::errc()) return true;
    return too_small(start, value.number) || fail(start, "the number is not finite");
  }

  // from_chars says out of range both for 1e400, which is refused, and for 1e-400, which is 0.
  bool too_small(const char* start, double& number) {
    std::istringstream in(std::string(start, at_));
    in.imbue(std::locale::classic());
    in >> number;
    return std::abs(number) < 1;
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const size_t depth_max_;
  size_t failed_at_ = 0;
  const char* why_ = "";
};

size_t utf8_length(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// Where the first character that is not UTF-8 begins.
size_t invalid_utf8_at(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const std::string_view character = text.substr(at, utf8_length(text[at]));
    if (!valid_utf8(character)) break;
    at += character.size();
  }
  return at;
}

}  // namespace

const Value* Value::find(std::string_view name) const {
  for (const Member& member : object)
    if (member.first == name) return &member.second;
  return nullptr;
}

Result<Value> parse(std::string_view text, size_t depth_max) {
  if (!valid_utf8(text))
    return refuse(ErrorCode::kJsonInvalid, "JSON is invalid at byte " +
                                               std::to_string(invalid_utf8_at(text)) +
                                               ": the text is not UTF-8");
  Scanner scanner(text, depth_max);
  Value value;
  if (!scanner.document(value)) return refuse(ErrorCode::kJsonInvalid, scanner.message());
  return value;
}

}  // namespace chat::protocol::json
