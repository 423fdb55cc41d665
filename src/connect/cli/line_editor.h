// LineEditor: one line of UTF-8 being typed, with a cursor. Moves and deletes by what the eye sees
// as one character: a code point with the marks on it. Pure; one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat::cli {

class LineEditor {
 public:
  // The longest text of a message: 16 KiB.
  static constexpr size_t kBytesMax = 16 * 1024;

  // Text at the cursor. A line break becomes a space; other controls are left out.
  void insert(char32_t code_point);
  void left();
  void right();
  void word_left();
  void word_right();
  void home() { cursor_ = 0; }
  void end() { cursor_ = text_.size(); }
  void erase_left();
  void erase_right();
  void erase_word_left();
  void erase_to_start();
  void erase_to_end() { text_.resize(cursor_); }
  void set(std::string text);

  const std::string& text() const { return text_; }
  size_t cursor() const { return cursor_; }  // bytes
  // The text as it is, and an empty line.
  std::string take();

  // What of the line to show in so many cells, and the cell of the cursor in it.
  struct View {
    std::string text;
    int cursor_cell = 0;
  };
  View view(int cells) const;

 private:
  std::string text_;
  size_t cursor_ = 0;

  size_t before(size_t at) const;
  size_t after(size_t at) const;
  size_t word_before(size_t at) const;
};

}  // namespace chat::cli
