// Pending: the requests of one session or loop that wait for an answer. Few at a time, so a plain
// vector in the order of their numbers. Belongs to one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "connect/protocol/ids.h"

namespace chat::gateway {

class Pending {
 public:
  struct Entry {
    uint64_t number = 0;     // ours
    uint64_t id = 0;         // the client's
    int64_t due_ms = 0;      // boot time at which it is answered `unavailable`
    uint64_t chat_hash = 0;  // of an appending command
    protocol::Key key;       // of an appending command
  };

  // Gives the entry the next number.
  uint64_t add(Entry entry) {
    entry.number = ++last_;
    entries_.push_back(entry);
    return last_;
  }
  // Nothing for what is not waiting (any more): an answer that came twice, or too late.
  std::optional<Entry> take(uint64_t number) {
    const auto found = std::ranges::lower_bound(entries_, number, {}, &Entry::number);
    if (found == entries_.end() || found->number != number) return std::nullopt;
    const Entry entry = *found;
    entries_.erase(found);
    return entry;
  }
  std::vector<Entry> take_due(int64_t now_ms) {
    std::vector<Entry> due;
    std::erase_if(entries_, [&](const Entry& entry) {
      if (entry.due_ms > now_ms) return false;
      due.push_back(entry);
      return true;
    });
    // A session that is idle again gives the memory of its busiest moment back.
    if (entries_.empty()) entries_.shrink_to_fit();
    return due;
  }
  [[nodiscard]] size_t size() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;  // numbers ascending
  uint64_t last_ = 0;
};

}  // namespace chat::gateway
