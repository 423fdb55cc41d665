// ShedSessions: keeps one session's order when a command of it was shed. Once one was answered
// `unavailable`, every later appending command of that session to that chat is to be answered
// `retry_in_order`, until the shed key comes again. One thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <tuple>

#include "connect/protocol/records.pb.h"

namespace chat::messaging {

class ShedSessions {
 public:
  // About 200 bytes each: 20 MB. Of more, the oldest is forgotten.
  static constexpr size_t kEntriesMax = 100'000;

  // The command was answered `unavailable`. The first of a session counts; commands without a
  // session (REST) or without a key have no order to keep.
  void shed(const protocol::Command& command);
  // False: answer `retry_in_order`. The shed key itself is admitted and lifts the rule.
  bool admit(const protocol::Command& command);

 private:
  using Place = std::tuple<uint32_t, uint64_t, std::string>;  // gateway, session, chat
  struct Entry {
    std::string key;
    std::list<Place>::iterator age;
  };
  static Place place_of(const protocol::Command& command);

  std::map<Place, Entry> entries_;
  std::list<Place> by_age_;  // oldest first
};

}  // namespace chat::messaging
