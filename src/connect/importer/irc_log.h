// A day of an IRC channel's log, as Ubuntu publishes them, read into messages:
//
//     [HH:MM] <nick> text           a message
//     [HH:MM]  * nick text          an action: a message with the text `/me text`
//     === nick … has joined …       notices of the channel: joins, leaves, renames
//
// The file is named after its day, `YYYY-MM-DD.txt`; the times are UTC. A log goes on past midnight
// in the same file, and the older ones wrote a clock of twelve hours: a time that falls by more
// than an hour is put into the first half day in which it does not fall. One that falls by less (a
// clock that was set back) is held. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connect/base/result.h"

namespace chat::importer {

struct IrcMessage {
  int64_t ms = 0;  // Unix ms of its minute; never below the previous message's
  std::string nick;
  std::string text;   // UTF-8
  uint32_t line = 0;  // from 1
};

struct IrcDay {
  std::string file_name;  // without its folder
  std::vector<IrcMessage> messages;
  uint32_t actions = 0;    // of the messages
  uint32_t redecoded = 0;  // of the messages: were not UTF-8 and were read as Windows-1252
  // Lines that are no message.
  uint32_t notices = 0;
  uint32_t blank = 0;     // nothing, or a nick that says nothing
  uint32_t too_long = 0;  // above what a message may hold
  uint32_t unknown = 0;
};

// Midnight of the file's day in Unix ms; kInvalid when its name is no date.
base::Result<int64_t> day_of_file(std::string_view file_name);
base::Result<IrcDay> parse_irc_day(std::string file_name, std::string_view bytes);

// The bytes as Windows-1252 in UTF-8; its five undefined bytes become U+FFFD.
std::string utf8_from_windows_1252(std::string_view bytes);

}  // namespace chat::importer
