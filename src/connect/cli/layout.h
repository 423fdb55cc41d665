// The layout of a chat on a terminal: messages and a width in, lines out. Apart from the screen, so
// that it can be tested. Times are the process's local time.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connect/client/core.h"

namespace chat::cli {

enum class Style { kPlain, kDim, kBold, kOwn, kMarker, kFailed, kNick };

struct Span {
  std::string text;  // harmless
  Style style = Style::kPlain;
  int colour = 0;  // of kNick: 0 to kNickColours - 1
  bool operator==(const Span&) const = default;
};
inline constexpr int kNickColours = 6;

struct Line {
  std::vector<Span> spans;
  uint64_t seq = 0;  // of the message; that of the message below for a divider
  int part = 0;      // the how-manieth line of that seq
  bool operator==(const Line&) const = default;
};

struct LayoutInput {
  const client::ChatLog& log;
  client::SeqRange stretch;  // of the log
  client::UserId me;
  uint64_t read_seq = 0;                         // an unread divider goes behind it; 0: none
  std::vector<const client::Operation*> unsent;  // of this chat
  bool at_end = false;                           // the stretch ends at the newest event
  bool online = false;
  int width = 80;
};

std::vector<Line> lay_out(const LayoutInput& input);

// What a `member` or `chat` event says, in words.
std::string told(const client::Event& event);

std::string text_of(const Line& line);      // its spans, for tests and copies
int colour_of(const client::UserId& user);  // the same everywhere
std::string clock_of(int64_t unix_ms);      // 13:05
std::string moment_of(int64_t unix_ms);     // 2026-11-24 13:05:09
std::string day_of(int64_t unix_ms);        // Tuesday, 24 November 2026

}  // namespace chat::cli
