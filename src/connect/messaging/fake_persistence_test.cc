// The fake's implementation is in a file of the test program, so that it is in no library.
#include "connect/messaging/fake_persistence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <utility>

#include "connect/store/item_names.h"

namespace chat::messaging::testing {

using base::Code;
using persistence::Done;
using protocol::ChatId;
using protocol::Event;
using protocol::EventId;
using protocol::UserId;
using store::AppendResult;
using store::Table;

void FakePersistence::run(std::function<void()> call) {
  if (hold)
    held_.push_back(std::move(call));
  else
    call();
}

bool FakePersistence::release_one() {
  if (held_.empty()) return false;
  const size_t at = random == nullptr ? 0 : random->next() % held_.size();
  std::function<void()> call = std::move(held_[at]);
  held_.erase(held_.begin() + static_cast<ptrdiff_t>(at));
  call();
  return true;
}

void FakePersistence::release() {
  while (release_one()) {
  }
}

FakePersistence::Fault FakePersistence::next_fault() {
  if (faults.empty()) return Fault::kNone;
  const Fault fault = faults.front();
  faults.pop_front();
  return fault;
}

FakePersistence::Fault FakePersistence::fault_of(const store::Append& append) {
  for (const Event& event : append.events)
    if (poisoned_keys.contains(event.key())) return Fault::kRejected;
  return next_fault();
}

template <typename T>
bool FakePersistence::fails(const Done<T>& done) {
  if (read_failures.empty()) return false;
  const Code code = read_failures.front();
  read_failures.pop_front();
  done(base::unexpected(code, "cannot be read"));
  return true;
}

AppendResult FakePersistence::append_now(const store::Append& append) {
  std::vector<Event>& log = logs_[append.chat.value()];
  const EventId tail(log.empty() ? 0 : log.back().id());
  if (tail != append.expected_tail) return AppendResult::kConflict;
  for (const Event& event : append.events) {
    EXPECT_GT(event.id(), log.empty() ? 0 : log.back().id());
    EXPECT_EQ(event.seq(), log.size() + 1);
    log.push_back(event);
  }
  project_now(append.chat.value(), append.projections);
  return AppendResult::kDone;
}

void FakePersistence::project_now(const std::string& chat, const store::Projections& projections) {
  for (const store::ItemWrite& write : projections.items) {
    store::Item& stored = items_[write.key];
    if (stored.version < write.version) stored = {write.key.item, write.version, write.value};
  }
  for (Event& event : logs_[chat])
    for (const EventId id : projections.redactions)
      if (event.id() == id.value()) {
        event.clear_body();
        event.set_gone(true);
      }
}

void FakePersistence::append(store::Append append, Done<AppendResult> done) {
  ++appends;
  block_sizes.push_back(append.events.size());
  run([this, append = std::move(append), done = std::move(done)] {
    const Fault fault = fault_of(append);
    if (fault == Fault::kRejected) return done(base::unexpected(Code::kCorrupt, "rejected"));
    if (fault == Fault::kOverloaded) return done(base::unexpected(Code::kOverloaded, "full"));
    if (fault == Fault::kLost) return done(base::unexpected(Code::kUnavailable, "lost"));
    const AppendResult result = append_now(append);
    if (fault == Fault::kAnswerLost) return done(base::unexpected(Code::kUnavailable, "timeout"));
    done(result);
  });
}

void FakePersistence::project(ChatId chat, store::Projections projections, Done<base::Unit> done) {
  ++projects;
  run([this, chat, projections = std::move(projections), done = std::move(done)] {
    const Fault fault = next_fault();
    if (fault == Fault::kRejected) return done(base::unexpected(Code::kCorrupt, "rejected"));
    if (fault != Fault::kNone) return done(base::unexpected(Code::kUnavailable, "lost"));
    project_now(chat.value(), projections);
    done(base::Unit{});
  });
}

const store::Item* FakePersistence::item(Table table, const std::string& partition,
                                         const std::string& name) const {
  const auto found = items_.find({table, partition, name});
  return found == items_.end() ? nullptr : &found->second;
}

template <typename Record>
std::optional<Record> FakePersistence::record(Table table, const std::string& partition,
                                              const std::string& name) const {
  const store::Item* stored = item(table, partition, name);
  if (stored == nullptr) return std::nullopt;
  Record parsed;
  EXPECT_TRUE(parsed.ParseFromString(stored->value));
  return parsed;
}

persistence::LoadedChat FakePersistence::load_now(const std::string& chat,
                                                  uint32_t newest_max) const {
  persistence::LoadedChat loaded;
  const auto log = logs_.find(chat);
  if (log == logs_.end()) return loaded;
  const size_t skipped = log->second.size() - std::min<size_t>(log->second.size(), newest_max);
  loaded.newest.assign(log->second.begin() + static_cast<ptrdiff_t>(skipped), log->second.end());
  loaded.chat = record<protocol::ChatItem>(Table::kChats, chat, std::string(store::kChatItem));
  for (const auto& [key, stored] : items_) {
    const std::string_view user = store::user_of_member_item(key.item);
    if (key.table != Table::kChats || key.partition != chat || user.empty()) continue;
    loaded.members.push_back({UserId(std::string(user)), {}});
    EXPECT_TRUE(loaded.members.back().item.ParseFromString(stored.value));
  }
  return loaded;
}

persistence::LoadedTarget FakePersistence::target_now(const std::string& chat, EventId target,
                                                      const std::string& user) const {
  persistence::LoadedTarget loaded;
  const auto log = logs_.find(chat);
  if (log != logs_.end())
    for (const Event& event : log->second)
      if (event.id() == target.value()) loaded.event = event;
  loaded.overlay = record<protocol::OverlayItem>(Table::kChats, chat, store::edit_item(target));
  loaded.reaction =
      record<protocol::ReactionItem>(Table::kChats, chat, store::reaction_item(user, target));
  return loaded;
}

void FakePersistence::load_chat(ChatId chat, uint32_t newest_max,
                                Done<persistence::LoadedChat> done) {
  ++loads;
  if (fails(done)) return;
  run([this, chat, newest_max, done = std::move(done)] {
    done(load_now(chat.value(), newest_max));
  });
}

void FakePersistence::load_target(ChatId chat, EventId target, UserId user,
                                  Done<persistence::LoadedTarget> done) {
  ++target_loads;
  if (fails(done)) return;
  // Read now, answered later: what a slow answer misses is what tests want to see.
  const auto answer = [loaded = target_now(chat.value(), target, user.value()), done] {
    done(loaded);
  };
  if (random != nullptr && random->next() % 2 == 0)
    held_.push_back(answer);
  else
    run(answer);
}

void FakePersistence::read_log(ChatId chat, store::LogRange range, std::optional<UserId>,
                               Done<persistence::LogPage> done) {
  ++log_reads;
  if (fails(done)) return;
  run([this, chat, range, done = std::move(done)] {
    persistence::LogPage page;
    for (const Event& event : logs_[chat.value()])
      if (event.id() > range.after.value() && event.id() < range.before.value())
        page.events.push_back(event);
    if (range.newest_first) std::reverse(page.events.begin(), page.events.end());
    if (page.events.size() > range.events_max) page.events.resize(range.events_max);
    done(std::move(page));
  });
}

void FakePersistence::read_marks(ChatId chat, std::vector<UserId> users,
                                 Done<std::vector<persistence::UserMarks>> done) {
  if (fails(done)) return;
  run([this, chat, users = std::move(users), done = std::move(done)] {
    std::vector<persistence::UserMarks> marks;
    for (const UserId& user : users) {
      protocol::MarksItem item;
      if (auto read = record<protocol::Place>(Table::kRead, user.value(), chat.value()))
        *item.mutable_read() = *read;
      if (auto at = record<protocol::Place>(Table::kDelivered, user.value(), chat.value()))
        *item.mutable_delivered() = *at;
      marks.push_back({user, item});
    }
    done(std::move(marks));
  });
}

void FakePersistence::read_user_chats(UserId user, std::vector<ChatId> chats,
                                      Done<std::vector<persistence::UserChat>> done) {
  if (fails(done)) return;
  run([this, user, chats = std::move(chats), done = std::move(done)] {
    std::vector<persistence::UserChat> found;
    for (const ChatId& id : chats) {
      const std::string& chat = id.value();
      persistence::UserChat& made = found.emplace_back();
      made.chat = id;
      made.settings =
          record<protocol::ChatItem>(Table::kChats, chat, std::string(store::kChatItem));
      made.member = record<protocol::MemberItem>(Table::kUsers, user.value(), chat);
      if (!logs_[chat].empty()) made.head = logs_[chat].back();
    }
    done(std::move(found));
  });
}
void FakePersistence::list_chats(UserId, Done<std::vector<persistence::ListedChat>> done) {
  done(base::unexpected(Code::kInternal, "not part of this fake"));
}
void FakePersistence::read_members(ChatId, std::optional<UserId>, uint32_t,
                                   Done<std::vector<persistence::Member>> done) {
  done(base::unexpected(Code::kInternal, "not part of this fake"));
}

}  // namespace chat::messaging::testing
