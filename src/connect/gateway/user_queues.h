// UserQueues: how many bytes wait for the slow readers of each user, over all loops of a gateway.
// Any thread; an account outlives its place here, since connections that count in it share it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "connect/base/text_map.h"

namespace chat::gateway {

// The sum of one user. Shared by all connections over which that user's answers go.
using QueueAccount = std::shared_ptr<std::atomic<size_t>>;

class UserQueues {
 public:
  QueueAccount account_of(std::string_view user);
  [[nodiscard]] size_t users() const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    base::TextMap<std::weak_ptr<std::atomic<size_t>>> accounts;  // guarded
    size_t sweep_at = 64;                                        // entries; guarded
  };
  static constexpr size_t kShards = 16;

  std::array<Shard, kShards> shards_;
};

}  // namespace chat::gateway
