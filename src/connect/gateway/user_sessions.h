// UserSessions: how many sessions each user has at a gateway, over all its loops, and the bound on
// it: each session gets everything that is pushed to its user. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "connect/base/text_map.h"

namespace chat::gateway {

class UserSessions {
 public:
  explicit UserSessions(size_t per_user) : per_user_(per_user) {}

  // False, and nothing was counted: the user has as many as permitted.
  bool enter(std::string_view user);
  void leave(std::string_view user);

 private:
  struct Shard {
    std::mutex mutex;
    base::TextMap<size_t> counts;  // guarded; none is 0
  };
  static constexpr size_t kShards = 16;

  Shard& shard_of(std::string_view user);

  const size_t per_user_;
  std::array<Shard, kShards> shards_;
};

}  // namespace chat::gateway
