#include "connect/cli/line_editor.h"

#include <gtest/gtest.h>

#include <clocale>

#include "connect/cli/text.h"

namespace chat::cli {
namespace {

class Editor : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
  void type(std::string_view text) {
    for (size_t at = 0; at < text.size();) editor.insert(next_code_point(text, at));
  }
  LineEditor editor;
};

TEST_F(Editor, InsertsAndErasesWholeCharacters) {
  type("aö日e\u0301");
  editor.erase_left();
  EXPECT_EQ(editor.text(), "aö日");
  editor.left();
  editor.left();
  type("x");
  EXPECT_EQ(editor.text(), "axö日");
  editor.erase_right();
  EXPECT_EQ(editor.text(), "ax日");
  editor.home();
  editor.erase_left();
  editor.erase_right();
  EXPECT_EQ(editor.text(), "x日");
  editor.end();
  editor.right();
  EXPECT_EQ(editor.cursor(), editor.text().size());
}

TEST_F(Editor, MovesAndErasesByWords) {
  type("one two  three");
  editor.word_left();
  type("X");
  EXPECT_EQ(editor.text(), "one two  Xthree");
  editor.word_left();
  editor.erase_word_left();
  EXPECT_EQ(editor.text(), "one Xthree");
  editor.home();
  editor.word_right();
  EXPECT_EQ(editor.cursor(), 3u);
  editor.erase_to_end();
  EXPECT_EQ(editor.take(), "one");
  EXPECT_EQ(editor.text(), "");
}

TEST_F(Editor, KeepsControlsOutAndItsBound) {
  type("a\x1b\x07\tb\n");
  EXPECT_EQ(editor.text(), "a b ");
  for (size_t i = 0; i < LineEditor::kBytesMax + 10; ++i) editor.insert('x');
  EXPECT_EQ(editor.text().size(), LineEditor::kBytesMax);
}

TEST_F(Editor, ShowsThePartAroundTheCursor) {
  type("abcdefghij");
  EXPECT_EQ(editor.view(5).text, "ghij");
  EXPECT_EQ(editor.view(5).cursor_cell, 4);
  editor.home();
  EXPECT_EQ(editor.view(5).text, "abcde");
  EXPECT_EQ(editor.view(5).cursor_cell, 0);
  editor.set("日本語日本語");
  EXPECT_EQ(editor.view(6).text, "本語");
  EXPECT_EQ(editor.view(6).cursor_cell, 4);
}

}  // namespace
}  // namespace chat::cli
