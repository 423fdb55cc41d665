#include "connect/cli/chat_commands.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "connect/cli/text.h"

namespace chat::cli {
namespace {

// What follows a command's name.
enum class Takes {
  kNothing,
  kWord,
  kWords,
  kTitleAndUsers,
  kText,
  kWhichAndText,
  kWhich,
  kEmojiAndWhich,
  kLine
};

struct Usage {
  std::string_view name;
  Verb verb;
  Takes takes;
  std::string_view arguments;
  std::string_view what;
};

constexpr std::array<Usage, 15> kUsages{{
    {"chats", Verb::kChats, Takes::kNothing, "", "the list of chats (also Ctrl-L)"},
    {"open", Verb::kOpen, Takes::kWord, "CHAT|NUMBER", "goes to a chat of the list"},
    {"join", Verb::kOpen, Takes::kWord, "CHAT", "goes to a chat, joining it if need be"},
    {"create", Verb::kCreate, Takes::kTitleAndUsers, "TITLE [USER…]",
     "a group; a title of words in quotes"},
    {"dm", Verb::kDirect, Takes::kWord, "USER", "a chat of two"},
    {"invite", Verb::kInvite, Takes::kWords, "USER…", "adds to this group"},
    {"leave", Verb::kLeave, Takes::kNothing, "", "leaves this group"},
    {"reply", Verb::kReply, Takes::kWhichAndText, "[N] TEXT",
     "answers the N-th message from the end"},
    {"react", Verb::kReact, Takes::kEmojiAndWhich, "EMOJI [N]", "once more takes it back"},
    {"edit", Verb::kEdit, Takes::kWhichAndText, "[N] TEXT",
     "changes your N-th message from the end"},
    {"delete", Verb::kDelete, Takes::kWhich, "[N]", "deletes your N-th message from the end"},
    {"who", Verb::kWho, Takes::kNothing, "", "who is in this chat, and here now"},
    {"at", Verb::kAt, Takes::kLine, "DATE [TIME]", "jumps, as in /at 2026-11-24 13:05"},
    {"help", Verb::kHelp, Takes::kNothing, "", "this"},
    {"quit", Verb::kQuit, Takes::kNothing, "", "ends (also Ctrl-D)"},
}};

std::string usage_of(const Usage& usage) {
  std::string text = "/" + std::string(usage.name);
  if (!usage.arguments.empty()) text += " " + std::string(usage.arguments);
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The next word, or what stands in double quotes; takes it off the text.
std::string take_word(std::string_view& text) {
  text = trimmed(text);
  const bool quoted = !text.empty() && text.front() == '"' && text.find('"', 1) != text.npos;
  const size_t from = quoted ? 1 : 0;
  const size_t end = std::min(text.find(quoted ? '"' : ' ', from), text.size());
  std::string word(text.substr(from, end - from));
  text = trimmed(text.substr(std::min(end + (quoted ? 1 : 0), text.size())));
  return word;
}

std::optional<uint32_t> number(std::string_view word) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value == 0) return std::nullopt;
  return value;
}

void take_words(std::string_view rest, ChatCommand& command) {
  while (!rest.empty()) command.words.push_back(take_word(rest));
}

void take_which(std::string_view& rest, ChatCommand& command) {
  std::string_view after = rest;
  if (const std::optional<uint32_t> which = number(take_word(after))) {
    command.which = *which;
    rest = after;
  }
}

// False: something is missing or too much.
bool take_arguments(Takes takes, std::string_view rest, ChatCommand& command) {
  switch (takes) {
    case Takes::kNothing: return rest.empty();
    case Takes::kWord:
      command.words = {take_word(rest)};
      return !command.words[0].empty() && rest.empty();
    case Takes::kWords: take_words(rest, command); return !command.words.empty();
    case Takes::kTitleAndUsers:
      command.text = take_word(rest);
      take_words(rest, command);
      return !command.text.empty();
    case Takes::kText:
    case Takes::kLine: command.text = rest; return !rest.empty();
    case Takes::kWhichAndText:
      take_which(rest, command);
      command.text = rest;
      return !rest.empty();
    case Takes::kWhich: take_which(rest, command); return rest.empty();
    case Takes::kEmojiAndWhich:
      command.words = {take_word(rest)};
      take_which(rest, command);
      return !command.words[0].empty() && rest.empty();
  }
  return false;
}

}  // namespace

base::Result<ChatCommand> parse_chat_command(std::string_view line) {
  ChatCommand command;
  if (line.empty() || line.front() != '/' || line.substr(0, 2) == "//") {
    command.text = line.substr(line.substr(0, 2) == "//" ? 1 : 0);
    return command;
  }
  std::string_view rest = trimmed(line.substr(1));
  const std::string name = take_word(rest);
  for (const Usage& usage : kUsages) {
    if (usage.name != name) continue;
    command.verb = usage.verb;
    if (take_arguments(usage.takes, rest, command)) return command;
    return base::unexpected(base::Code::kInvalid, usage_of(usage) + ": " + std::string(usage.what));
  }
  return base::unexpected(base::Code::kInvalid, "no such command; /help lists them");
}

std::string as_typed(const std::string& text) { return text.starts_with('/') ? "/" + text : text; }

std::vector<std::string> chat_help() {
  constexpr int kUsageCells = 24;
  std::vector<std::string> lines;
  for (const Usage& usage : kUsages) {
    const std::string text = usage_of(usage);
    const int rest = std::max(kUsageCells - width_of(text), 0);
    lines.push_back(text + std::string(static_cast<size_t>(rest) + 1, ' ') +
                    std::string(usage.what));
  }
  lines.insert(lines.end(), {"PageUp, PageDown, arrows, mouse wheel: scroll; Ctrl-E: the newest",
                             "//text: a text that begins with a slash",
                             "✓ the server has stored your message; … sending, … waiting: not yet",
                             "👍 2*: two people reacted, you are one of them",
                             "3 new elsewhere: in other chats; /chats shows in which"});
  return lines;
}

std::optional<int64_t> parse_local_moment(std::string_view text, int64_t now_ms) {
  const time_t now = static_cast<time_t>(now_ms / 1000);
  tm parts{};
  localtime_r(&now, &parts);
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  parts.tm_isdst = -1;
  const std::string copy(trimmed(text));
  int year = 0;
  int month = 0;
  int used = 0;
  const char* rest = copy.c_str();
  const bool dated = std::sscanf(rest, "%4d-%2d-%2d%n", &year, &month, &parts.tm_mday, &used) == 3;
  if (dated) {
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    rest += used;
    if (*rest == 'T' || *rest == ' ') ++rest;
  }
  if (*rest != '\0') {
    used = 0;
    if (std::sscanf(rest, "%2d:%2d%n", &parts.tm_hour, &parts.tm_min, &used) != 2)
      return std::nullopt;
    rest += used;
    if (*rest == ':' && std::sscanf(rest, ":%2d%n", &parts.tm_sec, &used) == 1) rest += used;
    if (*rest != '\0') return std::nullopt;
  } else if (!dated) {
    return std::nullopt;
  }
  if (parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1 || parts.tm_mday > 31 ||
      parts.tm_hour < 0 || parts.tm_hour > 23 || parts.tm_min < 0 || parts.tm_min > 59 ||
      parts.tm_sec < 0 || parts.tm_sec > 59)
    return std::nullopt;
  const time_t seconds = mktime(&parts);
  if (seconds < 0) return std::nullopt;
  return static_cast<int64_t>(seconds) * 1000;
}

}  // namespace chat::cli
