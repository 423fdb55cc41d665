#include "connect/importer/irc_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chat::importer {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kChristmas2004 = 1'103'932'800'000;

IrcDay parse(const std::string& bytes) {
  auto day = parse_irc_day("2004-12-25.txt", bytes);
  EXPECT_TRUE(day.has_value());
  return std::move(*day);
}

TEST(IrcLog, ReadsMessagesActionsAndNotices) {
  const IrcDay day = parse(
      "[09:14] <kleedrac> hello: [there] <you>\n"
      "=== L0sT [~waa3@raptor.ukc.ac.uk]  has joined #ubuntu\n"
      "[09:15] <[optik] >  two spaces\r\n"
      "\n"
      "[09:15]  * genii sips a coffee\n"
      "[09:16] <silent>\n"
      "[09:16] <silent>  \n"
      "[09:16] (soundray/#ubuntu) thomas: hm\n"
      "no time\n"
      "[25:00] <a> b\n"
      "[09:16] <> nobody\n"
      "[09:17] <last> no line end");
  ASSERT_EQ(day.messages.size(), 4u);
  EXPECT_EQ(day.messages[0].nick, "kleedrac");
  EXPECT_EQ(day.messages[0].text, "hello: [there] <you>");
  EXPECT_EQ(day.messages[0].ms, kChristmas2004 + 9 * kHour + 14 * kMinute);
  EXPECT_EQ(day.messages[0].line, 1u);
  EXPECT_EQ(day.messages[1].nick, "[optik]");
  EXPECT_EQ(day.messages[1].text, " two spaces");
  EXPECT_EQ(day.messages[2].nick, "genii");
  EXPECT_EQ(day.messages[2].text, "/me sips a coffee");
  EXPECT_EQ(day.messages[3].text, "no line end");
  EXPECT_EQ(day.messages[3].line, 12u);
  EXPECT_EQ(day.actions, 1u);
  EXPECT_EQ(day.notices, 1u);
  EXPECT_EQ(day.blank, 3u);
  EXPECT_EQ(day.unknown, 4u);
  EXPECT_EQ(day.redecoded, 0u);
}

TEST(IrcLog, TimesNeverFall) {
  struct Case {
    std::vector<std::string> times;
    int64_t last_ms;  // since the day's midnight
  };
  const std::vector<Case> cases = {
      {{"23:59", "00:00"}, kDay},
      {{"23:46", "00:07", "23:59", "00:01"}, 2 * kDay + kMinute},
      {{"11:59", "00:00"}, 12 * kHour},                // a clock of twelve hours
      {{"12:57", "01:03"}, 13 * kHour + 3 * kMinute},  // another one
      {{"11:59", "00:00", "11:59", "00:01"}, kDay + kMinute},
      {{"02:59", "02:00", "03:01"}, 3 * kHour + kMinute},  // set back in autumn
      {{"02:59", "02:00"}, 2 * kHour + 59 * kMinute},
      {{"00:00", "23:59"}, 23 * kHour + 59 * kMinute},
  };
  for (const Case& one : cases) {
    std::string bytes;
    for (const std::string& time : one.times) bytes += "[" + time + "] <a> b\n";
    EXPECT_EQ(parse(bytes).messages.back().ms, kChristmas2004 + one.last_ms) << bytes;
  }
}

TEST(IrcLog, WhatIsNotUtf8IsReadAsWindows1252) {
  const IrcDay day =
      parse("[09:14] <a> caf\xe9 \x80\n[09:14] <b> caf\xc3\xa9\n[09:14] <\xe9> \x81\n");
  ASSERT_EQ(day.messages.size(), 3u);
  EXPECT_EQ(day.messages[0].text, "café €");
  EXPECT_EQ(day.messages[1].text, "café");
  EXPECT_EQ(day.messages[2].nick, "é");
  EXPECT_EQ(day.messages[2].text, "\xef\xbf\xbd");
  EXPECT_EQ(day.redecoded, 2u);
}

TEST(IrcLog, WhatAMessageCannotHoldIsCounted) {
  const IrcDay day = parse("[09:14] <a> " + std::string(16385, 'x') + "\n[09:14] <a> " +
                           std::string(16384, 'x') + "\n");
  EXPECT_EQ(day.messages.size(), 1u);
  EXPECT_EQ(day.too_long, 1u);
}

TEST(IrcLog, ControlCharactersStay) {
  EXPECT_EQ(parse("[09:14] <a> \x02"
                  "bold\x02\x1f\n")
                .messages[0]
                .text,
            "\x02"
            "bold\x02\x1f");
}

TEST(IrcLog, AFileIsNamedAfterItsDay) {
  EXPECT_EQ(*day_of_file("2004-12-25.txt"), kChristmas2004);
  EXPECT_TRUE(day_of_file("2004-02-29-ubuntu.txt").has_value());
  for (const char* name : {"", "README.md", "2005-02-29.txt", "2005-13-01.txt", "2005_01_01.txt",
                           "1969-12-31.txt", "20o5-01-01.txt"})
    EXPECT_FALSE(day_of_file(name).has_value()) << name;
}

}  // namespace
}  // namespace chat::importer
