#include "connect/cli/layout.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "connect/base/hash.h"
#include "connect/cli/text.h"

namespace chat::cli {
namespace {

using client::ChatLog;
using client::Kind;
using client::Message;

// Below it the screen cuts lines off.
constexpr int kWidthMin = 16;
constexpr int kNickCellsMax = 16;
constexpr int kTimeCells = 6;  // "13:05 "
constexpr int kQuoteCells = 60;

tm local(int64_t unix_ms) {
  const time_t seconds = static_cast<time_t>(unix_ms / 1000);
  tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(int64_t unix_ms, const char* format) {
  const tm parts = local(unix_ms);
  std::array<char, 64> buffer{};
  return {buffer.data(), strftime(buffer.data(), buffer.size(), format, &parts)};
}

std::string names_of(const std::vector<client::UserId>& users) {
  std::string names;
  for (size_t i = 0; i < users.size() && i < 5; ++i)
    names += (i > 0 ? ", " : "") + harmless_line(users[i].value());
  if (users.size() > 5) names += " and " + std::to_string(users.size() - 5) + " more";
  return names;
}

class Layout {
 public:
  explicit Layout(const LayoutInput& input)
      : input_(input), width_(std::max(input.width, kWidthMin)) {}

  std::vector<Line> run() {
    const auto& entries = input_.log.entries();
    auto entry = entries.lower_bound(input_.stretch.from);
    for (; entry != entries.end() && entry->first <= input_.stretch.to; ++entry)
      add(entry->first, entry->second.message);
    if (input_.at_end)
      for (const client::Operation* operation : input_.unsent) add_unsent(*operation);
    return std::move(lines_);
  }

 private:
  const LayoutInput& input_;
  const int width_;
  std::vector<Line> lines_;
  uint64_t seq_ = 0;
  int part_ = 0;
  int day_ = -1;
  bool marked_ = false;

  void begin(uint64_t seq) {
    if (seq != seq_) part_ = 0;
    seq_ = seq;
  }

  void line(std::vector<Span> spans) { lines_.push_back({std::move(spans), seq_, part_++}); }

  void divider(const std::string& text, Style style) {
    const int rest = std::max(width_ - width_of(text) - 2, 2);
    std::string dashes;
    for (int i = 0; i < rest / 2; ++i) dashes += "─";
    line({{dashes + " " + text + " " + dashes, style}});
  }

  void day_divider(int64_t ms) {
    const tm parts = local(ms);
    const int day = parts.tm_year * 400 + parts.tm_yday;
    if (day != day_) divider(shortened(day_of(ms), width_ - 6), Style::kDim);
    day_ = day;
  }

  void unread_divider(const Message& message) {
    if (marked_ || input_.read_seq == 0 || message.event.seq.value() <= input_.read_seq) return;
    marked_ = true;
    if (message.event.from == input_.me) return;
    divider("new", Style::kMarker);
  }

  void add(uint64_t seq, const Message& message) {
    begin(seq);
    day_divider(message.event.id.ms());
    unread_divider(message);
    if (message.event.kind != Kind::kMessage) return add_told(message.event);
    quote(message);
    add_text(message);
    reactions(message);
  }

  void add_told(const client::Event& event) {
    for (const std::string& part : wrapped("· " + told(event), width_ - kTimeCells))
      line({{std::string(kTimeCells, ' '), Style::kDim}, {part, Style::kDim}});
  }

  void quote(const Message& message) {
    if (message.event.body.reply_to == client::EventId()) return;
    const ChatLog::Entry* answered = input_.log.find(message.event.body.reply_to);
    std::string text = "an earlier message";
    if (answered)
      text = harmless_line(answered->message.event.from.value()) + ": " +
             harmless_line(answered->message.event.body.text);
    line({{std::string(kTimeCells, ' ') +
               shortened("↳ " + text, std::min(width_ - kTimeCells, kQuoteCells)),
           Style::kDim}});
  }

  std::string nick_of(const client::UserId& user) const {
    return shortened(harmless_line(user.value()), std::min(kNickCellsMax, width_ / 4));
  }

  void add_text(const Message& message) {
    const client::Event& event = message.event;
    Span body{message.deleted ? "(deleted)" : harmless(event.body.text),
              message.deleted ? Style::kDim : Style::kPlain};
    for (const client::Attachment& attachment : event.body.attachments)
      body.text += (body.text.empty() ? "[" : "\n[") + harmless_line(attachment.name) + " " +
                   harmless_line(attachment.url) + "]";
    std::string note;
    if (!message.deleted && message.edited != client::EventId()) note += " (edited)";
    if (event.from == input_.me && !message.deleted) note += " ✓";
    add_body(clock_of(event.id.ms()), event.from, body, note);
  }

  void add_unsent(const client::Operation& operation) {
    if (operation.kind != Kind::kMessage) return;
    begin(UINT64_MAX);
    const bool trying = input_.online && operation.attempts == 0;
    add_body(clock_of(operation.made_ms), input_.me, {harmless(operation.text), Style::kDim},
             trying ? " … sending" : " … waiting");
  }

  // The first line carries time and name, the others are set in below the text.
  void add_body(const std::string& clock, const client::UserId& from, const Span& body,
                const std::string& note) {
    const std::string nick = nick_of(from);
    const int indent = kTimeCells + width_of(nick) + 2;
    std::vector<std::string> parts = wrapped(body.text, width_ - indent);
    for (size_t i = 0; i < parts.size(); ++i) {
      std::vector<Span> spans;
      if (i == 0)
        spans = {{clock + " ", Style::kDim},
                 {nick, from == input_.me ? Style::kOwn : Style::kNick, colour_of(from)},
                 {": "}};
      else
        spans = {{std::string(static_cast<size_t>(indent), ' ')}};
      spans.push_back({parts[i], body.style});
      const bool last = i + 1 == parts.size();
      const bool fits = indent + width_of(parts[i]) + width_of(note) <= width_;
      if (last && !note.empty() && fits) spans.push_back({note, Style::kDim});
      line(std::move(spans));
      if (last && !note.empty() && !fits)
        line({{std::string(static_cast<size_t>(indent), ' ') + note.substr(1), Style::kDim}});
    }
  }

  void reactions(const Message& message) {
    if (message.reactions.empty()) return;
    std::string text;
    for (const client::Reaction& reaction : message.reactions)
      text += (text.empty() ? "" : "  ") + harmless_line(reaction.emoji) + " " +
              std::to_string(reaction.count) + (reaction.me ? "*" : "");
    line({{std::string(kTimeCells + 2, ' ') + shortened(text, width_ - kTimeCells - 2),
           Style::kMarker}});
  }
};

}  // namespace

std::string told(const client::Event& event) {
  const std::string who = harmless_line(event.from.value());
  if (event.kind == Kind::kChat) {
    if (event.created)
      return who + " created the chat" +
             (event.title ? " \"" + harmless_line(*event.title) + "\"" : "");
    if (event.title) return who + " named the chat \"" + harmless_line(*event.title) + "\"";
    if (event.topic) return who + " set the topic: " + harmless_line(*event.topic);
    return who + " changed the chat's settings";
  }
  const std::string users = names_of(event.users);
  if (event.change == "joined") return users == who ? who + " joined" : who + " added " + users;
  if (event.change == "left") return who + " left";
  if (event.change == "removed") return who + " removed " + users;
  return who + " made " + users + " " + harmless_line(event.role);
}

std::vector<Line> lay_out(const LayoutInput& input) { return Layout(input).run(); }

std::string text_of(const Line& line) {
  std::string text;
  for (const Span& span : line.spans) text += span.text;
  return text;
}

int colour_of(const client::UserId& user) {
  return static_cast<int>(base::stable_hash(user.value()) % kNickColours);
}

std::string clock_of(int64_t unix_ms) { return formatted(unix_ms, "%H:%M"); }
std::string moment_of(int64_t unix_ms) { return formatted(unix_ms, "%Y-%m-%d %H:%M:%S"); }
std::string day_of(int64_t unix_ms) { return formatted(unix_ms, "%A, %-d %B %Y"); }

}  // namespace chat::cli
