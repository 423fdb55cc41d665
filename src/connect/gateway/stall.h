// Stall: whether a peer takes what waits for it too slowly. A byte now and then is not enough: what
// counts is how much was taken over a window. Pure; belongs to one connection.
#pragma once

#include <cstdint>
#include <utility>

namespace chat::gateway {

class Stall {
 public:
  // 64 KB in 30 s are 2 KB/s, less than the slowest link of a phone. So the 1 MB of pushes that may
  // wait for one reader is there for 8 minutes at most, and the 8 MB of pages for an hour.
  static constexpr int64_t kBytesMin = 64 * 1024;
  static constexpr int64_t kWindowMs = 30'000;
  // While the loop is crowded: 13 KB/s.
  static constexpr int64_t kCrowdedWindowMs = 5'000;

  // Asked now and then while something waits. `taken`: how much the peer has taken so far.
  bool is_slow(int64_t now_ms, int64_t taken, int64_t window_ms) {
    if (!std::exchange(is_running_, true)) {
      begin(now_ms, taken);
      return false;
    }
    if (now_ms - since_ms_ < window_ms) return false;
    const bool is_slow = taken - taken_ < kBytesMin;
    begin(now_ms, taken);
    return is_slow;
  }
  // Nothing waits any more.
  void end() { is_running_ = false; }

 private:
  void begin(int64_t now_ms, int64_t taken) {
    since_ms_ = now_ms;
    taken_ = taken;
  }

  int64_t since_ms_ = 0;
  int64_t taken_ = 0;
  bool is_running_ = false;
};

}  // namespace chat::gateway
