// StorePersistence: Persistence over a Store in the same process, by direct calls.
//
// Each question is a few reads one after the other. What tells whether the rest is fresh comes
// first: the newest event before settings, members and overlays. So an append in between makes what
// was read newer than the tail it came with, never older, and a compare-and-append that rests on it
// fails instead of passing.
//
// Thread rule: that of Persistence; callbacks come where the store calls back, of what takes long
// on the executor for it. The store and the executor are borrowed and must outlive every call.
#pragma once

#include "connect/persistence/persistence.h"

namespace chat::persistence {

class StorePersistence final : public Persistence {
 public:
  // Members that a chat is loaded with inside the call, about 2 ms; a chat of 100,000 takes 0.2 s.
  static constexpr uint32_t kMembersAtOnce = 1000;

  // Chats of more members are loaded on `loader`, one after the other, so that whoever asks is not
  // held up and only one of them is in memory before it is answered. Null: they too are loaded
  // inside the call. What the executor destroys unrun when it stops is never answered.
  explicit StorePersistence(store::Store& store, base::Executor* loader = nullptr)
      : store_(store), loader_(loader) {}

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
  base::Executor* loader_;
};

}  // namespace chat::persistence
