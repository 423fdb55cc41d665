#include "connect/cli/screen.h"

#include <curses.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cwchar>
#include <memory>

#include "connect/cli/text.h"

namespace chat::cli {
namespace {

constexpr int kRowsBeside = 3;  // title, status, input
constexpr short kNickPair = 1;  // and the following, one a colour
constexpr short kMarkerPair = kNickPair + kNickColours;
constexpr short kFailedPair = kMarkerPair + 1;
constexpr short kNickColourNumbers[kNickColours] = {COLOR_CYAN,   COLOR_MAGENTA, COLOR_GREEN,
                                                    COLOR_YELLOW, COLOR_BLUE,    COLOR_RED};

void restore_terminal(int signal) {
  endwin();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

attr_t attributes_of(const Span& span) {
  switch (span.style) {
    case Style::kPlain: return A_NORMAL;
    case Style::kDim: return A_DIM;
    case Style::kBold: return A_BOLD;
    case Style::kOwn: return A_BOLD;
    case Style::kMarker: return COLOR_PAIR(kMarkerPair);
    case Style::kFailed: return COLOR_PAIR(kFailedPair) | A_BOLD;
    case Style::kNick: return COLOR_PAIR(kNickPair + span.colour) | A_BOLD;
  }
  return A_NORMAL;
}

void start_colours() {
  if (!has_colors()) return;
  start_color();
  use_default_colors();
  for (short i = 0; i < kNickColours; ++i)
    init_pair(static_cast<short>(kNickPair + i), kNickColourNumbers[i], -1);
  init_pair(kMarkerPair, COLOR_YELLOW, -1);
  init_pair(kFailedPair, COLOR_RED, -1);
}

// Everything that is drawn went through harmless(), so that no cell holds a control character.
void put(const std::string& text) { addnstr(text.c_str(), static_cast<int>(text.size())); }

Key wheel() {
  MEVENT event{};
  if (getmouse(&event) != OK) return Key::kOther;
  if (event.bstate & BUTTON4_PRESSED) return Key::kWheelUp;
  if (event.bstate & BUTTON5_PRESSED) return Key::kWheelDown;
  return Key::kOther;
}

Key key_of_code(wint_t code) {
  switch (code) {
    case KEY_ENTER: return Key::kEnter;
    case KEY_LEFT: return Key::kLeft;
    case KEY_RIGHT: return Key::kRight;
    case KEY_UP: return Key::kUp;
    case KEY_DOWN: return Key::kDown;
    case KEY_PPAGE: return Key::kPageUp;
    case KEY_NPAGE: return Key::kPageDown;
    case KEY_HOME: return Key::kHome;
    case KEY_END: return Key::kEnd;
    case KEY_BACKSPACE: return Key::kBackspace;
    case KEY_DC: return Key::kDelete;
    case KEY_MOUSE: return wheel();
    case KEY_SLEFT: return Key::kWordLeft;
    case KEY_SRIGHT: return Key::kWordRight;
    default: return Key::kOther;
  }
}

constexpr char control(char letter) { return static_cast<char>(letter & 0x1F); }

KeyPress key_of_character(wint_t c) {
  switch (c) {
    case '\r':
    case '\n': return {Key::kEnter};
    case control('A'): return {Key::kHome};
    case control('B'): return {Key::kLeft};
    case control('D'): return {Key::kEndOfInput};
    case control('E'): return {Key::kNewest};
    case control('F'): return {Key::kRight};
    case control('K'): return {Key::kEraseToEnd};
    case control('L'): return {Key::kChats};
    case control('R'): return {Key::kRedraw};
    case control('U'): return {Key::kEraseToStart};
    case control('W'): return {Key::kEraseWord};
    case control('H'):
    case 0x7F: return {Key::kBackspace};
    case 0x1B: return {Key::kEscape};
    default: return {Key::kCharacter, static_cast<char32_t>(c)};
  }
}

}  // namespace

base::Result<std::unique_ptr<Screen>> Screen::open() {
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
    return base::unexpected(base::Code::kInvalid, "`connect chat` needs a terminal");
  // Without a UTF-8 locale of the user's, texts are still UTF-8.
  if (!std::setlocale(LC_ALL, "") || MB_CUR_MAX < 4) std::setlocale(LC_CTYPE, "C.UTF-8");
  SCREEN* terminal = newterm(nullptr, stdout, stdin);
  if (!terminal)
    return base::unexpected(base::Code::kInvalid, "unknown terminal: set TERM, as to xterm");
  set_escdelay(25);
  std::signal(SIGABRT, restore_terminal);
  raw();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  mousemask(BUTTON4_PRESSED | BUTTON5_PRESSED, nullptr);
  mouseinterval(0);
  start_colours();
  return std::unique_ptr<Screen>(new Screen);
}

Screen::~Screen() {
  endwin();
  std::signal(SIGABRT, SIG_DFL);
}

int Screen::width() const { return std::max(COLS, 1); }
int Screen::body_height() const { return std::max(LINES - kRowsBeside, 1); }
int Screen::input_width(const std::string& prompt) const {
  return std::max(width() - width_of(prompt), 2);
}

void Screen::resize() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
    resizeterm(size.ws_row, size.ws_col);
  clearok(stdscr, TRUE);
}

void Screen::line(int row, const Line& line) {
  move(row, 0);
  int used = 0;
  for (const Span& span : line.spans) {
    attrset(attributes_of(span));
    const std::string text = shortened(span.text, width() - used);
    put(text);
    used += width_of(text);
  }
  attrset(A_NORMAL);
}

void Screen::draw(const Picture& picture) {
  erase();
  attrset(A_REVERSE);
  mvhline(0, 0, ' ', width());
  move(0, 0);
  put(shortened(picture.title, width()));
  attrset(A_NORMAL);
  const int height = body_height();
  const int count = std::min<int>(height, static_cast<int>(picture.body.size()));
  const size_t first = picture.body.size() - static_cast<size_t>(count);
  for (int i = 0; i < count; ++i)
    line(1 + height - count + i, picture.body[first + static_cast<size_t>(i)]);
  attrset(picture.alarming ? A_REVERSE | A_BOLD : A_REVERSE);
  mvhline(LINES - 2, 0, ' ', width());
  move(LINES - 2, 0);
  put(shortened(picture.status, width()));
  attrset(A_NORMAL);
  move(LINES - 1, 0);
  put(picture.prompt);
  put(picture.input.text);
  move(LINES - 1, std::min(width_of(picture.prompt) + picture.input.cursor_cell, width() - 1));
  refresh();
}

void Screen::draw_all_again() { clearok(stdscr, TRUE); }

std::optional<KeyPress> Screen::next_key() {
  wint_t code = 0;
  const int kind = get_wch(&code);
  if (kind == ERR) return std::nullopt;
  // With raw() the interrupt key is a character like others.
  if (kind == OK && code == control('C')) return KeyPress{Key::kEndOfInput};
  return kind == KEY_CODE_YES ? KeyPress{key_of_code(code)} : key_of_character(code);
}

}  // namespace chat::cli
