#include "connect/importer/irc_log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "connect/protocol/frame.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/limits.h"

namespace chat::importer {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr int64_t kHalfDayMs = 12 * kHourMs;

// What Windows-1252 has at 0x80 to 0x9f, where Latin-1 has control characters.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

std::optional<int> number(std::string_view digits) {
  int value = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// `[HH:MM] ` at the line's beginning, in ms since midnight.
std::optional<int64_t> time_of_line(std::string_view line) {
  if (line.size() < 8 || line[0] != '[' || line[3] != ':' || line[6] != ']' || line[7] != ' ')
    return std::nullopt;
  const auto hour = number(line.substr(1, 2));
  const auto minute = number(line.substr(4, 2));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return *hour * kHourMs + *minute * kMinuteMs;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

struct Said {
  std::string_view nick;
  std::string_view text;
  bool action = false;
};

// What follows the time of a line.
std::optional<Said> said_in(std::string_view rest) {
  if (rest.starts_with('<')) {
    const size_t end = rest.find('>');
    if (end == rest.npos) return std::nullopt;
    std::string_view text = rest.substr(end + 1);
    if (text.starts_with(' ')) text.remove_prefix(1);
    return Said{trimmed(rest.substr(1, end - 1)), text};
  }
  if (rest.starts_with(" * ")) {
    rest = trimmed(rest.substr(3));
    const size_t end = std::min(rest.find(' '), rest.size());
    return Said{rest.substr(0, end), trimmed(rest.substr(end)), true};
  }
  return std::nullopt;
}

class DayReader {
 public:
  DayReader(std::string file_name, int64_t midnight_ms) : base_ms_(midnight_ms) {
    day_.file_name = std::move(file_name);
  }

  void read(std::string_view line) {
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trimmed(line).empty()) {
      ++day_.blank;
    } else if (line.starts_with("===")) {
      ++day_.notices;
    } else if (const auto time = time_of_line(line)) {
      read_timed(*time, line.substr(8));
    } else {
      ++day_.unknown;
    }
  }

  IrcDay finish() { return std::move(day_); }

 private:
  void read_timed(int64_t time_ms, std::string_view rest) {
    advance(time_ms);
    const auto said = said_in(rest);
    if (!said) {
      ++day_.unknown;
    } else if (trimmed(said->text).empty()) {
      ++day_.blank;
    } else {
      add(*said);
    }
  }

  void advance(int64_t time_ms) {
    const int64_t fallen_ms = now_ms_ - (base_ms_ + time_ms);
    if (fallen_ms > kHourMs) {
      const int64_t half_days = (fallen_ms + kHalfDayMs - 1) / kHalfDayMs;
      base_ms_ += half_days * kHalfDayMs;
    }
    now_ms_ = std::max(now_ms_, base_ms_ + time_ms);
  }

  void add(const Said& said) {
    IrcMessage message{now_ms_, std::string(said.nick), std::string(said.text), line_};
    if (said.action) message.text.insert(0, "/me ");
    const bool good = protocol::valid_utf8(message.nick) && protocol::valid_utf8(message.text);
    if (!good) {
      message.nick = utf8_from_windows_1252(message.nick);
      message.text = utf8_from_windows_1252(message.text);
    }
    if (!protocol::UserId::parse(message.nick)) {
      ++day_.unknown;
      return;
    }
    if (message.text.size() > protocol::kTextBytesMax) {
      ++day_.too_long;
      return;
    }
    day_.redecoded += good ? 0 : 1;
    day_.actions += said.action ? 1 : 0;
    day_.messages.push_back(std::move(message));
  }

  IrcDay day_;
  uint32_t line_ = 0;
  int64_t base_ms_;     // of the half day that the log's clock is in
  int64_t now_ms_ = 0;  // of the line before
};

}  // namespace

base::Result<int64_t> day_of_file(std::string_view file_name) {
  const auto invalid = base::unexpected(
      base::Code::kInvalid, std::string(file_name) + ": the name is no day, as in 2004-12-25.txt");
  if (file_name.size() < 10 || file_name[4] != '-' || file_name[7] != '-') return invalid;
  const auto year = number(file_name.substr(0, 4));
  const auto month = number(file_name.substr(5, 2));
  const auto day = number(file_name.substr(8, 2));
  if (!year || !month || !day) return invalid;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970) return invalid;
  const auto since_epoch = std::chrono::sys_days{date}.time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

base::Result<IrcDay> parse_irc_day(std::string file_name, std::string_view bytes) {
  TRY_ASSIGN(const int64_t midnight_ms, day_of_file(file_name));
  DayReader reader(std::move(file_name), midnight_ms);
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    reader.read(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return reader.finish();
}

std::string utf8_from_windows_1252(std::string_view bytes) {
  std::string out;
  for (char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    const char16_t code = byte >= 0x80 && byte < 0xa0 ? kWindows1252[byte - 0x80] : byte;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      out += static_cast<char>(0xe0 | code >> 12);
      out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return out;
}

}  // namespace chat::importer
