#include "connect/cli/chat_view.h"

#include <algorithm>

#include "connect/cli/text.h"

namespace chat::cli {

using client::ChatLog;
using client::Core;
using client::SeqRange;
using client::Where;

void ChatView::open(client::ChatId chat, uint64_t read_seq) {
  chat_ = std::move(chat);
  read_seq_ = read_seq;
  bottom_.reset();
  top_.reset();
  wanted_.reset();
}

void ChatView::resize(int width, int height) {
  width_ = width;
  height_ = std::max(height, 1);
}

std::optional<SeqRange> ChatView::stretch(const Core& core) const {
  const client::Chat* chat = core.chat(chat_);
  if (!chat) return std::nullopt;
  if (top_)
    if (std::optional<SeqRange> found = chat->log.stretch(*top_)) return found;
  if (bottom_)
    if (std::optional<SeqRange> found = chat->log.stretch(bottom_->seq)) return found;
  return chat->log.stretch(chat->log.synced().seq.value());
}

bool ChatView::at_end(const Core& core, SeqRange stretch) const {
  return stretch.to >= core.chat(chat_)->log.synced().seq.value();
}

std::vector<Line> ChatView::all(const Core& core, SeqRange stretch) const {
  std::vector<const client::Operation*> unsent;
  for (const client::Operation& operation : core.outbox().operations())
    if (operation.chat == chat_ && !operation.stored) unsent.push_back(&operation);
  return lay_out({.log = core.chat(chat_)->log,
                  .stretch = stretch,
                  .me = core.me(),
                  .read_seq = read_seq_,
                  .unsent = std::move(unsent),
                  .at_end = at_end(core, stretch),
                  .online = core.status() == client::Status::kOnline,
                  .width = width_});
}

// The index of the line at the bottom. There is at least one line.
size_t ChatView::bottom_of(const std::vector<Line>& lines) const {
  const size_t last = lines.size() - 1;
  const size_t full = std::min(last, static_cast<size_t>(height_ - 1));
  if (top_) {
    auto first = std::find_if(lines.begin(), lines.end(),
                              [this](const Line& line) { return line.seq >= *top_; });
    const auto at = static_cast<size_t>(first - lines.begin());
    return std::clamp(at + static_cast<size_t>(height_ - 1), full, last);
  }
  if (!bottom_) return last;
  auto after = std::find_if(lines.begin(), lines.end(), [this](const Line& line) {
    return Place{line.seq, line.part} > *bottom_;
  });
  const auto at = static_cast<size_t>(after - lines.begin());
  return std::clamp(at > 0 ? at - 1 : 0, full, last);
}

void ChatView::stand_at(const Core& core, const std::vector<Line>& lines, size_t bottom,
                        SeqRange stretch) {
  top_.reset();
  bottom_ = Place{lines[bottom].seq, lines[bottom].part};
  const bool newest = bottom + 1 == lines.size() && at_end(core, stretch);
  if (newest || bottom_->seq == UINT64_MAX) bottom_.reset();
}

void ChatView::want(const ChatLog& log, SeqRange stretch, size_t bottom, size_t count) {
  wanted_.reset();
  const auto height = static_cast<size_t>(height_);
  const auto& entries = log.entries();
  auto first = entries.lower_bound(stretch.from);
  auto last = entries.upper_bound(stretch.to);
  if (first == last) return;
  --last;
  // A screen ahead, so that scrolling does not stop at every page.
  if (bottom + 1 < 2 * height && !log.begins_at(stretch.from))
    wanted_ = Where{.position = Where::Position::kBefore,
                    .value = first->second.message.event.id.value(),
                    .before_seq = first->first};
  else if (bottom + height >= count && stretch.to < log.synced().seq.value())
    wanted_ =
        Where{.position = Where::Position::kAfter, .value = last->second.message.event.id.value()};
}

std::optional<int64_t> ChatView::top_ms(const Core& core) const {
  const client::Chat* chat = core.chat(chat_);
  if (!chat || top_seq_ == 0) return std::nullopt;
  const auto entry = chat->log.entries().find(top_seq_);
  if (entry == chat->log.entries().end()) return std::nullopt;
  return entry->second.message.event.id.ms();
}

std::vector<Line> ChatView::lines(const Core& core) {
  wanted_.reset();
  top_seq_ = 0;
  const std::optional<SeqRange> here = stretch(core);
  if (!here) return {};
  std::vector<Line> lines = all(core, *here);
  if (lines.empty()) return {};
  const size_t bottom = bottom_of(lines);
  const ChatLog& log = core.chat(chat_)->log;
  if (top_ && here->from <= *top_ && *top_ <= here->to) stand_at(core, lines, bottom, *here);
  want(log, *here, bottom, lines.size());
  const size_t first =
      bottom + 1 > static_cast<size_t>(height_) ? bottom + 1 - static_cast<size_t>(height_) : 0;
  top_seq_ = lines[first].seq;
  return {lines.begin() + static_cast<long>(first), lines.begin() + static_cast<long>(bottom) + 1};
}

void ChatView::scroll(const Core& core, int by) {
  const std::optional<SeqRange> here = stretch(core);
  if (!here) return;
  const std::vector<Line> lines = all(core, *here);
  if (lines.empty()) return;
  const int last = static_cast<int>(lines.size()) - 1;
  const int to =
      std::clamp(static_cast<int>(bottom_of(lines)) + by, std::min(height_ - 1, last), last);
  stand_at(core, lines, static_cast<size_t>(to), *here);
}

const client::Message* ChatView::message(const Core& core, uint32_t which,
                                         const client::UserId* by) const {
  const std::optional<SeqRange> here = stretch(core);
  if (!here) return nullptr;
  const auto& entries = core.chat(chat_)->log.entries();
  auto entry = entries.upper_bound(bottom_ ? bottom_->seq : here->to);
  while (entry != entries.begin()) {
    --entry;
    if (entry->first < here->from) return nullptr;
    const client::Message& message = entry->second.message;
    if (message.event.kind != client::Kind::kMessage || message.deleted) continue;
    if (by && message.event.from != *by) continue;
    if (--which == 0) return &message;
  }
  return nullptr;
}

std::string name_of(const client::ChatId& id, const client::Chat& chat, const client::UserId& me) {
  if (!chat.title.empty()) return harmless_line(chat.title);
  if (chat.type == "direct")
    for (const auto& [seq, entry] : chat.log.entries()) {
      const client::Event& event = entry.message.event;
      if (event.from != me && event.from != client::UserId())
        return harmless_line(event.from.value());
      for (const client::UserId& user : event.users)
        if (user != me) return harmless_line(user.value());
    }
  return id.value();
}

uint64_t unread_elsewhere(const Core& core, const client::ChatId& here) {
  uint64_t unread = 0;
  for (const auto& [id, chat] : core.chats())
    if (id != here && !chat.left) unread += chat.unread;
  return unread;
}

std::vector<client::ChatId> by_latest(const Core& core) {
  std::vector<std::pair<client::EventId, client::ChatId>> heads;
  for (const auto& [id, chat] : core.chats()) heads.emplace_back(chat.log.synced().id, id);
  std::sort(heads.rbegin(), heads.rend());
  std::vector<client::ChatId> ids;
  for (auto& [head, id] : heads) ids.push_back(std::move(id));
  return ids;
}

}  // namespace chat::cli
