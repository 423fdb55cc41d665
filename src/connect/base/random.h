// Randomness, as an argument: the rim owns one of these and hands it down, so that a simulator can
// replay a run from its seed.
#pragma once

#include <cstdint>
#include <span>

namespace chat::base {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;
  // Fills the bytes.
  void fill(std::span<uint8_t> bytes) {
    for (size_t i = 0; i < bytes.size();) {
      uint64_t word = next();
      for (size_t n = 0; n < 8 && i < bytes.size(); ++n, word >>= 8)
        bytes[i++] = static_cast<uint8_t>(word);
    }
  }
};

// The kernel's generator (getrandom). Any thread.
class SystemRandom final : public Random {
 public:
  uint64_t next() override;
};

// splitmix64 from a seed: the same seed gives the same run. One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() override;

 private:
  uint64_t state_;
};

}  // namespace chat::base
