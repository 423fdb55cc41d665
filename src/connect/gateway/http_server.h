// HttpServer: HTTP/1.1 over the connections of one event loop: the client port's calls before a
// WebSocket takes over, and the operations port. Requests of one connection are answered one after
// another; what is pipelined behind waits.
// Thread rule: its loop's thread, or before the loop runs; port(), count() and queue_bytes() from
// any thread. It outlives the responders it has handed out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "connect/base/event_loop.h"
#include "connect/gateway/connection_table.h"
#include "connect/gateway/http.h"
#include "connect/gateway/listener.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {

// Called once with the answer, inside handle() or later, on the loop's thread. For a connection
// that has gone meanwhile it does nothing.
using HttpResponder = std::function<void(HttpAnswer)>;

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual void handle(HttpRequest request, const Peer& peer, HttpResponder respond) = 0;
  // A request whose body is still on its way: an answer that does not depend on it, after which the
  // connection closes, or nothing: then the body is read.
  virtual std::optional<HttpAnswer> answer_head(const HttpRequest& head, const Peer& peer);
  // A request that asks for a WebSocket. Nothing: `connection` has got a new speaker and the
  // handshake's answer.
  virtual std::optional<HttpAnswer> upgrade(const HttpRequest& request, Connection& connection);
  // Every answer on its way out, also those to what was no request: for counting.
  virtual void on_answer(const HttpAnswer&) {}
};

struct HttpServerOptions {
  crypto::TlsContext* tls = nullptr;  // borrowed; null: plain
  size_t body_bytes_max = protocol::kMessageBytesMax;
  // 20,000 idle connections at 4 KB are 80 MB. Beyond it newcomers get 503.
  size_t connections_max = 20'000;
  ConnectionTable::Bounds bounds{};
};

class HttpServer {
 public:
  HttpServer(base::EventLoop& loop, HttpHandler& handler, const HttpServerOptions& options);
  ~HttpServer();

  base::Status listen(const std::string& address);
  [[nodiscard]] uint16_t port() const { return listener_ ? listener_->port() : 0; }
  void stop_listening() { listener_.reset(); }

  // A connection that was accepted elsewhere.
  void adopt(int fd, Peer peer);
  [[nodiscard]] ConnectionTable& connections() { return table_; }
  // Requests that wait for their answer.
  [[nodiscard]] size_t outstanding() const { return waiting_.size(); }

 private:
  class Conversation;

  HttpResponder responder_for(Conversation& conversation);
  void answer(uint64_t ticket, HttpAnswer answer);

  HttpHandler& handler_;
  const HttpServerOptions options_;
  std::unordered_map<uint64_t, Conversation*> waiting_;  // by ticket
  uint64_t last_ticket_ = 0;
  ConnectionTable table_;  // after what its conversations use
  std::unique_ptr<Listener> listener_;
};

}  // namespace chat::gateway
