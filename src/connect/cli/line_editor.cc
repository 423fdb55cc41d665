#include "connect/cli/line_editor.h"

#include <algorithm>

#include "connect/cli/text.h"

namespace chat::cli {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

void LineEditor::insert(char32_t code_point) {
  if (code_point == '\n' || code_point == '\t') code_point = ' ';
  if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0)) return;
  std::string bytes;
  append_utf8(bytes, code_point);
  if (text_.size() + bytes.size() > kBytesMax) return;
  text_.insert(cursor_, bytes);
  cursor_ += bytes.size();
}

size_t LineEditor::before(size_t at) const {
  while (at > 0) {
    do --at;
    while (at > 0 && continues(text_[at]));
    size_t end = at;
    if (width_of(next_code_point(text_, end)) > 0) break;
  }
  return at;
}

size_t LineEditor::after(size_t at) const {
  if (at < text_.size()) (void)next_code_point(text_, at);
  while (at < text_.size()) {
    size_t end = at;
    if (width_of(next_code_point(text_, end)) > 0) break;
    at = end;
  }
  return at;
}

size_t LineEditor::word_before(size_t at) const {
  while (at > 0 && text_[at - 1] == ' ') --at;
  while (at > 0 && text_[at - 1] != ' ') --at;
  return at;
}

void LineEditor::left() { cursor_ = before(cursor_); }
void LineEditor::right() { cursor_ = after(cursor_); }
void LineEditor::word_left() { cursor_ = word_before(cursor_); }

void LineEditor::word_right() {
  cursor_ = std::min(text_.find_first_not_of(' ', cursor_), text_.size());
  cursor_ = std::min(text_.find(' ', cursor_), text_.size());
}

void LineEditor::erase_left() {
  const size_t from = before(cursor_);
  text_.erase(from, cursor_ - from);
  cursor_ = from;
}

void LineEditor::erase_right() { text_.erase(cursor_, after(cursor_) - cursor_); }

void LineEditor::erase_word_left() {
  const size_t from = word_before(cursor_);
  text_.erase(from, cursor_ - from);
  cursor_ = from;
}

void LineEditor::erase_to_start() {
  text_.erase(0, cursor_);
  cursor_ = 0;
}

void LineEditor::set(std::string text) {
  text_ = std::move(text);
  cursor_ = text_.size();
}

std::string LineEditor::take() {
  std::string text = std::move(text_);
  text_.clear();
  cursor_ = 0;
  return text;
}

LineEditor::View LineEditor::view(int cells) const {
  cells = std::max(cells, 2);
  // From as far left of the cursor as fits, keeping one cell for the cursor itself.
  size_t from = cursor_;
  int used = 0;
  while (from > 0) {
    const size_t next = before(from);
    const int width = width_of(std::string_view(text_).substr(next, from - next));
    if (used + width > cells - 1) break;
    used += width;
    from = next;
  }
  View view{.cursor_cell = used};
  int total = 0;
  for (size_t at = from; at < text_.size();) {
    const size_t next = after(at);
    const std::string_view piece = std::string_view(text_).substr(at, next - at);
    if ((total += width_of(piece)) > cells) break;
    view.text += piece;
    at = next;
  }
  return view;
}

}  // namespace chat::cli
