// Notes: what the terminal client says to the person below the messages, until the next line is
// entered; and which part of all that stands there is to be seen, when it is more than the screen
// holds. Pure; one thread. Owned by ChatProgram.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "connect/cli/layout.h"

namespace chat::cli {

class Notes {
 public:
  enum class Lasts { kUntilCleared, kUntilConnected };

  // Hostile text is made harmless, and broken at this width.
  void add(std::string_view text, Style style, int width, Lasts lasts = Lasts::kUntilCleared);
  void clear();
  void connected();  // what was wrong with the connection is over
  std::vector<Line> lines() const;

  // Of the lines at the foot of the screen, these among them: a screenful, at the end unless it was
  // scrolled.
  std::vector<Line> in_sight(std::vector<Line> foot, size_t height) const;
  // Negative: up. False: all of them are in sight.
  bool scroll(int by, size_t count, size_t height);
  void scroll_to_top() { below_ = SIZE_MAX; }

 private:
  struct Note {
    Line line;
    Lasts lasts = Lasts::kUntilCleared;
  };

  std::vector<Note> notes_;
  size_t below_ = 0;  // lines that are out of sight at the end; more than there are: as many as can
};

}  // namespace chat::cli
