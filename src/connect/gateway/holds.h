// Holds: keeps one sender's order over a refusal. When a session's operation on a chat was refused
// for the moment, what it had sent behind it must not overtake: it waits until the refused key
// comes again, or until the time that the refusal named is over. Belongs to one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "connect/protocol/ids.h"

namespace chat::gateway {

class Holds {
 public:
  void add(uint64_t chat_hash, const protocol::Key& key, int64_t until_ms) {
    std::erase_if(holds_, [&](const Hold& hold) { return hold.chat_hash == chat_hash; });
    if (holds_.size() == kHoldsMax) holds_.erase(holds_.begin());
    holds_.push_back({chat_hash, key, until_ms});
  }
  // How long the key has to wait on this chat; 0: not at all, and the refused key ends the hold.
  int64_t wait_ms(uint64_t chat_hash, const protocol::Key& key, int64_t now_ms) {
    const auto found = std::ranges::find(holds_, chat_hash, &Hold::chat_hash);
    if (found == holds_.end()) return 0;
    if (found->key != key && found->until_ms > now_ms) return found->until_ms - now_ms;
    holds_.erase(found);
    if (holds_.empty()) holds_.shrink_to_fit();
    return 0;
  }

 private:
  struct Hold {
    uint64_t chat_hash;
    protocol::Key key;
    int64_t until_ms;
  };
  // A session that is refused in more chats than this at once loses the oldest hold: 16 x 32 bytes.
  static constexpr size_t kHoldsMax = 16;
  std::vector<Hold> holds_;
};

}  // namespace chat::gateway
