#include "connect/gateway/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "connect/gateway/upgrade.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

// A kept-alive connection without a request.
constexpr int64_t kIdleMs = 60'000;

// Until others have gone, when this server has all the connections that it takes.
constexpr int64_t kFullRetryMs = 5'000;

// Of a lasting body that is appended at once, while less than this waits: 20,000 connections whose
// peers read nothing keep 20,000 x 64 KiB, 1.3 GB at the worst.
constexpr size_t kPieceBytes = 32 * 1024;

HttpAnswer full() {
  return refusal({protocol::ErrorCode::kOverloaded,
                  "this server has all the connections that it takes", "", kFullRetryMs});
}

}  // namespace

std::optional<HttpAnswer> HttpHandler::answer_head(const HttpRequest&, const Peer&) {
  return std::nullopt;
}

std::optional<HttpAnswer> HttpHandler::upgrade(const HttpRequest&, Connection&) {
  return refusal({protocol::ErrorCode::kNotFound, "there is no WebSocket here"});
}

// What is said over one connection until it closes or becomes a WebSocket.
class HttpServer::Conversation final : public Speaker {
 public:
  Conversation(HttpServer& server, Connection& connection)
      : server_(server),
        connection_(connection),
        reader_(server.options_.body_bytes_max),
        began_ms_(connection.table().loop().now_ms()) {}
  ~Conversation() override { server_.waiting_.erase(ticket_); }

  size_t on_bytes(char* data, size_t size) override;
  void on_end() override;
  void on_tick(int64_t boot_ms) override;
  [[nodiscard]] size_t held_bytes() const override { return reader_.held_bytes(); }
  void on_no_room() override;
  void on_drained() override {
    if (!rest_.empty()) write_rest();
  }
  void on_stalled() override { connection_.abort(); }
  void on_closed() override { server_.waiting_.erase(std::exchange(ticket_, 0)); }
  void answer(HttpAnswer answer);

 private:
  friend class HttpServer;
  void take(HttpRequest request);
  void take_head(const HttpRequest& head);
  void write_rest();
  void answered();
  [[nodiscard]] bool is_answering() const { return ticket_ != 0 || !rest_.empty(); }

  HttpServer& server_;
  Connection& connection_;
  HttpReader reader_;
  uint64_t ticket_ = 0;     // of the request that is being answered; 0: none
  std::string_view rest_;   // of the lasting body that is being written
  bool is_head_ = false;    // of that request
  bool keep_alive_ = true;  // of that request
  bool reading_ = false;    // a request has begun
  bool has_head_ = false;   // of that request, which has a body
  bool answered_any_ = false;
  bool upgraded_ = false;
  int64_t began_ms_;  // of the request that is being read, or of waiting for one
};

size_t HttpServer::Conversation::on_bytes(char* data, size_t size) {
  size_t used = 0;
  while (used < size && !is_answering() && connection_.takes_input() && connection_.is_open() &&
         !upgraded_) {
    if (!std::exchange(reading_, true)) began_ms_ = connection_.table().loop().now_ms();
    HttpRequest request;
    size_t consumed = 0;
    const auto status = reader_.next(data + used, size - used, consumed, request);
    used += consumed;
    if (status == HttpReader::Status::kNeedMore) {
      if (reader_.head() != nullptr && !std::exchange(has_head_, true)) take_head(*reader_.head());
      break;
    }
    if (status == HttpReader::Status::kFailed) {
      is_head_ = false;
      answer(reader_.failure());
      return used;
    }
    take(std::move(request));
  }
  return used;
}

// Nothing is kept for whoever would be refused anyway.
void HttpServer::Conversation::take_head(const HttpRequest& head) {
  if (auto early = server_.handler_.answer_head(head, connection_.peer())) {
    is_head_ = head.method == Method::kHead;
    early->close = true;
    return answer(std::move(*early));
  }
  if (reader_.wants_continue()) connection_.out() += "HTTP/1.1 100 Continue\r\n\r\n";
}

