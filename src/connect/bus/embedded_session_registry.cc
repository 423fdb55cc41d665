#include "connect/bus/embedded_session_registry.h"

#include <algorithm>
#include <optional>

#include "connect/base/hash.h"

namespace chat::bus {
namespace {

using protocol::UserId;

bool same_session(const Session& a, const Session& b) {
  return a.gateway == b.gateway && a.number == b.number;
}

std::vector<uint32_t> gateways_in(const std::vector<Session>& sessions) {
  std::vector<uint32_t> gateways;
  for (const Session& session : sessions) gateways.push_back(session.gateway);
  std::ranges::sort(gateways);
  // Not std::ranges::unique: clang 14 cannot take the subrange of libstdc++ 12 apart.
  gateways.erase(std::unique(gateways.begin(), gateways.end()), gateways.end());
  return gateways;
}

// When each user was last seen, for a bounded number of users. One thread at a time.
class LastSeenTable {
 public:
  explicit LastSeenTable(size_t users_max) : users_max_(std::max<size_t>(users_max, 1)) {}

  void put(const UserId& user, int64_t ms) {
    forget(user);
    if (order_.size() >= users_max_) forget(order_.front().first);
    order_.emplace_back(user, ms);
    index_.emplace(order_.back().first.value(), std::prev(order_.end()));
  }
  int64_t of(const UserId& user) const {
    const auto found = index_.find(user.value());
    return found == index_.end() ? 0 : found->second->second;
  }

 private:
  using Order = std::list<std::pair<UserId, int64_t>>;
  void forget(const UserId& user) {
    const auto found = index_.find(user.value());
    if (found == index_.end()) return;
    const auto entry = found->second;
    index_.erase(found);
    order_.erase(entry);
  }

  const size_t users_max_;
  Order order_;  // longest ago first
  // The names live in order_'s nodes.
  std::unordered_map<std::string_view, Order::iterator> index_;
};

}  // namespace

struct EmbeddedSessionRegistry::Shard {
  explicit Shard(size_t last_seen_users_max) : last_seen(last_seen_users_max) {}

  mutable std::mutex mutex;
  std::unordered_map<UserId, std::vector<Session>> sessions;  // guarded by mutex; none is empty
  LastSeenTable last_seen;                                    // guarded by mutex
};

EmbeddedSessionRegistry::EmbeddedSessionRegistry(size_t last_seen_users_max) {
  for (auto& shard : shards_) shard = std::make_unique<Shard>(last_seen_users_max / kShards);
}

EmbeddedSessionRegistry::~EmbeddedSessionRegistry() = default;

EmbeddedSessionRegistry::Shard& EmbeddedSessionRegistry::shard_of(const UserId& user) const {
  return *shards_[base::stable_hash(user.value()) % kShards];
}

void EmbeddedSessionRegistry::listen(uint32_t gateway, SessionListener* listener) {
  const std::lock_guard lock(listeners_mutex_);
  if (listener)
    listeners_[gateway] = listener;
  else
    listeners_.erase(gateway);
}

void EmbeddedSessionRegistry::tell_presence(const UserId& user, const Presence& presence) const {
  const std::shared_lock lock(listeners_mutex_);
  for (const auto& [gateway, listener] : listeners_) listener->on_presence(user, presence);
}

void EmbeddedSessionRegistry::tell_replaced(const Session& session) const {
  const std::shared_lock lock(listeners_mutex_);
  const auto found = listeners_.find(session.gateway);
  if (found != listeners_.end()) found->second->on_replaced(session.number);
}

void EmbeddedSessionRegistry::announce(const Session& session, base::Callback<base::Status> done) {
  Shard& shard = shard_of(session.user);
  {
    const std::lock_guard lock(shard.mutex);
    std::vector<Session>& sessions = shard.sessions[session.user];
    const bool was_offline = sessions.empty();
    std::erase_if(sessions, [&session](const Session& s) { return same_session(s, session); });
    std::optional<Session> replaced;
    if (!session.device.empty()) {
      const auto old = std::ranges::find(sessions, session.device, &Session::device);
      if (old != sessions.end()) {
        replaced = std::move(*old);
        sessions.erase(old);
      }
    }
    sessions.push_back(session);
    if (was_offline) ++online_;
    ++version_;
    if (replaced) tell_replaced(*replaced);
    if (was_offline) tell_presence(session.user, {true, shard.last_seen.of(session.user)});
  }
  done(base::ok());
}

void EmbeddedSessionRegistry::withdraw(const Session& session, int64_t now_ms) {
  Shard& shard = shard_of(session.user);
  const std::lock_guard lock(shard.mutex);
  const auto entry = shard.sessions.find(session.user);
  if (entry == shard.sessions.end()) return;
  // A session that was replaced is gone already.
  if (std::erase_if(entry->second,
                    [&session](const Session& s) { return same_session(s, session); }) == 0)
    return;
  const bool now_offline = entry->second.empty();
  if (now_offline) {
    shard.sessions.erase(entry);
    shard.last_seen.put(session.user, now_ms);
    --online_;
  }
  ++version_;
  if (now_offline) tell_presence(session.user, {false, now_ms});
}

std::vector<uint32_t> EmbeddedSessionRegistry::gateways_of(const UserId& user) const {
  const Shard& shard = shard_of(user);
  const std::lock_guard lock(shard.mutex);
  const auto entry = shard.sessions.find(user);
  return entry == shard.sessions.end() ? std::vector<uint32_t>() : gateways_in(entry->second);
}

void EmbeddedSessionRegistry::for_each_user(
    const std::function<void(const UserId&, const std::vector<uint32_t>&)>& visit) const {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    for (const auto& [user, sessions] : shard->sessions) visit(user, gateways_in(sessions));
  }
}

size_t EmbeddedSessionRegistry::users_online() const { return online_; }

uint64_t EmbeddedSessionRegistry::version() const { return version_; }

Presence EmbeddedSessionRegistry::presence_of(const UserId& user) const {
  const Shard& shard = shard_of(user);
  const std::lock_guard lock(shard.mutex);
  return {shard.sessions.contains(user), shard.last_seen.of(user)};
}

}  // namespace chat::bus
