// ChatView: which part of a chat is on the screen. Follows the newest message, or stays where the
// reader scrolled to while messages come in; says which page is needed to scroll on. Pure; one
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connect/cli/layout.h"
#include "connect/client/core.h"

namespace chat::cli {

class ChatView {
 public:
  // Another chat, at its newest message. What is newer than read_seq is marked; 0: nothing is.
  void open(client::ChatId chat, uint64_t read_seq);
  void follow() { bottom_.reset(); }
  // Shows this message at the top, once it is in the log.
  void show_from(client::Seq seq) { top_ = seq.value(); }
  void resize(int width, int height);

  // The lines on the screen, newest last.
  std::vector<Line> lines(const client::Core& core);
  void scroll(const client::Core& core, int lines);  // negative: up

  // After lines(): the page that scrolling needs next, or nothing.
  const std::optional<client::Where>& wanted() const { return wanted_; }
  // After lines(): the seq at the bottom; 0 while it follows the newest.
  uint64_t looked_at() const { return bottom_ ? bottom_->seq : 0; }
  // After lines(): when the message at the top was sent; nothing: there is none.
  std::optional<int64_t> top_ms(const client::Core& core) const;
  const client::ChatId& chat() const { return chat_; }
  bool following() const { return !bottom_ && !top_; }

  // The how-manieth message from the end of the stretch that is on the screen (1: the last), by
  // anybody or by this user. Deleted ones do not count. Null: there is none.
  const client::Message* message(const client::Core& core, uint32_t which,
                                 const client::UserId* by) const;

 private:
  struct Place {
    uint64_t seq = 0;
    int part = 0;
    auto operator<=>(const Place&) const = default;
  };

  client::ChatId chat_;
  uint64_t read_seq_ = 0;
  int width_ = 80;
  int height_ = 20;
  std::optional<Place> bottom_;  // the line at the bottom
  std::optional<uint64_t> top_;
  std::optional<client::Where> wanted_;
  uint64_t top_seq_ = 0;  // of the line at the top; 0: there is none

  std::optional<client::SeqRange> stretch(const client::Core& core) const;
  std::vector<Line> all(const client::Core& core, client::SeqRange stretch) const;
  size_t bottom_of(const std::vector<Line>& lines) const;
  void want(const client::ChatLog& log, client::SeqRange stretch, size_t bottom, size_t count);
  bool at_end(const client::Core& core, client::SeqRange stretch) const;
  void stand_at(const client::Core& core, const std::vector<Line>& lines, size_t bottom,
                client::SeqRange stretch);
};

// What to call a chat: its title, the other one of two, or its id. Harmless.
std::string name_of(const client::ChatId& id, const client::Chat& chat, const client::UserId& me);

// The messages that are new in all other chats of the user.
uint64_t unread_elsewhere(const client::Core& core, const client::ChatId& here);

// The list of chats, latest first.
std::vector<client::ChatId> by_latest(const client::Core& core);

}  // namespace chat::cli
