#include "connect/cli/chat_commands.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>
#include <ctime>

#include "connect/cli/text.h"

namespace chat::cli {
namespace {

struct Good {
  const char* line;
  Verb verb;
  std::vector<std::string> words;
  const char* text;
  uint32_t which;
};

TEST(ChatCommands, Understands) {
  const Good cases[] = {
      {"hello there", Verb::kSay, {}, "hello there", 1},
      {"//shrug", Verb::kSay, {}, "/shrug", 1},
      {"/chats", Verb::kChats, {}, "", 1},
      {"/join c1", Verb::kOpen, {"c1"}, "", 1},
      {"/create \"a title\" bob eve", Verb::kCreate, {"bob", "eve"}, "a title", 1},
      {"/create plans", Verb::kCreate, {}, "plans", 1},
      {"/dm bob", Verb::kDirect, {"bob"}, "", 1},
      {"/invite bob eve", Verb::kInvite, {"bob", "eve"}, "", 1},
      {"/react 👍", Verb::kReact, {"👍"}, "", 1},
      {"/react 👍 3", Verb::kReact, {"👍"}, "", 3},
      {"/edit new text", Verb::kEdit, {}, "new text", 1},
      {"/edit 2 new text", Verb::kEdit, {}, "new text", 2},
      {"/delete", Verb::kDelete, {}, "", 1},
      {"/delete 2", Verb::kDelete, {}, "", 2},
      {"/at 2026-11-24 13:05", Verb::kAt, {}, "2026-11-24 13:05", 1},
      {"/quit ", Verb::kQuit, {}, "", 1},
  };
  for (const Good& good : cases) {
    SCOPED_TRACE(good.line);
    const auto command = parse_chat_command(good.line);
    ASSERT_TRUE(command);
    EXPECT_EQ(command->verb, good.verb);
    EXPECT_EQ(command->words, good.words);
    EXPECT_EQ(command->text, good.text);
    EXPECT_EQ(command->which, good.which);
  }
}

TEST(ChatCommands, SaysHowACommandIsUsed) {
  for (const char* line : {"/", "/nosuch", "/join", "/join a b", "/chats now", "/edit", "/edit 2",
                           "/invite", "/react", "/delete x", "/at"}) {
    const auto command = parse_chat_command(line);
    ASSERT_FALSE(command) << line;
    EXPECT_FALSE(command.error().message.empty());
  }
}

TEST(ChatCommands, ATextIsTypedAsItIsUnderstood) {
  for (const char* text : {"hi", "/me waves", "//", ""}) {
    const auto command = parse_chat_command(as_typed(text));
    ASSERT_TRUE(command) << text;
    EXPECT_EQ(command->verb, Verb::kSay);
    EXPECT_EQ(command->text, text);
  }
}

// Where the first word after the gap begins, in cells.
int column_of_what(const std::string& line) {
  const size_t gap = line.find("  ");
  return width_of(line.substr(0, line.find_first_not_of(' ', gap)));
}

TEST(ChatCommands, HelpStandsInColumnsAndExplainsTheSigns) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  std::string all;
  for (const std::string& line : chat_help()) {
    all += line + "\n";
    const bool is_command = line[0] == '/' && line[1] != '/';
    EXPECT_TRUE(!is_command || column_of_what(line) == 25) << line;
  }
  for (const char* explained : {"[USER…]", "✓", "*", "… waiting", "//text", "new elsewhere"})
    EXPECT_NE(all.find(explained), std::string::npos) << explained;
}

TEST(ChatCommands, ReadsLocalMoments) {
  setenv("TZ", "UTC", 1);
  tzset();
  const int64_t now = 1'795'000'000'000;  // 2026-11-18 11:06:40
  EXPECT_EQ(parse_local_moment("2026-11-18", now), 1'794'960'000'000);
  EXPECT_EQ(parse_local_moment("2026-11-18 11:06:40", now), now);
  EXPECT_EQ(parse_local_moment("2026-11-18T11:06", now), now - 40'000);
  EXPECT_EQ(parse_local_moment("11:06", now), now - 40'000);
  for (const char* text : {"", "soon", "2026-13-01", "25:00", "2026-11-18 11", "11:06 pm"})
    EXPECT_EQ(parse_local_moment(text, now), std::nullopt) << text;
}

}  // namespace
}  // namespace chat::cli
