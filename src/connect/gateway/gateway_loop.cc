#include "connect/gateway/gateway_loop.h"

#include <pthread.h>

#include <utility>

#include "connect/base/hash.h"
#include "connect/base/log.h"
#include "connect/gateway/upgrade.h"
#include "connect/protocol/json_out.h"

namespace chat::gateway {
namespace {

using protocol::CloseCode;
using protocol::Command;
using protocol::Error;
using protocol::ErrorCode;
namespace json = protocol::json;

// Records taken in one turn, so that sockets are looked at in between.
constexpr size_t kRecordsPerTurn = 512;
constexpr int64_t kTickMs = 1'000;
constexpr int64_t kDrainLookMs = 10;
constexpr int64_t kCrowdedRetryMs = 1'000;
// A session that is dead is noticed within 50 s.
constexpr int64_t kManySessionsRetryMs = 10'000;
// After the close frames: as long as a connection waits for its peer to close.
constexpr int64_t kCloseMs = 6'000;

Error crowded() {
  return {ErrorCode::kOverloaded, "too much waits to be read", "", kCrowdedRetryMs};
}

Error too_many_sessions(size_t max) {
  return {ErrorCode::kRateLimited, std::to_string(max) + " sessions of this user are open", "",
          kManySessionsRetryMs};
}

Error going_away() { return {ErrorCode::kUnavailable, "this server goes away", "", 1'000}; }

// What stands in a presence push: {"presence":VALUE}.
std::string presence_value(std::string_view user, const bus::Presence& presence) {
  constexpr std::string_view kBefore = "{\"presence\":";
  const std::string push = json::push_presence(user, presence.online, presence.last_seen_ms);
  return push.substr(kBefore.size(), push.size() - kBefore.size() - 1);
}

bool is_typing(const Command& command) { return command.op_case() == Command::kTyping; }

}  // namespace

GatewayShared::GatewayShared(const GatewayOptions& options, const GatewayParts& parts)
    : sends(options.sends_per_second),
      reads(options.sends_per_second * kReadsPerSend),
      read_turns(std::make_shared<ReadTurns>(parts.reads, parts.clock)),
      admission(options.admissions_per_second),
      user_sessions(options.sessions_per_user),
      counters(parts.metrics),
      connections(parts.metrics.gauge("connect_connections", "Open client connections")),
      queue_bytes(parts.metrics.gauge("connect_queue_bytes", "Bytes that wait for slow readers")),
      accepts(parts.metrics.counter("connect_accepts_total", "Accepted client connections")),
      poisoned(parts.metrics.counter("connect_poisoned_records_total",
                                     "Records on the bus that made no sense and were set aside")) {
  for (const auto& [topic, name] : {std::pair(bus::Topic::kCommands, "commands"),
                                    {bus::Topic::kDeliveries, "deliveries"},
                                    {bus::Topic::kSignals, "signals"}})
    depths.emplace_back(topic,
                        &parts.metrics.gauge("connect_bus_depth", "Records that wait on the bus",
                                             {{"topic", name}}));
}

GatewayLoop::GatewayLoop(uint32_t number, const GatewayOptions& options, const GatewayParts& parts,
                         GatewayShared& shared)
    : number_(number),
      options_(options),
      parts_(parts),
      shared_(shared),
      world_{parts.authenticator, shared.sends,    shared.reads,
             parts.random,        shared.counters, number},
      rest_(options, parts, shared.sends, shared.reads),
      door_(std::make_shared<LoopDoor>(loop_)),
      deliveries_(sessions_, [this](const protocol::Reply& reply) { on_reply(reply); }),
      server_(loop_, *this,
              {.tls = parts.tls,
               .connections_max = options.connections_max,
               .bounds = {options.queue_bytes_max, options.user_queue_bytes_max,
                          options.held_bytes_max}}),
      keys_version_(parts.authenticator.version()) {}

GatewayLoop::~GatewayLoop() {
  stop();
  parts_.registry.listen(number_, nullptr);
  door_->close();
  subscription_.reset();
}

void GatewayLoop::start() {
  parts_.registry.listen(number_, this);
  subscription_ = parts_.bus.subscribe(bus::Topic::kDeliveries, {static_cast<int>(number_)},
                                       [this] { signal_deliveries(); });
  signal_deliveries();
  loop_.start_timer(kTickMs, [this] { tick(); });
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), ("gateway-" + std::to_string(number_)).c_str());
    door_->set_thread(std::this_thread::get_id());
    loop_.run();
  });
}

