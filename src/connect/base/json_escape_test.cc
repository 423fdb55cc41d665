#include "connect/base/json_escape.h"

#include <gtest/gtest.h>

namespace chat::base {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonEscape, EscapesOnlyWhatItMust) {
  using std::string_view_literals::operator""sv;
  const struct {
    std::string_view text, json;
  } kCases[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\n\r\t\b\f", R"("\n\r\t\b\f")"},
      {"\0\x01\x1f"sv, R"("\u0000\u0001\u001f")"},
      {"gr\xc3\xbc\xc3\x9f \xf0\x9f\x91\x8b", "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x91\x8b\""},
      {"\x7f", "\"\x7f\""},
  };
  for (const auto& each : kCases) EXPECT_EQ(escaped(each.text), each.json);
}

}  // namespace
}  // namespace chat::base
