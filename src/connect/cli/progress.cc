#include "connect/cli/progress.h"

#include <algorithm>
#include <utility>

namespace chat::cli {

std::string Progress::at(uint64_t done) {
  done = std::min(done, all_);
  if (ended_) return "";
  ended_ = done == all_;
  const std::string text = what_ + ": " + std::to_string(done) + " of " + std::to_string(all_);
  if (terminal_) return "\r" + text + (ended_ ? "\n" : "");
  const uint64_t tenths = all_ == 0 ? kLinesMax : done * kLinesMax / all_;
  if (tenths <= std::exchange(lines_, std::max(lines_, tenths))) return "";
  return text + "\n";
}

}  // namespace chat::cli
