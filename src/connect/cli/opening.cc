#include "connect/cli/opening.h"

#include <algorithm>
#include <utility>

#include "connect/cli/text.h"

namespace chat::cli {

void Opening::begin(client::OperationId operation, std::string name) {
  waits_.push_back({operation, harmless_line(name), {}});
  current_ = operation;
}

// The current one is always the last: each that begins becomes it.
std::optional<std::string> Opening::current() const {
  return current_ ? std::optional(waits_.back().name) : std::nullopt;
}

bool Opening::hold(const std::string& text) {
  if (!current_ || held_bytes_ + text.size() > kHeldBytesMax) return false;
  held_bytes_ += text.size();
  waits_.back().texts.push_back(text);
  return true;
}

std::optional<Opening::Ended> Opening::end(client::OperationId operation) {
  const auto wait = std::find_if(waits_.begin(), waits_.end(), [operation](const Wait& one) {
    return one.operation == operation;
  });
  if (wait == waits_.end()) return std::nullopt;
  Ended ended{std::move(wait->texts), current_ == operation};
  waits_.erase(wait);
  for (const std::string& text : ended.texts) held_bytes_ -= text.size();
  if (ended.current) current_.reset();
  return ended;
}

std::vector<Line> Opening::lines() const {
  std::vector<Line> lines;
  for (const Wait& wait : waits_) {
    lines.push_back({{{"opening " + wait.name + " …", Style::kDim}}});
    for (const std::string& text : wait.texts)
      lines.push_back({{{"  " + harmless_line(text) + " … waiting", Style::kDim}}});
  }
  return lines;
}

}  // namespace chat::cli
