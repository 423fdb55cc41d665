// From the days of a channel to the chats they go into: every line gets its key, which follows from
// the chat, the file and the line, so that a second import finds it there and adds nothing.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connect/base/result.h"
#include "connect/importer/irc_log.h"
#include "connect/protocol/ids.h"

namespace chat::importer {

struct ImportLine {
  int64_t ms = 0;  // Unix ms
  protocol::UserId from;
  std::string text;
  protocol::Key key;
};

struct ChatPlan {
  protocol::ChatId chat;
  std::string title;
  std::vector<ImportLine> lines;  // by time; at one time in the order of their file
};

// A UUIDv7 of the line's time; two lines of a minute differ in the rest.
protocol::Key key_of_line(const protocol::ChatId& chat, std::string_view file_name, uint32_t line,
                          int64_t ms);

// All days into the chat `name`, or with per_year into `name-2004`, `name-2005` … by the year in
// the file's name. kInvalid when that gives no chat id. The lines of days that overlap at midnight
// are merged by their times.
base::Result<std::vector<ChatPlan>> plan_chats(std::vector<IrcDay> days, const std::string& name,
                                               const std::string& title, bool per_year);

}  // namespace chat::importer
