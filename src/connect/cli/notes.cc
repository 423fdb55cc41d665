#include "connect/cli/notes.h"

#include <algorithm>
#include <utility>

#include "connect/cli/text.h"

namespace chat::cli {
namespace {

constexpr int kWidthMin = 16;

size_t out_of_sight(size_t count, size_t height) { return count > height ? count - height : 0; }

}  // namespace

void Notes::add(std::string_view text, Style style, int width, Lasts lasts) {
  for (const std::string& part : wrapped(harmless(text), std::max(width, kWidthMin)))
    notes_.push_back({{{{part, style}}}, lasts});
  below_ = 0;
}

void Notes::clear() {
  notes_.clear();
  below_ = 0;
}

void Notes::connected() {
  std::erase_if(notes_, [](const Note& note) { return note.lasts == Lasts::kUntilConnected; });
}

std::vector<Line> Notes::lines() const {
  std::vector<Line> lines;
  for (const Note& note : notes_) lines.push_back(note.line);
  return lines;
}

std::vector<Line> Notes::in_sight(std::vector<Line> foot, size_t height) const {
  const size_t hidden = out_of_sight(foot.size(), height);
  const size_t below = std::min(below_, hidden);
  foot.resize(foot.size() - below);
  foot.erase(foot.begin(), foot.begin() + static_cast<long>(hidden - below));
  return foot;
}

bool Notes::scroll(int by, size_t count, size_t height) {
  const size_t hidden = out_of_sight(count, height);
  if (hidden == 0) return false;
  const auto below = static_cast<long>(std::min(below_, hidden)) - by;
  below_ = static_cast<size_t>(std::clamp(below, 0L, static_cast<long>(hidden)));
  return true;
}

}  // namespace chat::cli
