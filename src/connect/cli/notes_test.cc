#include "connect/cli/notes.h"

#include <gtest/gtest.h>

#include <string>

namespace chat::cli {
namespace {

std::string shown(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += text_of(line) + "|";
  return text;
}

TEST(Notes, WhatIsWrongWithTheConnectionGoesWhenItIsThere) {
  Notes notes;
  notes.add("not loaded", Style::kFailed, 80);
  notes.add("Connection refused", Style::kFailed, 80, Notes::Lasts::kUntilConnected);
  EXPECT_EQ(shown(notes.lines()), "not loaded|Connection refused|");
  notes.connected();
  EXPECT_EQ(shown(notes.lines()), "not loaded|");
  notes.clear();
  EXPECT_EQ(shown(notes.lines()), "");
}

TEST(Notes, AreBrokenAtTheWidthAndHarmless) {
  Notes notes;
  notes.add("a text that is too long\x1b", Style::kDim, 16);
  EXPECT_EQ(notes.lines().size(), 2u);
  EXPECT_EQ(shown(notes.lines()).find('\x1b'), std::string::npos);
}

TEST(Notes, MoreThanAScreenfulIsScrolled) {
  Notes notes;
  for (const char* text : {"1", "2", "3", "4", "5"}) notes.add(text, Style::kDim, 80);
  const auto sight = [&notes] { return shown(notes.in_sight(notes.lines(), 3)); };
  EXPECT_EQ(sight(), "3|4|5|");
  EXPECT_TRUE(notes.scroll(-1, 5, 3));
  EXPECT_EQ(sight(), "2|3|4|");
  EXPECT_TRUE(notes.scroll(-10, 5, 3));
  EXPECT_EQ(sight(), "1|2|3|");
  EXPECT_TRUE(notes.scroll(1, 5, 3));
  EXPECT_EQ(sight(), "2|3|4|");
  EXPECT_TRUE(notes.scroll(10, 5, 3));
  EXPECT_EQ(sight(), "3|4|5|");
  notes.scroll_to_top();
  EXPECT_EQ(sight(), "1|2|3|");
  EXPECT_TRUE(notes.scroll(1, 5, 3));
  EXPECT_EQ(sight(), "2|3|4|");
  notes.add("6", Style::kDim, 80);
  EXPECT_EQ(sight(), "4|5|6|");
  EXPECT_FALSE(notes.scroll(-1, 6, 6));
}

}  // namespace
}  // namespace chat::cli
