// Commands and small chats for the tests of this folder. Only tests include this.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging::testing {

inline constexpr int64_t kNow = 1'795'000'000'000;

// A key of this moment; the number makes it unlike the others.
inline std::string key_of(int64_t ms, uint64_t number) {
  std::array<uint8_t, 10> random{};
  for (size_t i = 0; i < 7; ++i) random[3 + i] = static_cast<uint8_t>(number >> (8 * i));
  return std::string(protocol::Key::mint(ms, random).bytes());
}

inline protocol::Command command(const std::string& from, uint64_t key, int64_t ms = kNow) {
  protocol::Command made;
  made.set_chat("c");
  made.set_from(from);
  made.set_key(key_of(ms, key));
  made.mutable_origin()->set_session(1);
  made.mutable_origin()->set_request(key);
  return made;
}

inline protocol::Command send(const std::string& from, uint64_t key, const std::string& text = "hi",
                              int64_t ms = kNow) {
  protocol::Command made = command(from, key, ms);
  made.mutable_send()->mutable_body()->set_text(text);
  return made;
}

inline protocol::Command create(const std::string& from, uint64_t key,
                                std::initializer_list<std::string> members, int64_t ms = kNow) {
  protocol::Command made = command(from, key, ms);
  made.mutable_create()->set_type(protocol::CHAT_TYPE_GROUP);
  for (const std::string& member : members) made.mutable_create()->add_members(member);
  return made;
}

inline protocol::Command edit(const std::string& from, uint64_t key, uint64_t target,
                              const std::string& text) {
  protocol::Command made = command(from, key);
  made.mutable_edit()->set_target(target);
  made.mutable_edit()->mutable_body()->set_text(text);
  return made;
}

inline protocol::Command erase(const std::string& from, uint64_t key, uint64_t target) {
  protocol::Command made = command(from, key);
  made.mutable_delete_()->set_target(target);
  return made;
}

inline protocol::Command react(const std::string& from, uint64_t key, uint64_t target,
                               const std::string& emoji, bool on = true) {
  protocol::Command made = command(from, key);
  made.mutable_react()->set_target(target);
  made.mutable_react()->set_emoji(emoji);
  made.mutable_react()->set_on(on);
  return made;
}

inline protocol::Command invite(const std::string& from, uint64_t key,
                                std::initializer_list<std::string> users,
                                protocol::Role role = protocol::ROLE_NONE) {
  protocol::Command made = command(from, key);
  for (const std::string& user : users) made.mutable_invite()->add_users(user);
  made.mutable_invite()->set_role(role);
  return made;
}

inline protocol::Command remove(const std::string& from, uint64_t key, const std::string& user) {
  protocol::Command made = command(from, key);
  made.mutable_remove()->set_user(user);
  return made;
}

inline protocol::Command set_role(const std::string& from, uint64_t key, const std::string& user,
                                  protocol::Role role) {
  protocol::Command made = command(from, key);
  made.mutable_set_role()->set_user(user);
  made.mutable_set_role()->set_role(role);
  return made;
}

inline protocol::Command join(const std::string& from, uint64_t key) {
  protocol::Command made = command(from, key);
  made.mutable_join();
  return made;
}

inline protocol::Command leave(const std::string& from, uint64_t key) {
  protocol::Command made = command(from, key);
  made.mutable_leave();
  return made;
}

inline protocol::Command update(const std::string& from, uint64_t key, const std::string& title) {
  protocol::Command made = command(from, key);
  made.mutable_update()->mutable_change()->set_title(title);
  return made;
}

inline protocol::Command mark(const std::string& from, uint64_t read, uint64_t delivered = 0) {
  protocol::Command made = command(from, 0);
  made.clear_key();
  made.mutable_mark()->set_read(read);
  made.mutable_mark()->set_delivered(delivered);
  return made;
}

}  // namespace chat::messaging::testing
