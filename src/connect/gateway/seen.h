// Seen: the last seq that was pushed of each chat on one session, so that a delivery that comes
// twice is pushed once. A hint with a bound: what it forgets, the client drops by its seq. Belongs
// to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace chat::gateway {

class Seen {
 public:
  // True, and remembered, when the seq is above the last one of this chat.
  bool advance(uint64_t chat_hash, uint64_t seq) {
    for (Last& last : chats_) {
      if (last.chat_hash != chat_hash) continue;
      if (seq <= last.seq) return false;
      last.seq = seq;
      return true;
    }
    if (chats_.size() < kChatsMax) {
      chats_.push_back({chat_hash, seq});
    } else {
      chats_[next_] = {chat_hash, seq};
      next_ = (next_ + 1) % kChatsMax;
    }
    return true;
  }

 private:
  struct Last {
    uint64_t chat_hash;
    uint64_t seq;
  };
  static constexpr size_t kChatsMax = 64;  // x 16 bytes: 1 KiB a session at most
  std::vector<Last> chats_;
  size_t next_ = 0;  // the one that is forgotten next
};

}  // namespace chat::gateway
