// StorePersistence: Persistence over a Store in the same process, by direct calls.
//
// Each question is a few reads one after the other. What tells whether the rest is fresh comes
// first: the newest event before settings, members and overlays. So an append in between makes what
// was read newer than the tail it came with, never older, and a compare-and-append that rests on it
// fails instead of passing.
//
// Thread rule: that of Persistence; callbacks come where the store calls back. The store is
// borrowed and must outlive every call.
#pragma once

#include "connect/persistence/persistence.h"

namespace chat::persistence {

class StorePersistence final : public Persistence {
 public:
  explicit StorePersistence(store::Store& store) : store_(store) {}

  void append(store::Append append, Done<store::AppendResult> done) override;
  void project(ChatId chat, store::Projections projections, Done<base::Unit> done) override;
  void load_chat(ChatId chat, uint32_t newest_max, Done<LoadedChat> done) override;
  void load_target(ChatId chat, EventId target, UserId user, Done<LoadedTarget> done) override;
  void read_log(ChatId chat, store::LogRange range, std::optional<UserId> viewer,
                Done<LogPage> done) override;
  void read_user_chats(UserId user, std::vector<ChatId> chats,
                       Done<std::vector<UserChat>> done) override;
  void list_chats(UserId user, Done<std::vector<ListedChat>> done) override;
  void read_members(ChatId chat, std::optional<UserId> after, uint32_t limit,
                    Done<std::vector<Member>> done) override;
  void read_marks(ChatId chat, std::vector<UserId> users,
                  Done<std::vector<UserMarks>> done) override;

 private:
  store::Store& store_;
};

}  // namespace chat::persistence