void GatewayLoop::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

void GatewayLoop::signal_deliveries() {
  if (!signalled_.exchange(true)) loop_.post([this] { take_deliveries(); });
}

void GatewayLoop::take_deliveries() {
  signalled_.store(false);
  const bus::Batch batch = subscription_->take(kRecordsPerTurn);
  for (const bus::Record& record : batch.records) {
    if (deliveries_.take(record)) continue;
    shared_.poisoned.add();
    base::log_error("a record that is no delivery was set aside",
                    {{"partition", record.partition}, {"offset", record.offset}});
  }
  if (!batch.records.empty())
    subscription_->commit(batch.records.back().partition, batch.records.back().offset);
  // Only a take that finds nothing is followed by another signal.
  if (!batch.empty()) signal_deliveries();
}

void GatewayLoop::on_reply(const protocol::Reply& reply) {
  if (const auto call = calls_.take(reply.request()))
    call->respond(Rest::answer_of(call->operation, reply));
}

void GatewayLoop::run(uint64_t session, Command command) {
  const uint64_t request = command.origin().request();
  const bus::Topic topic = is_typing(command) ? bus::Topic::kSignals : bus::Topic::kCommands;
  bus::Record record;
  record.key = command.chat();
  record.value = command.SerializeAsString();
  record.partition = static_cast<int>(base::stable_hash(record.key) %
                                      static_cast<uint64_t>(parts_.bus.partitions(topic)));
  if (topic == bus::Topic::kSignals)
    return parts_.bus.produce(topic, std::move(record), [](const base::Result<uint64_t>&) {});
  parts_.bus.produce(topic, std::move(record),
                     [this, door = door_, session, request](base::Result<uint64_t> offset) {
                       if (offset) return;
                       Error error = protocol::from_base(offset.error());
                       // At once when it can be, so that what is next on this connection knows.
                       if (door->is_loop_thread()) return refused(session, request, error);
                       door->post([this, session, request, error = std::move(error)] {
                         refused(session, request, error);
                       });
                     });
}

void GatewayLoop::refused(uint64_t session, uint64_t request, const Error& error) {
  if (session != 0) {
    if (WebSocket* const socket = sessions_.find(session))
      socket->session().on_refused(request, error, now());
    return;
  }
  if (const auto call = calls_.take(request)) call->respond(refusal(error));
}

// Pages are what fills outboxes: there are none for a user whose readers leave too much waiting,
// neither before they are read nor, since much may have been asked for by then, when they come.
void GatewayLoop::read(uint64_t session, uint64_t number, protocol::ReadRequest request) {
  WebSocket* const socket = sessions_.find(session);
  if (!server_.connections().takes_pages(socket->connection().user_queue_bytes()))
    return socket->session().on_read(number, base::Unexpected{crowded()});
  read_on(session, number, std::move(request));
}

void GatewayLoop::read_on(uint64_t session, uint64_t number, protocol::ReadRequest request) {
  shared_.read_turns->read(std::move(request), [this, door = door_, session,
                                                number](protocol::Result<std::string> result) {
    door->post([this, session, number, result = std::move(result)]() mutable {
      answered(session, number, std::move(result));
    });
  });
}

void GatewayLoop::answered(uint64_t session, uint64_t number,
                           protocol::Result<std::string> result) {
  const ConnectionTable& table = server_.connections();
  if (session != 0) {
    WebSocket* const socket = sessions_.find(session);
    if (socket == nullptr) return;
    Connection& connection = socket->connection();
    if (!table.takes_pages(connection.user_queue_bytes())) connection.write_early();
    if (!table.takes_pages(connection.user_queue_bytes())) result = base::Unexpected{crowded()};
    return socket->session().on_read(number, result);
  }
  const auto call = calls_.take(number);
  if (!call) return;
  if (!table.takes_pages(call->queue->load())) result = base::Unexpected{crowded()};
  HttpAnswer answer = Rest::answer_of(result);
  answer.queue = call->queue;
  call->respond(std::move(answer));
}

