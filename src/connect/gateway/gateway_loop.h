// GatewayLoop: one thread of the gateway with everything that lives on it: its connections, their
// sessions and calls, and its partition of the deliveries topic.
// Thread rule: construct, start, drain, stop and destroy on the gateway's thread; post() and
// the getters from any; everything else runs on the loop's own thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connect/base/event_loop.h"
#include "connect/gateway/calls.h"
#include "connect/gateway/deliveries.h"
#include "connect/gateway/gateway.h"
#include "connect/gateway/http_server.h"
#include "connect/gateway/loop_door.h"
#include "connect/gateway/read_turns.h"
#include "connect/gateway/rest.h"
#include "connect/gateway/session_table.h"
#include "connect/gateway/user_sessions.h"
#include "connect/gateway/websocket.h"

namespace chat::gateway {

// What the loops of one gateway share.
struct GatewayShared {
  // Reads of one user a second, in multiples of the sends, over both transports.
  static constexpr uint32_t kReadsPerSend = 10;

  GatewayShared(const GatewayOptions& options, const GatewayParts& parts);
  ~GatewayShared() { read_turns->close(); }

  RateLimiter sends;
  RateLimiter reads;
  const std::shared_ptr<ReadTurns> read_turns;  // shared with answers that come after its end
  Admission admission;
  UserSessions user_sessions;
  UserQueues user_queues;
  Counters counters;
  base::Gauge& connections;
  base::Gauge& queue_bytes;
  base::Counter& accepts;
  base::Counter& poisoned;
  // Of each topic, what waits on the bus: the first loop writes them once a second.
  std::vector<std::pair<bus::Topic, base::Gauge*>> depths;
};

class GatewayLoop final : public HttpHandler, public WebSocketHost, public bus::SessionListener {
 public:
  GatewayLoop(uint32_t number, const GatewayOptions& options, const GatewayParts& parts,
              GatewayShared& shared);
  ~GatewayLoop() override;

  void start();
  // Phase one; `done` is called on the loop's thread.
  void drain(base::Task done);
  // Phase two.
  void stop();

  base::EventLoop& loop() { return loop_; }
  HttpServer& server() { return server_; }

  // HttpHandler
  void handle(HttpRequest request, const Peer& peer, HttpResponder respond) override;
  std::optional<HttpAnswer> answer_head(const HttpRequest& head, const Peer& peer) override;
  std::optional<HttpAnswer> upgrade(const HttpRequest& request, Connection& connection) override;
  void on_answer(const HttpAnswer& answer) override;

  // WebSocketHost
  SessionWorld& world() override { return world_; }
  Moment now() const override { return {loop_.now_ms(), parts_.clock.wall_ms()}; }
  int64_t bus_ms() const override { return parts_.bus.now_ms(); }
  void run(uint64_t session, protocol::Command command) override;
  void read(uint64_t session, uint64_t number, protocol::ReadRequest request) override;
  void announce(WebSocket& socket) override;
  std::string watch(WebSocket& socket, const std::vector<protocol::UserId>& users) override;
  void left(WebSocket& socket) override;

  // SessionListener, on any thread
  void on_presence(const protocol::UserId& user, const bus::Presence& presence) override;
  void on_replaced(uint64_t session) override;

 private:
  void signal_deliveries();
  void take_deliveries();
  void begin(protocol::Command command, HttpResponder respond);
  void begin(protocol::ReadRequest read, HttpResponder respond);
  void refused(uint64_t session, uint64_t request, const protocol::Error& error);
  void answered(uint64_t session, uint64_t number, protocol::Result<std::string> result);
  void read_on(uint64_t session, uint64_t number, protocol::ReadRequest request);
  void on_reply(const protocol::Reply& reply);
  void tick();
  void report();
  void begin_drain(const base::Task& done);
  void drain_on(int64_t deadline_ms, const base::Task& done);
  void finish_drain(int64_t deadline_ms, const base::Task& done);
  [[nodiscard]] bool is_quiet() const;
  [[nodiscard]] bus::Session registration_of(WebSocket& socket) const;

  const uint32_t number_;
  const GatewayOptions& options_;
  const GatewayParts& parts_;
  GatewayShared& shared_;
  SessionWorld world_;
  Rest rest_;
  base::EventLoop loop_;
  std::shared_ptr<LoopDoor> door_;
  SessionTable sessions_;
  Calls calls_;
  Deliveries deliveries_;
  HttpServer server_;  // after what its connections use
  std::unique_ptr<bus::Subscription> subscription_;
  std::atomic<bool> signalled_{false};
  bool draining_ = false;
  uint64_t keys_version_ = 0;
  double reported_connections_ = 0;
  double reported_queue_bytes_ = 0;
  std::thread thread_;
};

}  // namespace chat::gateway
