// Screen: the terminal, through ncurses. Draws what it is given and hands out keys; knows nothing
// of chats. The terminal is put back when it is destroyed, and when the program aborts.
// Thread rule: one thread; one Screen a process at a time, since ncurses keeps its state itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connect/base/result.h"
#include "connect/cli/layout.h"
#include "connect/cli/line_editor.h"

namespace chat::cli {

enum class Key {
  kCharacter,
  kEnter,
  kLeft,
  kRight,
  kWordLeft,
  kWordRight,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kWheelUp,
  kWheelDown,
  kHome,
  kEnd,
  kBackspace,
  kDelete,
  kEraseWord,
  kEraseToStart,
  kEraseToEnd,
  kNewest,
  kChats,
  kRedraw,
  kEscape,
  kEndOfInput,
  kOther,
};

struct KeyPress {
  Key key = Key::kOther;
  char32_t character = 0;
};

// What is to be seen. The body stands at the bottom of its place.
struct Picture {
  std::string title;
  std::vector<Line> body;
  std::string status;
  bool alarming = false;  // the status is no good news
  std::string prompt;
  LineEditor::View input;
};

class Screen final {
 public:
  // kInvalid when the standard input or output is no terminal.
  static base::Result<std::unique_ptr<Screen>> open();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  int width() const;
  int body_height() const;
  int input_width(const std::string& prompt) const;
  void resize();  // after SIGWINCH
  void draw(const Picture& picture);
  void draw_all_again();
  std::optional<KeyPress> next_key();  // nothing: no more for now

 private:
  Screen() = default;
  void line(int row, const Line& line);
};

}  // namespace chat::cli
