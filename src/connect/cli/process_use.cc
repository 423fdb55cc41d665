#include "connect/cli/process_use.h"

#include <charconv>

namespace chat::cli {
namespace {

// The number in the field of this index; fields are separated by single spaces.
std::optional<int64_t> field(std::string_view text, int index) {
  for (; index > 0; --index) {
    const size_t space = text.find(' ');
    if (space == text.npos) return std::nullopt;
    text.remove_prefix(space + 1);
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> cpu_ticks_in(std::string_view stat) {
  // The second field is the name in parentheses, which may hold spaces and parentheses: fields are
  // counted behind the last one. There: state, 10 others, user time, system time.
  const size_t name_end = stat.rfind(") ");
  if (name_end == stat.npos) return std::nullopt;
  const std::string_view rest = stat.substr(name_end + 2);
  const std::optional<int64_t> user = field(rest, 11);
  const std::optional<int64_t> system = field(rest, 12);
  if (!user || !system) return std::nullopt;
  return *user + *system;
}

std::optional<int64_t> resident_pages_in(std::string_view statm) { return field(statm, 1); }

}  // namespace chat::cli
