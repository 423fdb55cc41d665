// For tests of reading: chats in memory, changed by plain calls that keep log, members, overlays,
// reactions and marks consistent, and read through Persistence. One thread.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connect/base/check.h"
#include "connect/messaging/log_for_test.h"
#include "connect/persistence/persistence.h"

namespace chat::messaging {

// A chat as it is stored.
class TestChat {
 public:
  TestChat() = default;
  TestChat(const std::string& creator, const std::vector<std::string>& others) {
    protocol::Event& event = log.add(protocol::KIND_CHAT, creator);
    event.mutable_chat()->set_created(true);
    event.mutable_chat()->set_type(protocol::CHAT_TYPE_GROUP);
    settings.set_type(protocol::CHAT_TYPE_GROUP);
    settings.set_visibility(protocol::VISIBILITY_JOINED);
    open(creator, {}, protocol::ROLE_OWNER);
    for (const std::string& user : others) open(user, {}, protocol::ROLE_MEMBER);
    touch_settings();
  }

  // Each returns the id of its event.
  uint64_t join(const std::string& user, bool sees_all = false) {
    const protocol::Place before = sees_all ? protocol::Place() : log.head();
    change(user, protocol::CHANGE_JOINED);
    if (sees_all) members[user].clear_intervals();
    open(user, before, protocol::ROLE_MEMBER);
    touch_settings();
    return log.events.back().id();
  }
  uint64_t leave(const std::string& user) {
    change(user, protocol::CHANGE_LEFT);
    protocol::MemberItem& member = members[user];
    member.set_role(protocol::ROLE_NONE);
    member.mutable_intervals()->rbegin()->set_open(false);
    *member.mutable_intervals()->rbegin()->mutable_to() = log.head();
    touch_settings();
    return log.events.back().id();
  }
  uint64_t message(const std::string& from, const std::string& text) {
    return log.message(from, text).id();
  }
  uint64_t edit(uint64_t target, const std::string& text) {
    protocol::Event& event = log.add(protocol::KIND_EDIT, "ann");
    event.set_target(target);
    event.mutable_body()->set_text(text);
    protocol::OverlayItem& overlay = overlay_of(target);
    overlay.set_edited(event.id());
    overlay.add_edits(event.id());
    *overlay.mutable_body() = event.body();
    return event.id();
  }
  uint64_t erase(uint64_t target) {
    log.add(protocol::KIND_DELETE, "ann").set_target(target);
    protocol::OverlayItem& overlay = overlay_of(target);
    overlay.set_deleted(log.events.back().id());
    overlay.set_deleted_by("ann");
    overlay.clear_body();
    overlay.clear_reactions();
    for (protocol::Event& event : log.events) {
      const bool edit = event.kind() == protocol::KIND_EDIT && event.target() == target;
      if (event.id() != target && !edit) continue;
      event.clear_body();
      event.set_gone(true);
    }
    return log.events.back().id();
  }
  uint64_t react(const std::string& from, uint64_t target, const std::string& emoji) {
    log.react(from, target, emoji);
    protocol::OverlayItem& overlay = overlay_of(target);
    auto& counts = *overlay.mutable_reactions();
    auto found = std::find_if(counts.begin(), counts.end(),
                              [&](const auto& count) { return count.emoji() == emoji; });
    if (found == counts.end()) {
      overlay.add_reactions()->set_emoji(emoji);
      found = counts.end() - 1;
    }
    found->set_count(found->count() + 1);
    reactions[from][target].add_emoji(emoji);
    return log.events.back().id();
  }
  void touch_settings() {
    settings.set_version(log.head().id());
    uint32_t now = 0;
    for (const auto& [user, member] : members) now += member.role() != protocol::ROLE_NONE;
    settings.set_members(now);
  }

  TestLog log;
  protocol::ChatItem settings;
  std::map<std::string, protocol::MemberItem> members;
  std::map<uint64_t, protocol::OverlayItem> overlays;
  std::map<std::string, std::map<uint64_t, protocol::ReactionItem>> reactions;
  std::map<std::string, protocol::MarksItem> marks;

 private:
  void open(const std::string& user, const protocol::Place& from, protocol::Role role) {
    protocol::MemberItem& member = members[user];
    member.set_role(role);
    member.set_since(log.head().id());
    member.set_version(log.head().id());
    protocol::Interval& interval = *member.add_intervals();
    interval.set_open(true);
    *interval.mutable_from() = from;
  }
  void change(const std::string& user, protocol::Change change) {
    protocol::Event& event = log.add(protocol::KIND_MEMBER, user);
    event.mutable_member()->add_users(user);
    event.mutable_member()->set_change(change);
  }
  protocol::OverlayItem& overlay_of(uint64_t target) {
    protocol::OverlayItem& overlay = overlays[target];
    overlay.set_target(target);
    overlay.set_version(log.events.back().id());
    return overlay;
  }
};

class ChatsForTest final : public persistence::Persistence {
 public:
  std::map<std::string, TestChat> chats;
  bool hold = false;  // answers wait in `held`
  std::deque<base::Task> held;
  bool fails = false;  // every answer is an error, of this code
  base::Code failure = base::Code::kUnavailable;
  std::function<void()> at_log_read;  // happens right before the log is read
  std::function<void()> after_list;   // happens right after the chats are listed
  size_t log_reads = 0;
  size_t heads_read = 0;

