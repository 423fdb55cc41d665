#include "connect/gateway/user_sessions.h"

#include "connect/base/hash.h"

namespace chat::gateway {

UserSessions::Shard& UserSessions::shard_of(std::string_view user) {
  return shards_[base::stable_hash(user) % kShards];
}

bool UserSessions::enter(std::string_view user) {
  Shard& shard = shard_of(user);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.counts.find(user);
  if (found == shard.counts.end()) {
    shard.counts.emplace(user, 1);
    return true;
  }
  if (found->second >= per_user_) return false;
  ++found->second;
  return true;
}

void UserSessions::leave(std::string_view user) {
  Shard& shard = shard_of(user);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.counts.find(user);
  if (found != shard.counts.end() && --found->second == 0) shard.counts.erase(found);
}

}  // namespace chat::gateway
