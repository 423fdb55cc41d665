#include "connect/cli/text.h"

#include <gtest/gtest.h>

#include <clocale>

namespace chat::cli {
namespace {

class Text : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
};

struct Shown {
  const char* name;
  std::string text;
  std::string shown;
};

TEST_F(Text, HostileTextIsShownHarmlessly) {
  const Shown cases[] = {
      {"plain", "hello, wörld 日本", "hello, wörld 日本"},
      {"escape sequence", "\x1b[31mred\x1b[0m", "␛[31mred␛[0m"},
      {"NUL", std::string("a\0b", 3), "a␀b"},
      {"bell and delete", "\x07\x7f", "␇␡"},
      {"C1 control",
       "a\xc2\x9b"
       "31m",
       "a\uFFFD31m"},
      {"bidi override", "a\u202Egnp.exe", "a\uFFFDgnp.exe"},
      {"bidi isolate", "\u2066x\u2069", "\uFFFDx\uFFFD"},
      {"zero width", "a\u200Bb\u200Dc\uFEFFd", "abcd"},
      {"tags", "a\U000E0041b", "ab"},
      {"line breaks", "a\r\nb\u2028c", "a\nb\nc"},
      {"tab", "a\tb", "a    b"},
      {"many marks", "a\u0301\u0301\u0301\u0301\u0301\u0301", "a\u0301\u0301\u0301"},
      {"no UTF-8", "a\xff\xc3", "a\uFFFD\uFFFD"},
      {"noncharacter", "\uFFFF", "\uFFFD"},
  };
  for (const Shown& shown : cases) EXPECT_EQ(harmless(shown.text), shown.shown) << shown.name;
  EXPECT_EQ(harmless_line("a\nb"), "a b");
}

TEST_F(Text, Measures) {
  EXPECT_EQ(width_of("abc"), 3);
  EXPECT_EQ(width_of("日本"), 4);
  EXPECT_EQ(width_of("e\u0301"), 1);
  EXPECT_EQ(width_of("🙂"), 2);
}

TEST_F(Text, ShortensToCells) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdef", 4), "abc…");
  EXPECT_EQ(shortened("日本語", 4), "日…");
  EXPECT_EQ(shortened("abc", 0), "");
}

struct Wrap {
  std::string text;
  int cells;
  std::vector<std::string> lines;
};

TEST_F(Text, WrapsAtSpacesAndInsideLongWords) {
  const Wrap cases[] = {
      {"", 10, {""}},
      {"one two three", 7, {"one two", "three"}},
      {"one  two", 20, {"one  two"}},
      {"abcdefghij", 4, {"abcd", "efgh", "ij"}},
      {"a abcdefghij", 4, {"a", "abcd", "efgh", "ij"}},
      {"日本語", 3, {"日", "本", "語"}},
      {"日本語", 5, {"日本", "語"}},
      {"a\n\nb", 5, {"a", "", "b"}},
      {"ab\n", 5, {"ab", ""}},
  };
  for (const Wrap& wrap : cases) EXPECT_EQ(wrapped(wrap.text, wrap.cells), wrap.lines) << wrap.text;
}

TEST_F(Text, NoLineIsTooWide) {
  const std::string text =
      "some words 日本語の長い言葉 averyveryverylongword🙂🙂🙂 end";
  for (int cells = 2; cells < 40; ++cells)
    for (const std::string& line : wrapped(text, cells)) EXPECT_LE(width_of(line), cells) << line;
}

TEST_F(Text, CountsInWords) {
  EXPECT_EQ(counted(0, "message"), "0 messages");
  EXPECT_EQ(counted(1, "message"), "1 message");
  EXPECT_EQ(counted(999, "member"), "999 members");
  EXPECT_EQ(counted(1766, "member"), "1,766 members");
  EXPECT_EQ(counted(1'234'567, "member"), "1,234,567 members");
}

}  // namespace
}  // namespace chat::cli
