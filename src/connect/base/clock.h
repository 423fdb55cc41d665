// Time, as an argument. Deciding code never reads a clock: the rim reads one of these and hands the
// number down. Both clocks may be read from any thread.
#pragma once

#include <cstdint>

namespace chat::base {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01 UTC. May step in either direction.
  virtual int64_t wall_ms() const = 0;
  // Milliseconds since boot, suspended time included. Never steps back.
  virtual int64_t boot_ms() const = 0;
};

// CLOCK_REALTIME and CLOCK_BOOTTIME.
class SystemClock final : public Clock {
 public:
  int64_t wall_ms() const override;
  int64_t boot_ms() const override;
};

// A clock that a test or a simulator moves by hand. Not for use from several threads.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t wall_ms) : wall_ms_(wall_ms) {}
  int64_t wall_ms() const override { return wall_ms_; }
  int64_t boot_ms() const override { return boot_ms_; }
  void advance_ms(int64_t ms) {
    wall_ms_ += ms;
    boot_ms_ += ms;
  }
  void set_wall_ms(int64_t ms) { wall_ms_ = ms; }

 private:
  int64_t wall_ms_;
  int64_t boot_ms_ = 0;
};

}  // namespace chat::base
