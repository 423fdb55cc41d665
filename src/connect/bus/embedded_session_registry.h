// EmbeddedSessionRegistry: the SessionRegistry of one process: a map from user to sessions.
//
// Thread rule: any thread. Users are spread over shards with a lock each. Listeners are called
// under the lock of the user's shard, so that one user's changes arrive in their order; they must
// not call back into the registry. A listener is not called any more once listen(gateway, nullptr)
// has returned.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connect/bus/session_registry.h"

namespace chat::bus {

// Users whose last session's end is remembered; of more, those who left longest ago are forgotten
// (their last_seen_ms is 0, "not known"). One costs a list node of about 70 bytes and an index node
// of about 50, beside an id of up to 128: 120 MB at a million short ids, 250 MB at the most.
inline constexpr size_t kLastSeenUsersMax = 1'000'000;

class EmbeddedSessionRegistry final : public SessionRegistry {
 public:
  explicit EmbeddedSessionRegistry(size_t last_seen_users_max = kLastSeenUsersMax);
  ~EmbeddedSessionRegistry() override;

  void listen(uint32_t gateway, SessionListener* listener) override;
  void announce(const Session& session, base::Callback<base::Status> done) override;
  void withdraw(const Session& session, int64_t now_ms) override;
  std::vector<uint32_t> gateways_of(const protocol::UserId& user) const override;
  void for_each_user(const std::function<void(const protocol::UserId&,
                                              const std::vector<uint32_t>&)>& visit) const override;
  size_t users_online() const override;
  uint64_t version() const override;
  Presence presence_of(const protocol::UserId& user) const override;

 private:
  struct Shard;
  static constexpr size_t kShards = 16;

  Shard& shard_of(const protocol::UserId& user) const;
  void tell_presence(const protocol::UserId& user, const Presence& presence) const;
  void tell_replaced(const Session& session) const;

  std::array<std::unique_ptr<Shard>, kShards> shards_;
  std::atomic<size_t> online_{0};
  std::atomic<uint64_t> version_{0};

  mutable std::shared_mutex listeners_mutex_;                 // after a shard's mutex
  std::unordered_map<uint32_t, SessionListener*> listeners_;  // guarded by listeners_mutex_
};

}  // namespace chat::bus
