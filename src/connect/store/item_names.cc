#include "connect/store/item_names.h"

#include <charconv>

namespace chat::store {
namespace {

constexpr std::string_view kReactionPrefix = "react#";
// The largest id is 2^53 - 1 = 9,007,199,254,740,991: 16 digits.
constexpr size_t kIdDigits = 16;

std::string with_id(std::string name, protocol::EventId id) {
  const std::string digits = std::to_string(id.value());
  name.append(digits.size() < kIdDigits ? kIdDigits - digits.size() : 0, '0');
  return name + digits;
}

}  // namespace

std::string member_item(std::string_view user) { return std::string(kMemberPrefix).append(user); }

std::string edit_item(protocol::EventId id) { return with_id(std::string(kEditPrefix), id); }

std::string reaction_item(std::string_view user, protocol::EventId id) {
  return with_id(std::string(kReactionPrefix).append(user).append("#"), id);
}

std::optional<protocol::EventId> id_of_item(std::string_view item) {
  if (!item.starts_with(kEditPrefix) && !item.starts_with(kReactionPrefix)) return std::nullopt;
  if (item.size() < kIdDigits + 1 || item[item.size() - kIdDigits - 1] != '#') return std::nullopt;
  uint64_t value = 0;
  const char* end = item.data() + item.size();
  const auto [stop, error] = std::from_chars(end - kIdDigits, end, value);
  if (stop != end || error != std::errc()) return std::nullopt;
  return protocol::EventId(value);
}

std::string_view user_of_member_item(std::string_view item) {
  return item.starts_with(kMemberPrefix) ? item.substr(kMemberPrefix.size()) : std::string_view();
}

std::string after_prefix(std::string_view prefix) {
  std::string next(prefix);
  while (!next.empty() && next.back() == '\xff') next.pop_back();
  if (!next.empty()) next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
  return next;
}

}  // namespace chat::store
