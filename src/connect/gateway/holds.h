// Holds: keeps one sender's order over a refusal. When a session's operation on a chat was refused
// for the moment, what it had sent behind it must not overtake, however late it arrives: it waits
// until the refused key comes again, or until that is not to be expected any more. Belongs to one
// thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "connect/protocol/ids.h"

namespace chat::gateway {

class Holds {
 public:
  // Who sends again does so within 25 s: it was told to wait 1 s at most, may add 10 s of its own
  // (client::Outbox::kRetryMostMs), and its bytes may travel for as long as a request may take, 10
  // s. Who gave the operation up goes on after that.
  static constexpr int64_t kHoldMs = 25'000;

  // The key was refused, and is worth sending again after retry_ms. While an earlier key of the
  // chat holds, nothing changes: that one is what has to come first.
  void add(uint64_t chat_hash, const protocol::Key& key, int64_t retry_ms, int64_t now_ms) {
    std::erase_if(holds_, [&](const Hold& hold) {
      return hold.until_ms <= now_ms || (hold.chat_hash == chat_hash && hold.key == key);
    });
    if (std::ranges::find(holds_, chat_hash, &Hold::chat_hash) != holds_.end()) return;
    if (holds_.size() == kHoldsMax) holds_.erase(holds_.begin());
    holds_.push_back({chat_hash, key, now_ms + retry_ms, now_ms + kHoldMs});
  }
  // 0: the key may pass, and if it is the refused one it ends the hold. Else how long it has to
  // wait on this chat: as long as the refused one, or, where that could have come by now, kLateMs.
  int64_t wait_ms(uint64_t chat_hash, const protocol::Key& key, int64_t now_ms) {
    const auto found = std::ranges::find(holds_, chat_hash, &Hold::chat_hash);
    if (found == holds_.end()) return 0;
    if (found->key != key && found->until_ms > now_ms)
      return found->retry_at_ms > now_ms ? found->retry_at_ms - now_ms : kLateMs;
    holds_.erase(found);
    if (holds_.empty()) holds_.shrink_to_fit();
    return 0;
  }

 private:
  struct Hold {
    uint64_t chat_hash;
    protocol::Key key;
    int64_t retry_at_ms;
    int64_t until_ms;
  };
  static constexpr int64_t kLateMs = 1'000;
  // A session that is refused in more chats than this within 25 s loses the oldest hold: 64 x 40
  // bytes, 51 MB of the 20,000 sessions of a loop at the worst.
  static constexpr size_t kHoldsMax = 64;
  std::vector<Hold> holds_;
};

}  // namespace chat::gateway
