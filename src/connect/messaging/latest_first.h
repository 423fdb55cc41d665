// The order of lists of chats, latest first, and where in it a cursor stands. Chats move up while
// somebody pages: one that moves to above the cursor is not met again, but it moved because of an
// event, which is pushed to that user. A list may hold 100,000 chats, so it is ranked by the ids of
// their newest events alone; what else is to be known of a chat is read for one answer's chats
// only. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/persistence/persistence.h"

namespace chat::messaging {

// A chat's place in the order: by its newest event, which a member may read, then by name.
struct Rank {
  protocol::EventId newest;
  protocol::ChatId chat;
};
bool comes_before(const Rank& a, const Rank& b);

// As a cursor carries it: 16 digits of the id, then the chat.
std::string text_of(const Rank& rank);
std::optional<Rank> rank_from(std::string_view text);

struct LatestChats {
  std::vector<Rank> ranks;
  bool more = false;  // there are others behind them
};
// The first `limit` of the chats that come after the rank, in their order.
LatestChats latest_first(std::vector<persistence::ListedChat> chats,
                         const std::optional<Rank>& after, size_t limit);
// Their names, from the first-th on, `count` at most.
std::vector<protocol::ChatId> names_of(const LatestChats& latest, size_t first, size_t count);

}  // namespace chat::messaging