void HttpServer::Conversation::take(HttpRequest request) {
  has_head_ = false;
  is_head_ = request.method == Method::kHead;
  keep_alive_ = request.keep_alive;
  if (asks_for_websocket(request)) {
    if (auto refused = server_.handler_.upgrade(request, connection_))
      answer(std::move(*refused));
    else
      upgraded_ = true;
    return;
  }
  connection_.hold_input();
  server_.handler_.handle(std::move(request), connection_.peer(), server_.responder_for(*this));
}

void HttpServer::Conversation::answer(HttpAnswer answer) {
  server_.waiting_.erase(std::exchange(ticket_, 0));
  if (!connection_.is_open()) return;
  server_.handler_.on_answer(answer);
  if (answer.queue) connection_.count_for(std::move(answer.queue));
  keep_alive_ = keep_alive_ && !answer.close;
  append_answer(connection_.out(), answer, is_head_, keep_alive_);
  if (!is_head_) rest_ = answer.lasting_body;
  if (!keep_alive_) reader_.drop();
  write_rest();
}

// What does not fit waits for on_drained.
void HttpServer::Conversation::write_rest() {
  while (!rest_.empty()) {
    if (connection_.queue_bytes() >= kPieceBytes) connection_.write_early();
    if (connection_.queue_bytes() >= kPieceBytes) return connection_.hold_input();
    connection_.out() += rest_.substr(0, kPieceBytes);
    rest_.remove_prefix(std::min(kPieceBytes, rest_.size()));
  }
  answered();
}

void HttpServer::Conversation::answered() {
  answered_any_ = true;
  reading_ = false;
  began_ms_ = connection_.table().loop().now_ms();
  if (!keep_alive_) return connection_.finish();
  connection_.release_input();
}

// What is kept behind a request that is being answered was not asked for yet.
void HttpServer::Conversation::on_no_room() {
  if (is_answering()) return connection_.abort();
  is_head_ = false;
  HttpAnswer answer = refusal(
      {protocol::ErrorCode::kOverloaded, "too many requests are on their way", "", kFullRetryMs});
  answer.close = true;
  this->answer(std::move(answer));
}

// The peer may send its request, close its half and wait for the answer.
void HttpServer::Conversation::on_end() {
  if (!is_answering()) return connection_.finish();
  keep_alive_ = false;
}

void HttpServer::Conversation::on_tick(int64_t boot_ms) {
  if (is_answering()) return;
  const int64_t waited_ms = boot_ms - began_ms_;
  const bool between = !reading_ && answered_any_;
  if (between) {
    if (waited_ms >= kIdleMs) connection_.finish();
    return;
  }
  if (waited_ms < protocol::kRequestTimeoutMs) return;
  HttpAnswer late = refusal(
      {protocol::ErrorCode::kFieldMissing, "the request did not complete within 10 s", "request"},
      408);
  late.close = true;
  answer(std::move(late));
}

HttpServer::HttpServer(base::EventLoop& loop, HttpHandler& handler,
                       const HttpServerOptions& options)
    : handler_(handler), options_(options), table_(loop, options.tls, options.bounds) {}

HttpServer::~HttpServer() = default;

base::Status HttpServer::listen(const std::string& address) {
  auto listener = std::make_unique<Listener>(
      table_.loop(), [this](int fd, Peer peer) { adopt(fd, std::move(peer)); });
  TRY(listener->listen(address));
  listener_ = std::move(listener);
  return base::ok();
}

void HttpServer::adopt(int fd, Peer peer) {
  if (table_.count() >= options_.connections_max) {
    if (options_.tls == nullptr) {
      std::string out;
      append_answer(out, full(), false, false);
      (void)!write(fd, out.data(), out.size());
    }
    close(fd);
    return;
  }
  table_.adopt(fd, std::move(peer), [this](Connection& connection) {
    return std::make_unique<Conversation>(*this, connection);
  });
}

HttpResponder HttpServer::responder_for(Conversation& conversation) {
  const uint64_t ticket = ++last_ticket_;
  conversation.ticket_ = ticket;
  waiting_.emplace(ticket, &conversation);
  return [this, ticket](HttpAnswer answer) { this->answer(ticket, std::move(answer)); };
}

void HttpServer::answer(uint64_t ticket, HttpAnswer answer) {
  const auto found = waiting_.find(ticket);
  if (found != waiting_.end()) found->second->answer(std::move(answer));
}

}  // namespace chat::gateway
