// The order of lists of chats, latest first, and where in it a cursor stands. Chats move up while
// somebody pages: one that moves to above the cursor is not met again, but it moved because of an
// event, which is pushed to that user. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/messaging/access.h"
#include "connect/persistence/persistence.h"

namespace chat::messaging {

// A chat's place in the order: by its newest event that the user may read, then by name.
struct Rank {
  protocol::EventId newest;
  protocol::ChatId chat;
};
Rank rank_of(const Access& access);
bool comes_before(const Rank& a, const Rank& b);

// As a cursor carries it: 16 digits of the id, then the chat.
std::string text_of(const Rank& rank);
std::optional<Rank> rank_from(std::string_view text);

// The chats that the user is in now and that come after the rank, in their order.
std::vector<Access> latest_first(std::vector<persistence::UserChat> chats,
                                 const std::optional<Rank>& after);

}  // namespace chat::messaging
