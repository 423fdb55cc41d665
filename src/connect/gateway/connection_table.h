// ConnectionTable: all connections of one event loop, and what they share: the buffer for input,
// the buffers for output, the once-a-turn writing and the once-a-second tick. Thread rule: its
// loop's thread; count() and queue_bytes() from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connect/base/event_loop.h"
#include "connect/gateway/connection.h"

namespace chat::gateway {

class ConnectionTable {
 public:
  using MakeSpeaker = std::function<std::unique_ptr<Speaker>(Connection&)>;

  // Beyond this sum over a loop's connections each slow one keeps only little. 256 MB is what 256
  // readers may have waiting whose pushes are cut at 1 MB, or 32 who asked for pages up to 8 MB.
  static constexpr size_t kQueueBytesMax = 256 << 20;

  // Of it all connections of one user, of whatever loop, may leave this much: two sessions' pages.
  // So it takes 16 users who do not read to crowd a loop.
  static constexpr size_t kUserQueueBytesMax = 16 << 20;
  // What each connection, and each user who gets pages, may keep waiting while the loop is crowded:
  // 20,000 x 64 KB are 1.3 GB at the worst.
  static constexpr size_t kCrowdedBytesMax = 64 << 10;

  // Input of units that are not whole yet: 1,000 messages of 64 KiB that trickle in.
  static constexpr size_t kHeldBytesMax = 64 << 20;
  // What each connection may keep of that in any case: 20,000 x 4 KiB are 80 MB at the worst.
  static constexpr size_t kHeldBytesFree = 4 << 10;

  struct Bounds {
    size_t bytes_max = kQueueBytesMax;
    size_t user_bytes_max = kUserQueueBytesMax;
    size_t held_bytes_max = kHeldBytesMax;
  };

  // `tls` may be null: plain sockets. Takes the loop's turn hook.
  ConnectionTable(base::EventLoop& loop, crypto::TlsContext* tls, const Bounds& bounds);
  ~ConnectionTable();

  // Takes over the descriptor.
  void adopt(int fd, Peer peer, const MakeSpeaker& make_speaker);
  void abort_all();
  // Closes what is open once its outbox is written.
  void finish_all();

  [[nodiscard]] size_t count() const { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] size_t queue_bytes() const { return queue_bytes_.load(std::memory_order_relaxed); }
  // Input that the loop's connections keep.
  [[nodiscard]] size_t held_bytes() const { return held_bytes_; }
  // More waits for slow readers than this loop keeps for them.
  [[nodiscard]] bool is_crowded() const { return queue_bytes() > bounds_.bytes_max; }
  // Whether one user's readers leave more waiting than they may.
  [[nodiscard]] bool is_too_much(size_t user_bytes) const {
    return user_bytes > (is_crowded() ? kCrowdedBytesMax : bounds_.user_bytes_max);
  }
  // Whether more pages for a user who leaves that much waiting are too much. Beyond twice the bound
  // they are for everybody: so many users crowd this loop that each one's share does not bound it.
  [[nodiscard]] bool takes_pages(size_t user_bytes) const {
    return !is_too_much(user_bytes) && queue_bytes() <= 2 * bounds_.bytes_max;
  }
  [[nodiscard]] base::EventLoop& loop() const { return loop_; }

 private:
  friend class Connection;

  // The largest unit that a speaker needs at once is a frame of 64 KiB with its header; behind a
  // remainder of that size there is as much room again for what comes.
  static constexpr size_t kInputBytes = 192 * 1024;
  // Buffers kept for reuse: 64 x 16 KiB at most.
  static constexpr size_t kSpareBuffers = 64;
  static constexpr size_t kSpareBytesMax = 16 * 1024;

  void end_turn();
  void tick();
  void bury();
  std::string take_buffer();
  void give_buffer(std::string buffer);

  base::EventLoop& loop_;
  crypto::TlsContext* tls_;
  const Bounds bounds_;
  std::unique_ptr<char[]> input_ = std::make_unique<char[]>(kInputBytes);
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> dirty_;
  std::vector<Connection*> resuming_;
  std::vector<Connection*> closed_;
  std::vector<std::string> spare_;
  base::EventLoop::TimerId timer_ = 0;
  size_t held_bytes_ = 0;
  std::atomic<size_t> count_{0};
  std::atomic<size_t> queue_bytes_{0};
};

}  // namespace chat::gateway