  void append(store::Append, persistence::Done<store::AppendResult>) override { CHECK(false); }
  void project(protocol::ChatId, store::Projections, persistence::Done<base::Unit>) override {
    CHECK(false);
  }
  void load_chat(protocol::ChatId, uint32_t, persistence::Done<persistence::LoadedChat>) override {
    CHECK(false);
  }
  void load_target(protocol::ChatId, protocol::EventId, protocol::UserId,
                   persistence::Done<persistence::LoadedTarget>) override {
    CHECK(false);
  }

  void read_log(protocol::ChatId chat, store::LogRange range,
                std::optional<protocol::UserId> viewer,
                persistence::Done<persistence::LogPage> done) override {
    ++log_reads;
    if (at_log_read) at_log_read();
    const TestChat& stored = chats[chat.value()];
    persistence::LogPage page;
    page.events = stored.log.read(range);
    std::set<uint64_t> ids;
    for (const protocol::Event& event : page.events) ids.insert(event.id());
    if (viewer) {
      for (const auto& [id, overlay] : stored.overlays)
        if (ids.contains(id)) page.overlays.push_back(overlay);
      const auto mine = stored.reactions.find(viewer->value());
      if (mine != stored.reactions.end())
        for (const auto& [id, reaction] : mine->second)
          if (ids.contains(id)) page.reactions.emplace_back(id, reaction);
    }
    reply(std::move(done), std::move(page));
  }
  void read_user_chats(protocol::UserId user, std::vector<protocol::ChatId> asked,
                       persistence::Done<std::vector<persistence::UserChat>> done) override {
    heads_read += asked.size();
    std::vector<persistence::UserChat> read;
    for (const protocol::ChatId& chat : asked) read.push_back(user_chat(user.value(), chat));
    reply(std::move(done), std::move(read));
  }
  void list_chats(protocol::UserId user,
                  persistence::Done<std::vector<persistence::ListedChat>> done) override {
    std::vector<persistence::ListedChat> list;
    for (const auto& [chat, stored] : chats) {
      const auto member = stored.members.find(user.value());
      if (member != stored.members.end() && member->second.role() != protocol::ROLE_NONE)
        list.push_back({protocol::ChatId(chat), protocol::EventId(stored.log.head().id())});
    }
    if (after_list) after_list();
    reply(std::move(done), std::move(list));
  }
  void read_members(protocol::ChatId chat, std::optional<protocol::UserId> after, uint32_t limit,
                    persistence::Done<std::vector<persistence::Member>> done) override {
    std::vector<persistence::Member> read;
    for (const auto& [user, member] : chats[chat.value()].members)
      if (member.role() != protocol::ROLE_NONE && read.size() < limit &&
          (!after || user > after->value()))
        read.push_back({protocol::UserId(user), member});
    reply(std::move(done), std::move(read));
  }
  void read_marks(protocol::ChatId chat, std::vector<protocol::UserId> users,
                  persistence::Done<std::vector<persistence::UserMarks>> done) override {
    std::vector<persistence::UserMarks> read;
    for (const protocol::UserId& user : users)
      read.push_back({user, chats[chat.value()].marks[user.value()]});
    reply(std::move(done), std::move(read));
  }

 private:
  persistence::UserChat user_chat(const std::string& user, const protocol::ChatId& chat) const {
    persistence::UserChat read;
    read.chat = chat;
    const auto found = chats.find(chat.value());
    if (found == chats.end()) return read;
    const TestChat& stored = found->second;
    read.settings = stored.settings;
    read.head = stored.log.events.back();
    if (const auto member = stored.members.find(user); member != stored.members.end())
      read.member = member->second;
    if (const auto marks = stored.marks.find(user); marks != stored.marks.end())
      read.marks = marks->second;
    return read;
  }

  template <typename T>
  void reply(persistence::Done<T> done, T value) {
    base::Result<T> result = std::move(value);
    if (fails) result = base::unexpected(failure, "the disk is away");
    if (!hold) return done(std::move(result));
    held.push_back([done = std::move(done), result = std::move(result)] { done(result); });
  }
};

}  // namespace chat::messaging
