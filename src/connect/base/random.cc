#include "connect/base/random.h"

#include <sys/random.h>

#include "connect/base/check.h"

namespace chat::base {

uint64_t SystemRandom::next() {
  uint64_t word = 0;
  CHECK(getrandom(&word, sizeof word, 0) == sizeof word);
  return word;
}

uint64_t SeededRandom::next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace chat::base
