// Persistence: the only role that talks to the chat database. Messaging sees this interface;
// whether it is a direct call or an RPC is chosen in app.
//
// It knows how a chat is laid out over the store's tables, so that one question is one call, and
// decides nothing. Its guarantees on append, projections and strong reads are the store's
// (store.h). Thread rule: any thread. Callbacks are called exactly once, inside the call or later
// on any thread, and must not block.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connect/base/executor.h"
#include "connect/base/result.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"
#include "connect/store/store.h"

namespace chat::persistence {

using protocol::ChatId;
using protocol::Event;
using protocol::EventId;
using protocol::UserId;
template <typename T>
using Done = base::Callback<base::Result<T>>;

struct Member {
  UserId user;
  protocol::MemberItem item;  // past members too: role NONE
};

// What a worker holds of a chat, read at one time or later than its newest event.
struct LoadedChat {
  std::vector<Event> newest;  // the last events, ascending; empty: no such chat
  std::optional<protocol::ChatItem> chat;
  std::vector<Member> members;
};

// What decides about a message that is to be edited, deleted or reacted to.
struct LoadedTarget {
  std::optional<Event> event;
  std::optional<protocol::OverlayItem> overlay;
  std::optional<protocol::ReactionItem> reaction;  // of the user who asks
};

// A stretch of the log with what happened to its messages.
struct LogPage {
  std::vector<Event> events;                                          // in the range's order
  std::vector<protocol::OverlayItem> overlays;                        // ascending by target
  std::vector<std::pair<EventId, protocol::ReactionItem>> reactions;  // the viewer's, ascending
};

// A chat as one user has it.
struct UserChat {
  ChatId chat;
  std::optional<protocol::ChatItem> settings;
  std::optional<protocol::MemberItem> member;  // nothing: never in it
  std::optional<Event> head;                   // the newest event, visible to the user or not
  protocol::MarksItem marks;
};

// A chat in a user's list, and the id of its newest event.
struct ListedChat {
  ChatId chat;
  EventId tail;
};
// Of one user, in a list. An entry takes 40 bytes and a chat id that does not fit it 80 more: a
// list takes 12 MB at most, and looking up its tails about 0.3 s.
inline constexpr size_t kListedChatsMax = 100'000;

struct UserMarks {
  UserId user;
  protocol::MarksItem marks;
};

class Persistence {
 public:
  virtual ~Persistence() = default;

  virtual void append(store::Append append, Done<store::AppendResult> done) = 0;
  virtual void project(ChatId chat, store::Projections projections, Done<base::Unit> done) = 0;

  // `newest_max`: how many of the last events come along.
  virtual void load_chat(ChatId chat, uint32_t newest_max, Done<LoadedChat> done) = 0;
  virtual void load_target(ChatId chat, EventId target, UserId user, Done<LoadedTarget> done) = 0;

  // With a viewer: overlays and the viewer's reactions of the messages in the stretch come along.
  virtual void read_log(ChatId chat, store::LogRange range, std::optional<UserId> viewer,
                        Done<LogPage> done) = 0;
  // In the order asked.
  virtual void read_user_chats(UserId user, std::vector<ChatId> chats,
                               Done<std::vector<UserChat>> done) = 0;
  // The chats that the user is a member of, in byte order of their ids: the first kListedChatsMax.
  // The user may have left one of them by the time that the answer comes.
  virtual void list_chats(UserId user, Done<std::vector<ListedChat>> done) = 0;
  // Present members in byte order of their ids, from above `after`.
  virtual void read_members(ChatId chat, std::optional<UserId> after, uint32_t limit,
                            Done<std::vector<Member>> done) = 0;
  // In the order asked.
  virtual void read_marks(ChatId chat, std::vector<UserId> users,
                          Done<std::vector<UserMarks>> done) = 0;
};

}  // namespace chat::persistence
