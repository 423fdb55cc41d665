#include "connect/gateway/user_queues.h"

#include <algorithm>

#include "connect/base/hash.h"

namespace chat::gateway {

// Accounts that nobody counts in any more are swept out when a shard has doubled, so that the cost
// is spread over as many newcomers.
QueueAccount UserQueues::account_of(std::string_view user) {
  Shard& shard = shards_[base::stable_hash(user) % kShards];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.accounts.find(user);
  if (found != shard.accounts.end()) {
    if (QueueAccount account = found->second.lock()) return account;
  } else if (shard.accounts.size() >= shard.sweep_at) {
    std::erase_if(shard.accounts, [](const auto& entry) { return entry.second.expired(); });
    shard.sweep_at = std::max<size_t>(64, 2 * shard.accounts.size());
  }
  auto account = std::make_shared<std::atomic<size_t>>(0);
  shard.accounts.insert_or_assign(std::string(user), account);
  return account;
}

size_t UserQueues::users() const {
  size_t users = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    users += shard.accounts.size();
  }
  return users;
}

}  // namespace chat::gateway
