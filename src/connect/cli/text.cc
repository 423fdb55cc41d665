#include "connect/cli/text.h"

#include <wchar.h>

#include <algorithm>

namespace chat::cli {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr int kMarksMax = 3;
constexpr int kTabCells = 4;

bool is_bidi_control(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

// Takes no place and would hide that something is there: joiners, selectors, tags, fillers.
bool is_invisible(char32_t c) {
  return c == 0x00AD || c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
         (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200D) ||
         (c >= 0x2060 && c <= 0x2065) || (c >= 0x206A && c <= 0x206F) || c == 0x3164 ||
         (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c == 0xFFA0 ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

bool is_break(char32_t c) { return c == '\n' || c == 0x2028 || c == 0x2029; }

// What is shown in place of a control character.
char32_t picture_of(char32_t c) {
  if (c < 0x20) return 0x2400 + c;
  if (c == 0x7F) return 0x2421;
  return kReplacement;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

// The next piece that is not cut by a break: a word with the spaces before it.
std::string_view next_word(std::string_view text, size_t at) {
  const size_t word = text.find_first_not_of(' ', at);
  if (word == text.npos) return text.substr(at);
  const size_t end = std::min(text.find(' ', word), text.size());
  return text.substr(at, end - at);
}

class Wrapper {
 public:
  explicit Wrapper(int cells) : cells_(std::max(cells, 2)) {}

  void word(std::string_view word) {
    const int width = width_of(word);
    if (used_ + width > cells_ && used_ > 0) {
      end_line();
      word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
    }
    if (width_of(word) <= cells_) return add(word);
    for (size_t at = 0; at < word.size();) {
      const size_t begin = at;
      const int width_here = width_of(next_code_point(word, at));
      if (used_ + width_here > cells_) end_line();
      line_ += word.substr(begin, at - begin);
      used_ += width_here;
    }
  }
  void end_line() {
    lines_.push_back(std::move(line_));
    line_.clear();
    used_ = 0;
  }
  std::vector<std::string> take() {
    end_line();
    return std::move(lines_);
  }

 private:
  const int cells_;
  int used_ = 0;
  std::string line_;
  std::vector<std::string> lines_;

  void add(std::string_view word) {
    line_ += word;
    used_ += width_of(word);
  }
};

}  // namespace

char32_t next_code_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t length = length_of(lead);
  if (length == 0 || at + length > text.size()) {
    ++at;
    return kReplacement;
  }
  char32_t c = length == 1 ? lead : lead & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xC0) != 0x80) {
      ++at;
      return kReplacement;
    }
    c = c << 6 | (byte & 0x3F);
  }
  at += length;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
            static_cast<char>(0x80 | (c & 0x3F))};
  } else {
    out += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)),
            static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
  }
}

std::string harmless(std::string_view text) {
  std::string out;
  int marks = 0;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c == '\r' && at < text.size() && text[at] == '\n') continue;
    if (is_invisible(c)) continue;
    const int width = is_control(c) ? -1 : wcwidth(static_cast<wchar_t>(c));
    marks = width == 0 ? marks + 1 : 0;
    if (is_break(c))
      out += '\n';
    else if (c == '\t')
      out.append(kTabCells, ' ');
    else if (is_control(c))
      append_utf8(out, picture_of(c));
    else if (is_bidi_control(c) || width < 0)
      append_utf8(out, kReplacement);
    else if (marks <= kMarksMax)
      append_utf8(out, c);
  }
  return out;
}

std::string harmless_line(std::string_view text) {
  std::string out = harmless(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

int width_of(char32_t code_point) { return std::max(wcwidth(static_cast<wchar_t>(code_point)), 0); }

int width_of(std::string_view text) {
  int width = 0;
  for (size_t at = 0; at < text.size();) width += width_of(next_code_point(text, at));
  return width;
}

std::string shortened(std::string_view text, int cells) {
  if (width_of(text) <= cells) return std::string(text);
  if (cells < 1) return "";
  int used = 0;
  size_t end = 0;
  for (size_t at = 0; at < text.size(); end = at) {
    used += width_of(next_code_point(text, at));
    if (used > cells - 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string grouped(size_t count) {
  std::string digits = std::to_string(count);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string counted(size_t count, std::string_view noun) {
  return grouped(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::vector<std::string> wrapped(std::string_view text, int cells) {
  Wrapper wrapper(cells);
  while (true) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view paragraph = text.substr(0, end);
    for (size_t at = 0; at < paragraph.size();) {
      const std::string_view word = next_word(paragraph, at);
      wrapper.word(word);
      at += word.size();
    }
    if (end == text.size()) return wrapper.take();
    wrapper.end_line();
    text.remove_prefix(end + 1);
  }
}

}  // namespace chat::cli
