// Text of strangers on a terminal: what may be shown, how wide it is, where it breaks. UTF-8.
// Widths are the C library's, so that they agree with the terminal's: LC_CTYPE must be UTF-8.
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chat::cli {

// The code point at `at`, which moves past it; U+FFFD and one byte for what is no UTF-8.
char32_t next_code_point(std::string_view text, size_t& at);
void append_utf8(std::string& out, char32_t code_point);

// Makes text harmless: controls become their pictures, bidi controls and unprintable characters
// U+FFFD, zero-width ones are left out, and no letter carries more than three marks. Line breaks
// stay; a tab is spaces.
std::string harmless(std::string_view text);
// The same on one line: breaks are spaces.
std::string harmless_line(std::string_view text);

// Cells on the terminal of text that is harmless already.
int width_of(std::string_view text);
int width_of(char32_t code_point);
// The longest beginning of at most `cells`; with an ellipsis when something was cut.
std::string shortened(std::string_view text, int cells);

// "2,500"
std::string grouped(size_t count);
// "1 message", "2,500 messages".
std::string counted(size_t count, std::string_view noun);

// Lines of at most `cells` (2 or more), broken at spaces where there are any. At least one line.
std::vector<std::string> wrapped(std::string_view text, int cells);

}  // namespace chat::cli