std::optional<HttpAnswer> GatewayLoop::answer_head(const HttpRequest& head, const Peer& peer) {
  if (asks_for_websocket(head))
    return refusal({ErrorCode::kFieldInvalid, "a handshake has no body", "Content-Length"}, 400);
  auto answer = draining_ ? refusal(going_away()) : rest_.answer_head(head, peer, now(), bus_ms());
  const std::string_view origin = head.header("origin");
  if (answer && !origin.empty() && is_origin_allowed(head, options_.origins))
    add_cors_headers(origin, *answer);
  return answer;
}

void GatewayLoop::handle(HttpRequest request, const Peer& peer, HttpResponder respond) {
  if (request.count("origin") > 0 && is_origin_allowed(request, options_.origins)) {
    respond = [respond = std::move(respond),
               origin = std::string(request.header("origin"))](HttpAnswer answer) {
      add_cors_headers(origin, answer);
      respond(std::move(answer));
    };
  }
  if (draining_) {
    HttpAnswer answer = refusal(going_away());
    answer.close = true;
    return respond(std::move(answer));
  }
  RestCall call = rest_.take(request, peer, now(), bus_ms());
  if (auto* command = std::get_if<Command>(&call))
    return begin(std::move(*command), std::move(respond));
  if (auto* read_request = std::get_if<protocol::ReadRequest>(&call))
    return begin(std::move(*read_request), std::move(respond));
  respond(std::move(std::get<HttpAnswer>(call)));
}

void GatewayLoop::begin(Command command, HttpResponder respond) {
  shared_.counters.count(command);
  const uint64_t number = calls_.add({.respond = std::move(respond),
                                      .operation = command.op_case(),
                                      .due_ms = loop_.now_ms() + protocol::kRequestTimeoutMs});
  command.mutable_origin()->set_gateway(number_);
  command.mutable_origin()->set_request(number);
  run(0, std::move(command));
}

void GatewayLoop::begin(protocol::ReadRequest request, HttpResponder respond) {
  shared_.counters.count(request);
  QueueAccount queue = shared_.user_queues.account_of(request.user());
  if (!server_.connections().takes_pages(queue->load())) return respond(refusal(crowded()));
  const uint64_t number = calls_.add({.respond = std::move(respond),
                                      .due_ms = loop_.now_ms() + protocol::kRequestTimeoutMs,
                                      .queue = std::move(queue)});
  read_on(0, number, std::move(request));
}

std::optional<HttpAnswer> GatewayLoop::upgrade(const HttpRequest& request, Connection& connection) {
  if (draining_) return refusal(going_away());
  if (const auto error = refused_at_the_door(request, options_.origins)) return refusal(*error);
  if (request.path != "/v1/ws")
    return refusal({ErrorCode::kNotFound, "the WebSocket is at /v1/ws"});
  HttpAnswer answer = answer_upgrade(request);
  if (answer.status != 101) return answer;
  std::optional<Identity> identity;
  if (const std::string_view token = bearer_token(request); !token.empty()) {
    auto known = parts_.authenticator.authenticate(token, parts_.clock.wall_ms());
    if (!known) return refusal(known.error());
    identity = std::move(*known);
  }
  append_answer(connection.out(), answer, false, true);
  auto socket = std::make_unique<WebSocket>(*this, connection, sessions_.next_number());
  sessions_.add(*socket);
  Session& session = socket->session();
  if (identity) session.identify(*std::move(identity));
  connection.speak_through(std::move(socket));
  if (const int64_t wait_ms = shared_.admission.enter(loop_.now_ms()); wait_ms > 0)
    session.close(CloseCode::kTooMany, std::to_string(wait_ms));
  return std::nullopt;
}

void GatewayLoop::on_answer(const HttpAnswer& answer) {
  if (answer.refused) shared_.counters.count_refusal(*answer.refused);
}

bus::Session GatewayLoop::registration_of(WebSocket& socket) const {
  const Session& session = socket.session();
  return {session.user(), session.device(), number_, session.number()};
}

void GatewayLoop::announce(WebSocket& socket) {
  if (!shared_.user_sessions.enter(socket.session().user().value()))
    return socket.session().on_turned_away(too_many_sessions(options_.sessions_per_user));
  sessions_.add_to_user(socket);
  socket.connection().count_for(shared_.user_queues.account_of(socket.session().user().value()));
  parts_.registry.announce(
      registration_of(socket),
      [this, door = door_, number = socket.session().number()](base::Status status) {
        door->post([this, number, status = std::move(status)] {
          if (WebSocket* const announced = sessions_.find(number))
            announced->session().on_announced(status, now());
        });
      });
}

