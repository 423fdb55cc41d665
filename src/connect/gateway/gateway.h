// Gateway: the client port. It holds WebSockets, serves HTTPS, authenticates and limits rates; it
// knows connections and no chat rules. It meets messaging as commands and deliveries on the bus and
// through ReadService.
//
//   Gateway -- Listener -> N GatewayLoops, each a thread with an EventLoop:
//     HttpServer - Connections - WebSocket - Session     (sessions)
//     RestHandler - Rest                                 (calls)
//     its partition of the deliveries topic              (what messaging answers and pushes)
//
// Thread rule: construct, start, drain and destroy on one thread; the getters from any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connect/base/clock.h"
#include "connect/base/executor.h"
#include "connect/base/metrics.h"
#include "connect/base/random.h"
#include "connect/base/result.h"
#include "connect/bus/bus.h"
#include "connect/bus/session_registry.h"
#include "connect/crypto/tls.h"
#include "connect/gateway/authenticator.h"
#include "connect/gateway/dev_login.h"
#include "connect/gateway/static_files.h"
#include "connect/protocol/limits.h"
#include "connect/protocol/read_service.h"

namespace chat::gateway {

struct GatewayOptions {
  std::string listen = "127.0.0.1:8080";
  // At most as many as the deliveries topic has partitions: loop i takes partition i.
  int loops = 1;
  std::vector<std::string> origins;  // pages that may speak to us besides our own; "*": any
  uint32_t sends_per_second = protocol::kSendsPerSecondDefault;  // per user; 0: no limit
  // New sessions let in per second, over all loops; 0: no limit. A hello and the sync behind it
  // cost about 300 us: 1,000 of them are a third of a core.
  uint32_t admissions_per_second = 1'000;
  // Each gets all pushes of its user: 100 devices and tabs, not 20,000 copies of every event.
  size_t sessions_per_user = 100;
  size_t connections_max = 20'000;         // per loop
  size_t queue_bytes_max = 256 << 20;      // per loop, of what waits for slow readers
  size_t user_queue_bytes_max = 16 << 20;  // per user, over all loops
  size_t held_bytes_max = 64 << 20;        // per loop, of input that is not whole yet
  int64_t drain_ms = 10'000;               // how long drain() waits for answers and outboxes
  int64_t reconnect_spread_ms = 5'000;     // clients are told to come back within this time
  std::vector<StaticFile> files;           // for browsers: the web app
  std::string openapi_json;                // served at /v1/openapi.json
};

// What the gateway works with. All borrowed; they outlive it.
struct GatewayParts {
  bus::Bus& bus;
  bus::SessionRegistry& registry;
  protocol::ReadService& reads;
  const Authenticator& authenticator;
  DevLogin* dev_login = nullptr;      // null: no /v1/dev/login
  crypto::TlsContext* tls = nullptr;  // null: plain
  const base::Clock& clock;
  base::Random& random;  // from any thread: SystemRandom
  base::Metrics& metrics;
};

class Gateway final {
 public:
  Gateway(GatewayOptions options, const GatewayParts& parts);
  // Stops at once when it was not drained.
  ~Gateway();

  // Listens and starts the loops.
  base::Status start();
  [[nodiscard]] uint16_t port() const;
  [[nodiscard]] size_t connections() const;

  // Stops in two phases. First: no new connections, every session is told to reconnect elsewhere
  // and refuses new requests, what is outstanding is answered and written, for at most drain_ms;
  // then sessions close with 1012. Second: the loops stop. `done` is called on a thread of the
  // gateway after the first phase; the second is the destructor's, which joins.
  void drain(base::Callback<base::Unit> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace chat::gateway
