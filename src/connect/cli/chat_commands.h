// What a person types in the terminal client, understood: text to be sent, or a command with its
// arguments. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/base/result.h"

namespace chat::cli {

enum class Verb {
  kSay,
  kChats,
  kOpen,
  kCreate,
  kDirect,
  kInvite,
  kLeave,
  kReply,
  kReact,
  kEdit,
  kDelete,
  kWho,
  kAt,
  kHelp,
  kQuit,
};

struct ChatCommand {
  Verb verb = Verb::kSay;
  std::vector<std::string> words;  // users, a chat, an emoji, a date
  std::string text;                // of a message, a title
  uint32_t which = 1;              // the how-manieth message from the end
};

// kInvalid, with how the command is used. A line that begins with two slashes is text with one.
base::Result<ChatCommand> parse_chat_command(std::string_view line);

// The line by which this text is sent.
std::string as_typed(const std::string& text);

// A line a command, for /help.
std::vector<std::string> chat_help();

// Unix milliseconds of `2026-11-24`, `2026-11-24 13:05[:09]` or `13:05` (the day of now), in local
// time.
std::optional<int64_t> parse_local_moment(std::string_view text, int64_t now_ms);

}  // namespace chat::cli