std::string GatewayLoop::watch(WebSocket& socket, const std::vector<protocol::UserId>& users) {
  // First the list, then the answer: a change in between is pushed.
  sessions_.watch(socket.session().number(), users);
  std::string ok = "{\"presence\":[";
  for (const protocol::UserId& user : users) {
    const bus::Presence presence = parts_.registry.presence_of(user);
    if (ok.back() == '}') ok += ',';
    ok += presence_value(user.value(), presence);
  }
  return ok += "]}";
}

void GatewayLoop::left(WebSocket& socket) {
  if (!sessions_.remove(socket)) return;
  shared_.user_sessions.leave(socket.session().user().value());
  parts_.registry.withdraw(registration_of(socket), bus_ms());
}

void GatewayLoop::on_presence(const protocol::UserId& user, const bus::Presence& presence) {
  if (!sessions_.has_watchers()) return;
  door_->post([this, user, presence] {
    std::string frame;
    for (WebSocket* const socket : sessions_.watchers_of(user.value())) {
      if (frame.empty())
        protocol::append_frame(
            frame, protocol::Opcode::kText,
            json::push_presence(user.value(), presence.online, presence.last_seen_ms));
      socket->push(frame);
    }
  });
}

void GatewayLoop::on_replaced(uint64_t session) {
  door_->post([this, session] {
    if (WebSocket* const socket = sessions_.find(session)) socket->session().on_replaced();
  });
}

void GatewayLoop::tick() {
  loop_.start_timer(kTickMs, [this] { tick(); });
  for (const Calls::Call& call : calls_.take_due(loop_.now_ms()))
    call.respond(refusal({ErrorCode::kUnavailable,
                          "no answer within 10 s: the outcome is unknown, retry with the same key",
                          "", 1'000}));
  if (const uint64_t version = parts_.authenticator.version(); version != keys_version_) {
    keys_version_ = version;
    for (WebSocket* const socket : sessions_.all()) socket->session().on_keys_changed();
  }
  report();
}

void GatewayLoop::report() {
  const auto connections = static_cast<double>(server_.connections().count());
  const auto queue_bytes = static_cast<double>(server_.connections().queue_bytes());
  shared_.connections.add(connections - std::exchange(reported_connections_, connections));
  shared_.queue_bytes.add(queue_bytes - std::exchange(reported_queue_bytes_, queue_bytes));
  if (number_ > 0) return;
  for (const auto& [topic, depth] : shared_.depths)
    depth->set(static_cast<double>(parts_.bus.depth(topic)));
}

void GatewayLoop::drain(base::Task done) {
  loop_.post([this, done = std::move(done)] { begin_drain(done); });
}

void GatewayLoop::begin_drain(const base::Task& done) {
  draining_ = true;
  const auto spread = static_cast<uint64_t>(options_.reconnect_spread_ms) + 1;
  for (WebSocket* const socket : sessions_.all())
    socket->session().on_drain(static_cast<int64_t>(parts_.random.next() % spread));
  drain_on(loop_.now_ms() + options_.drain_ms, done);
}

bool GatewayLoop::is_quiet() const {
  if (calls_.size() > 0 || server_.outstanding() > 0) return false;
  for (WebSocket* const socket : sessions_.all()) {
    if (socket->session().outstanding() > 0) return false;
  }
  return true;
}

// Looks again and again until everything is answered and written, or the time is over.
void GatewayLoop::drain_on(int64_t deadline_ms, const base::Task& done) {
  const bool is_over = loop_.now_ms() >= deadline_ms;
  if (!is_over && (!is_quiet() || server_.connections().queue_bytes() > 0)) {
    loop_.start_timer(kDrainLookMs, [this, deadline_ms, done] { drain_on(deadline_ms, done); });
    return;
  }
  for (WebSocket* const socket : sessions_.all())
    socket->session().close(CloseCode::kServiceRestart, "");
  server_.connections().finish_all();
  finish_drain(loop_.now_ms() + kCloseMs, done);
}

void GatewayLoop::finish_drain(int64_t deadline_ms, const base::Task& done) {
  if (server_.connections().count() > 0 && loop_.now_ms() < deadline_ms) {
    loop_.start_timer(kDrainLookMs, [this, deadline_ms, done] { finish_drain(deadline_ms, done); });
    return;
  }
  server_.connections().abort_all();
  report();
  done();
}

}  // namespace chat::gateway
