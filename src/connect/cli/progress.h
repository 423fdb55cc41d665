// How far something is, for standard error: on a terminal one line that is written over itself,
// elsewhere, as in a log, a line for each tenth. Pure; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace chat::cli {

class Progress {
 public:
  static constexpr uint64_t kLinesMax = 10;  // where it is no terminal

  Progress(std::string what, uint64_t all, bool terminal)
      : what_(std::move(what)), all_(all), terminal_(terminal) {}

  // What to write now that so much is done; empty: nothing.
  std::string at(uint64_t done);

 private:
  const std::string what_;
  const uint64_t all_;
  const bool terminal_;
  uint64_t lines_ = 0;  // tenths that were told
  bool ended_ = false;
};

}  // namespace chat::cli
