// Rest: what an HTTPS call asks for, and what the answer looks like. The same operations as on the
// WebSocket: a call turns into a Command or a ReadRequest, or is answered on the spot.
// Thread rule: immutable after construction; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connect/base/random.h"
#include "connect/gateway/authenticator.h"
#include "connect/gateway/charge.h"
#include "connect/gateway/connection.h"
#include "connect/gateway/dev_login.h"
#include "connect/gateway/gateway.h"
#include "connect/gateway/http.h"
#include "connect/gateway/rate_limit.h"
#include "connect/gateway/static_files.h"

namespace chat::gateway {

struct RestRoute;

// What a call turned into. The command has its `from`, the read its `user`.
using RestCall = std::variant<HttpAnswer, protocol::Command, protocol::ReadRequest>;

class Rest {
 public:
  // Everything is borrowed.
  Rest(const GatewayOptions& options, const GatewayParts& parts, RateLimiter& sends,
       RateLimiter& reads);

  // `bus_ms`: the bus's time, for keys that the server mints and for clients' clocks.
  RestCall take(const HttpRequest& request, const Peer& peer, Moment now, int64_t bus_ms);
  // What the head alone decides, before the body has come: whatever is not the call of a known
  // user. Nothing: the body is needed.
  std::optional<HttpAnswer> answer_head(const HttpRequest& head, const Peer& peer, Moment now,
                                        int64_t bus_ms);

  // The answer of a command. 201: it made a new message or a new chat.
  static HttpAnswer answer_of(protocol::Command::OpCase operation, const protocol::Reply& reply);
  static HttpAnswer answer_of(const protocol::Result<std::string>& read);

 private:
  // A call that needs its body.
  struct Opened {
    const RestRoute* route = nullptr;     // null: the development login
    std::vector<std::string_view> parts;  // of the path, still encoded
    protocol::UserId user;
  };
  using Opening = std::variant<HttpAnswer, Opened>;

  Opening open(const HttpRequest& head, const Peer& peer, Moment now, int64_t bus_ms);
  Opening open_route(const HttpRequest& head, Moment now, int64_t bus_ms);
  RestCall call(const HttpRequest& request, const Opened& opened, Moment now, int64_t bus_ms);
  std::optional<HttpAnswer> file_for(const HttpRequest& request) const;
  protocol::Result<RestCall> finish(RestCall call, const protocol::UserId& user, Moment now);

  const GatewayOptions& options_;
  const GatewayParts& parts_;
  RateLimiter& sends_;
  RateLimiter& reads_;
  const StaticFiles files_;
};

// The answer to an OPTIONS of a browser, and what every answer to an allowed page carries.
HttpAnswer preflight_answer();
void add_cors_headers(std::string_view origin, HttpAnswer& answer);

}  // namespace chat::gateway
