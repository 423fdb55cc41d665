// Session: what one WebSocket connection may say and is told, as a state machine. Texts, answers
// and time come in, effects go out through its SessionPort; no sockets, no clocks, no threads.
//
//   upgraded --hello--> announcing --announced--> live --> closed
//       \________________________________________________/^
//
// Thread rule: belongs to the thread of its connection. Owner: the connection's WebSocket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/base/random.h"
#include "connect/bus/session_registry.h"
#include "connect/gateway/authenticator.h"
#include "connect/gateway/charge.h"
#include "connect/gateway/counters.h"
#include "connect/gateway/holds.h"
#include "connect/gateway/pending.h"
#include "connect/gateway/rate_limit.h"
#include "connect/gateway/seen.h"
#include "connect/protocol/frame.h"
#include "connect/protocol/request.h"

namespace chat::gateway {

// What a session makes its surroundings do. Calls may come back into the session (on_refused from
// run, on_announced from announce).
class SessionPort {
 public:
  virtual ~SessionPort() = default;
  virtual void send_text(std::string_view text) = 0;
  virtual void send_ping() = 0;
  // The last thing a session does.
  virtual void send_close(protocol::CloseCode code, std::string_view reason) = 0;
  // To messaging. The answer comes as on_reply, or on_refused when it did not get there; neither
  // for typing.
  virtual void run(protocol::Command command) = 0;
  // The answer comes as on_read.
  virtual void read(protocol::ReadRequest request, uint64_t number) = 0;
  // Makes the session known for deliveries, then calls on_announced.
  virtual void announce(const protocol::UserId& user, const std::string& device) = 0;
  // Replaces the list of watched users and says how they are: the reply's value.
  virtual std::string watch(const std::vector<protocol::UserId>& users) = 0;
  // The bus's time, Unix ms.
  virtual int64_t bus_ms() = 0;
};

// What all sessions of a loop share. Borrowed.
struct SessionWorld {
  const Authenticator& authenticator;
  RateLimiter& limiter;  // of operations and marks
  RateLimiter& reads;
  base::Random& random;
  Counters& counters;
  uint32_t gateway = 0;
};

class Session {
 public:
  Session(SessionWorld& world, SessionPort& port, uint64_t number, Moment now);

  // The token that came with the handshake was accepted.
  void identify(Identity identity) { identity_ = std::move(identity); }

  void on_text(std::string_view text, Moment now);
  void on_binary();
  // Whether to answer with a pong.
  bool on_ping(Moment now);
  // Anything came from the peer.
  void on_heard(Moment now) { heard_ms_ = now.boot_ms; }
  void on_tick(Moment now);
  void on_announced(const base::Status& status, Moment now);
  // Instead of on_announced: come back after the error's time.
  void on_turned_away(const protocol::Error& error);
  void on_reply(const protocol::Reply& reply);
  void on_refused(uint64_t request, const protocol::Error& error, Moment now);
  void on_read(uint64_t number, const protocol::Result<std::string>& result);
  // Keys were taken out of use: a session whose token rests on one ends.
  void on_keys_changed();
  void on_replaced();
  // The server goes away: come back elsewhere after this time. New requests are refused.
  void on_drain(int64_t after_ms);
  void close(protocol::CloseCode code, std::string_view reason);
  // With the delay that codes of 4000 to 4499 carry: at least base_ms, at most twice that.
  void close_for_now(protocol::CloseCode code, int64_t base_ms);

  // Whether an event push of this chat goes out: not before hello was answered, and not one whose
  // seq was pushed already.
  bool takes_event(uint64_t chat_hash, uint64_t seq);

  [[nodiscard]] bool is_live() const { return state_ == State::kLive; }
  [[nodiscard]] bool is_closed() const { return state_ == State::kClosed; }
  [[nodiscard]] uint64_t number() const { return number_; }
  [[nodiscard]] const protocol::UserId& user() const { return identity_.user; }
  [[nodiscard]] const std::string& device() const { return device_; }
  [[nodiscard]] size_t outstanding() const { return pending_.size(); }

 private:
  enum class State : uint8_t { kUpgraded, kAnnouncing, kLive, kClosed };

  void take(std::string_view text, Moment now);
  void handle(uint64_t id, protocol::Hello& hello, Moment now);
  void handle(uint64_t id, protocol::Watch& watch, Moment now);
  void handle(uint64_t id, protocol::Command& command, Moment now);
  void handle(uint64_t id, protocol::ReadRequest& read, Moment now);
  void handle_typing(protocol::Command& command, Moment now);
  std::optional<protocol::Error> refused_for_flood(Moment now);
  void refuse_unread(std::string_view text, const protocol::Error& error, Moment now);
  void keep_order(const protocol::Operation& operation, const protocol::Error& error, Moment now);
  [[nodiscard]] std::optional<protocol::Error> refused_for_now() const;
  std::optional<protocol::Error> refused_for_rate(const protocol::Command& command, Moment now);
  protocol::Result<Identity> identity_of(const protocol::Hello& hello, Moment now) const;
  void refuse(uint64_t id, const protocol::Error& error);
  void refuse_hello(uint64_t id, const protocol::Error& error);
  void send_hello_reply();
  void expire_requests(Moment now);

  SessionWorld& world_;
  SessionPort& port_;
  const uint64_t number_;
  const int64_t opened_ms_;
  State state_ = State::kUpgraded;
  Identity identity_;  // user empty: nobody yet
  std::string device_;
  uint64_t hello_id_ = 0;          // while announcing
  std::vector<std::string> held_;  // texts that came while announcing
  Pending pending_;
  Holds holds_;
  Seen seen_;
  uint64_t commands_ = 0;  // running number of this session's commands
  TokenBucket requests_bucket_;
  TokenBucket refusals_bucket_;  // of those that requests_bucket_ refuses
  TokenBucket pings_bucket_;
  TokenBucket typing_bucket_;
  int64_t pinged_ms_;
  int64_t heard_ms_;
  int64_t draining_ms_ = 0;  // 0: not draining
};

// `limits` of hello and of GET /v1/me: a JSON object.
std::string limits_json(uint32_t sends_per_second);

}  // namespace chat::gateway
