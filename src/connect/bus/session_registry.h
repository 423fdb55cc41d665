// SessionRegistry: which gateways hold which user. Live delivery looks recipients up here; presence
// is its changes. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "connect/base/executor.h"
#include "connect/base/result.h"
#include "connect/protocol/ids.h"

namespace chat::bus {

struct Session {
  protocol::UserId user;
  std::string device;    // empty: no device name, replaces nothing
  uint32_t gateway = 0;  // its partition of the deliveries topic
  uint64_t number = 0;   // unique at its gateway, from 1
};

struct Presence {
  bool online = false;
  int64_t last_seen_ms = 0;  // Unix ms of the last session's end; 0: not known
};

// A gateway's ear. Called on any thread: implementations post to their loop.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  virtual void on_presence(const protocol::UserId& user, const Presence& presence) = 0;
  // This session of the listener's gateway was replaced by a newer one of the same user and device.
  virtual void on_replaced(uint64_t session) = 0;
};

class SessionRegistry {
 public:
  virtual ~SessionRegistry() = default;
  // Registers a gateway's listener until the registry is told nullptr for it.
  virtual void listen(uint32_t gateway, SessionListener* listener) = 0;
  // `done` is called once the session counts: what is appended from then on is delivered to it,
  // what was appended before is in every read that starts from then on.
  virtual void announce(const Session& session, base::Callback<base::Status> done) = 0;
  virtual void withdraw(const Session& session, int64_t now_ms) = 0;
  // The gateways that hold sessions of the user, ascending; empty: offline.
  virtual std::vector<uint32_t> gateways_of(const protocol::UserId& user) const = 0;
  // Calls `visit` for every user who is online, under a lock: short work only.
  virtual void for_each_user(
      const std::function<void(const protocol::UserId&, const std::vector<uint32_t>&)>& visit)
      const = 0;
  virtual size_t users_online() const = 0;
  // Changes whenever an answer of gateways_of may have: what was derived from older answers is
  // stale.
  virtual uint64_t version() const = 0;
  virtual Presence presence_of(const protocol::UserId& user) const = 0;
};

}  // namespace chat::bus
