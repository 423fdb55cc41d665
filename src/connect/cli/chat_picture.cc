// What of the terminal client is to be seen.
#include <algorithm>

#include "connect/cli/chat_program.h"
#include "connect/cli/text.h"

namespace chat::cli {

using client::Core;
using client::Status;
using client::Time;

std::string ChatProgram::status_line() const {
  std::string text;
  const int64_t left_ms = core().retry_at_ms() - clock_.boot_ms();
  switch (core().status()) {
    case Status::kOnline: text = core().synced() ? "connected" : "catching up…"; break;
    case Status::kConnecting:
    case Status::kGreeting: text = "connecting…"; break;
    case Status::kWaiting:
      text = left_ms > 0 && left_ms < 3'600'000
                 ? "reconnecting in " + std::to_string((left_ms + 999) / 1000) + " s"
                 : "reconnecting…";
      break;
    default: text = "not connected"; break;
  }
  if (!why_.empty()) text += " (" + harmless_line(why_) + ")";
  if (const uint64_t unread = unread_elsewhere(core(), view_.chat()))
    text += " · " + grouped(unread) + " new elsewhere";
  const size_t unsent = core().outbox().operations().size();
  if (unsent > 0) text += " · " + std::to_string(unsent) + " unsent";
  if (foot().size() > static_cast<size_t>(screen_.body_height()))
    text += " · PageUp, PageDown: the rest; Esc: closes";
  else if (!view_.following())
    text += " · Ctrl-E: to the newest";
  std::string who;
  for (const auto& [user, until] : typing_)
    who += (who.empty() ? "" : ", ") + harmless_line(user.value());
  if (!who.empty()) text += " · " + who + (typing_.size() == 1 ? " is typing" : " are typing");
  return text;
}

std::vector<Line> ChatProgram::chat_list() const {
  std::vector<Line> lines;
  size_t number = 0;
  for (const client::ChatId& id : by_latest(core())) {
    const client::Chat& chat = core().chats().at(id);
    const bool chosen = number == listed_;
    std::string text =
        (chosen ? "> " : "  ") + std::to_string(++number) + "  " + name_of(id, chat, core().me());
    if (chat.left) text += " (left)";
    Line line{{{text, chosen || chat.unread > 0 ? Style::kBold : Style::kPlain}}};
    if (chat.unread > 0)
      line.spans.push_back({"  " + std::to_string(chat.unread) + " new", Style::kMarker});
    line.spans.push_back({"  " + id.value(), Style::kDim});
    lines.push_back(std::move(line));
  }
  if (lines.empty()) lines.push_back({{{"no chats", Style::kDim}}});
  // The chosen one stays in sight.
  const auto height = static_cast<size_t>(screen_.body_height());
  if (lines.size() > height) lines.resize(std::max(height, listed_ + 1));
  return lines;
}

// What stands below the messages.
std::vector<Line> ChatProgram::foot() const {
  std::vector<Line> lines = opening_.lines();
  const std::vector<Line> notes = notes_.lines();
  lines.insert(lines.end(), notes.begin(), notes.end());
  if (!who_) return lines;
  for (const std::string& part : wrapped(who_is_in(*who_, here_), std::max(screen_.width(), 16)))
    lines.push_back({{{part, Style::kDim}}});
  return lines;
}

std::string ChatProgram::title_line() const {
  const client::Chat* chat = core().chat(view_.chat());
  std::string title =
      " " + (chat ? name_of(view_.chat(), *chat, core().me()) : view_.chat().value());
  const std::optional<int64_t> top_ms = view_.top_ms(core());
  if (top_ms && !listing_ && !view_.following()) title += "  ·  " + day_of(*top_ms);
  return title + "  ·  " + harmless_line(core().me().value());
}

void ChatProgram::draw() {
  if (!drawing_wanted_) return;
  drawing_wanted_ = false;
  client_.change([this](Core& core, Time) { core.look_at(view_.chat(), view_.looked_at()); });
  Picture picture{.status = status_line(), .alarming = core().status() != Status::kOnline};
  picture.body = listing_ ? chat_list() : view_.lines(core());
  picture.title = title_line();
  const std::vector<Line> below =
      notes_.in_sight(foot(), static_cast<size_t>(screen_.body_height()));
  picture.body.insert(picture.body.end(), below.begin(), below.end());
  picture.prompt = "> ";
  picture.input = editor_.view(screen_.input_width(picture.prompt));
  screen_.draw(picture);
  load_wanted();
  mark_read();
}

}  // namespace chat::cli
