// stable_hash: FNV-1a with a final mix, the same on every machine and version, so that it may
// decide where data lives (a chat's partition) or be stored. Not for anything an attacker gains by
// breaking.
#pragma once

#include <cstdint>
#include <string_view>

namespace chat::base {

constexpr uint64_t stable_hash(std::string_view bytes, uint64_t seed = 0) {
  uint64_t h = 0xcbf29ce484222325ULL ^ seed;
  for (char c : bytes) h = (h ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  return h ^ (h >> 33);
}

}  // namespace chat::base
