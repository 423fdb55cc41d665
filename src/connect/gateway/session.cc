#include "connect/gateway/session.h"

#include <utility>

#include "connect/base/hash.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

using protocol::CloseCode;
using protocol::Command;
using protocol::Error;
using protocol::ErrorCode;
namespace json = protocol::json;

// Of them few reads are under way (see ReadTurns), the others are 64 KiB each: 16 MB at most.
constexpr size_t kOutstandingMax = 256;
// What a client may send behind its hello before that is answered: 64 x 64 KiB at most.
constexpr size_t kHeldMax = 64;
// A refusal that names no time of its own.
constexpr int64_t kRetryMs = 1'000;
// All requests of one connection, in multiples of the sends that its user may make: reading a chat
// list and every chat's newest page at start is the largest honest burst.
constexpr uint32_t kRequestsPerSend = 10;
// Of requests beyond that rate as many again are refused by name, and those of ten seconds at once:
// who sends an outbox of 2,000 in one go is told when to come back. Who goes on is closed.
constexpr uint32_t kRefusedSeconds = 10;
constexpr uint32_t kPingsPerSecond = 1, kPingsBurst = 20;
constexpr uint32_t kTypingPerSecond = 1, kTypingBurst = 5;
constexpr int kSilentPings = 2;

uint64_t hash_of(const Command& command) { return base::stable_hash(command.chat()); }

protocol::Key key_of(const Command& command) {
  return protocol::Key::from_bytes(command.key()).value_or(protocol::Key());
}

// Refusals after which the same key is worth sending again at once are not errors of the request.
bool is_for_now(ErrorCode code) {
  return code == ErrorCode::kRateLimited || code == ErrorCode::kOverloaded;
}

}  // namespace

std::string limits_json(uint32_t sends_per_second) {
  std::string out = "{\"message_bytes\":";
  json::append_number(out, protocol::kMessageBytesMax);
  out += ",\"text_bytes\":";
  json::append_number(out, protocol::kTextBytesMax);
  out += ",\"sends_per_second\":";
  json::append_number(out, sends_per_second);
  out += ",\"page\":";
  json::append_number(out, protocol::kPageMax);
  return out += '}';
}

Session::Session(SessionWorld& world, SessionPort& port, uint64_t number, Moment now)
    : world_(world),
      port_(port),
      number_(number),
      opened_ms_(now.boot_ms),
      pinged_ms_(now.boot_ms),
      heard_ms_(now.boot_ms) {}

void Session::close(CloseCode code, std::string_view reason) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  held_.clear();
  port_.send_close(code, reason);
}

void Session::close_for_now(CloseCode code, int64_t base_ms) {
  const auto spread = world_.random.next() % static_cast<uint64_t>(base_ms + 1);
  close(code, std::to_string(base_ms + static_cast<int64_t>(spread)));
}

void Session::refuse(uint64_t id, const Error& error) {
  world_.counters.count_refusal(error.code);
  port_.send_text(json::reply_error(id, error));
}

void Session::on_binary() { close(CloseCode::kUnsupportedData, "messages are text"); }

bool Session::on_ping(Moment now) {
  if (state_ == State::kClosed) return false;
  if (pings_bucket_.take(now.boot_ms, kPingsPerSecond, kPingsBurst) == 0) return true;
  close(CloseCode::kPolicy, "too many pings");
  return false;
}

void Session::on_text(std::string_view text, Moment now) {
  if (state_ == State::kClosed) return;
  const auto flood = refused_for_flood(now);
  if (state_ == State::kClosed) return;
  if (flood) return refuse_unread(text, *flood, now);
  if (state_ == State::kAnnouncing) {
    if (held_.size() == kHeldMax) return close(CloseCode::kPolicy, "wait for the reply to hello");
    held_.emplace_back(text);
    return;
  }
  take(text, now);
}

// Every text counts, whatever it says: to find out costs the most.
std::optional<Error> Session::refused_for_flood(Moment now) {
  const uint32_t rate = world_.limiter.per_second() * kRequestsPerSend;
  if (rate == 0) return std::nullopt;
  const int64_t wait_ms = requests_bucket_.take(now.boot_ms, rate, rate);
  if (wait_ms == 0) return std::nullopt;
  if (refusals_bucket_.take(now.boot_ms, rate, rate * kRefusedSeconds) > 0)
    close(CloseCode::kPolicy, "too many requests");
  return Error{ErrorCode::kRateLimited, std::to_string(rate) + " requests a second per connection",
               "", wait_ms};
}

void Session::refuse_unread(std::string_view text, const Error& error, Moment now) {
  const protocol::Request request = protocol::parse_request(text);
  if (request.operation) keep_order(*request.operation, error, now);
  if (request.id) return refuse(*request.id, error);
  if (request.operation) return;  // typing is never answered
  world_.counters.count_refusal(error.code);
  port_.send_text(json::error_body(error));
}

// What is refused for a moment must not be overtaken by what comes behind it.
void Session::keep_order(const protocol::Operation& operation, const Error& error, Moment now) {
  const auto* command = std::get_if<Command>(&operation);
  if (command == nullptr || command->key().empty() || error.retry_after_ms == 0) return;
  holds_.add(hash_of(*command), key_of(*command), error.retry_after_ms, now.boot_ms);
}

void Session::take(std::string_view text, Moment now) {
  if (state_ == State::kClosed) return;
  protocol::Request request = protocol::parse_request(text);
  if (!request.operation) {
    world_.counters.count_refusal(request.operation.error().code);
    return port_.send_text(request.id ? json::reply_error(*request.id, request.operation.error())
                                      : json::error_body(request.operation.error()));
  }
  auto& operation = *request.operation;
  if (!request.id) {
    if (auto* command = std::get_if<Command>(&operation)) handle_typing(*command, now);
    return;
  }
  const uint64_t id = *request.id;
  if (!std::holds_alternative<protocol::Hello>(operation)) {
    if (const auto error = refused_for_now()) {
      keep_order(operation, *error, now);
      return refuse(id, *error);
    }
  }
  std::visit([&](auto& each) { handle(id, each, now); }, operation);
}

// What refuses any request but hello, whatever it asks for.
std::optional<Error> Session::refused_for_now() const {
  if (state_ == State::kUpgraded) return Error{ErrorCode::kTokenMissing, "hello comes first"};
  if (draining_ms_ > 0)
    return Error{ErrorCode::kUnavailable, "this server goes away", "", draining_ms_};
  if (pending_.size() >= kOutstandingMax)
    return Error{ErrorCode::kOverloaded, "256 requests wait for an answer", "", kRetryMs};
  return std::nullopt;
}

protocol::Result<Identity> Session::identity_of(const protocol::Hello& hello, Moment now) const {
  if (!hello.token.empty()) {
    TRY_ASSIGN(Identity identity, world_.authenticator.authenticate(hello.token, now.wall_ms));
    if (!identity_.user.value().empty() && identity.user != identity_.user)
      return protocol::refuse(ErrorCode::kForbidden, "the token is another user's", "token");
    return identity;
  }
  if (identity_.user.value().empty())
    return protocol::refuse(ErrorCode::kTokenMissing, "hello carries a token");
  return identity_;
}

void Session::refuse_hello(uint64_t id, const Error& error) {
  refuse(id, error);
  close(CloseCode::kTokenRefused, protocol::name_of(error.code));
}

void Session::handle(uint64_t id, protocol::Hello& hello, Moment now) {
  world_.counters.count_hello();
  auto identity = identity_of(hello, now);
  if (!identity) return refuse_hello(id, identity.error());
  identity_ = std::move(*identity);
  hello_id_ = id;
  if (state_ == State::kLive) return send_hello_reply();
  device_ = std::move(hello.device);
  state_ = State::kAnnouncing;
  port_.announce(identity_.user, device_);
}

void Session::on_announced(const base::Status& status, Moment now) {
  if (state_ != State::kAnnouncing) return;
  if (!status) return on_turned_away(protocol::from_base(status.error()));
  state_ = State::kLive;
  send_hello_reply();
  for (const std::string& text : std::exchange(held_, {})) take(text, now);
}

void Session::on_turned_away(const Error& error) {
  refuse(hello_id_, error);
  close_for_now(CloseCode::kTooMany, std::max(kRetryMs, error.retry_after_ms));
}

void Session::send_hello_reply() {
  std::string ok = "{\"user\":";
  json::append_string(ok, identity_.user.value());
  ok += ",\"session\":\"" + std::to_string(world_.gateway) + '-' + std::to_string(number_);
  ok += "\",\"time\":" + std::to_string(port_.bus_ms());
  ok += ",\"ping_ms\":" + std::to_string(protocol::kPingMs);
  ok += ",\"limits\":" + limits_json(world_.limiter.per_second()) + '}';
  port_.send_text(json::reply_ok(hello_id_, ok));
}

void Session::handle(uint64_t id, protocol::Watch& watch, Moment) {
  world_.counters.count_watch();
  port_.send_text(json::reply_ok(id, port_.watch(watch.users)));
}

void Session::handle(uint64_t id, protocol::ReadRequest& read, Moment now) {
  world_.counters.count(read);
  if (const auto error = charge(world_.reads, identity_.user, read, now)) return refuse(id, *error);
  read.set_user(identity_.user.value());
  const uint64_t number =
      pending_.add({.id = id, .due_ms = now.boot_ms + protocol::kRequestTimeoutMs});
  port_.read(std::move(read), number);
}

void Session::handle_typing(Command& command, Moment now) {
  if (state_ != State::kLive || command.op_case() != Command::kTyping) return;
  if (typing_bucket_.take(now.boot_ms, kTypingPerSecond, kTypingBurst) > 0) return;
  world_.counters.count(command);
  command.set_from(identity_.user.value());
  command.mutable_origin()->set_gateway(world_.gateway);
  command.mutable_origin()->set_session(number_);
  port_.run(std::move(command));
}

// The order of one sender and the rate of one user. An operation on a chat without a key (mark) has
// no order to keep.
std::optional<Error> Session::refused_for_rate(const Command& command, Moment now) {
  const protocol::Key key = key_of(command);
  const uint64_t chat = hash_of(command);
  if (!command.key().empty()) {
    if (const int64_t wait_ms = holds_.wait_ms(chat, key, now.boot_ms); wait_ms > 0)
      return Error{ErrorCode::kRetryInOrder,
                   "an earlier operation of this session on this chat was refused: resend it first",
                   "", wait_ms};
  }
  auto error = charge(world_.limiter, identity_.user, command, now);
  if (error && !command.key().empty()) holds_.add(chat, key, error->retry_after_ms, now.boot_ms);
  return error;
}

void Session::handle(uint64_t id, Command& command, Moment now) {
  world_.counters.count(command);
  if (command.op_case() == Command::kCreate) {
    if (const auto resolved = protocol::resolve_create(identity_.user, command); !resolved)
      return refuse(id, resolved.error());
  }
  if (const auto error = refused_for_rate(command, now)) return refuse(id, *error);
  const uint64_t number = pending_.add({.id = id,
                                        .due_ms = now.boot_ms + protocol::kRequestTimeoutMs,
                                        .chat_hash = hash_of(command),
                                        .key = key_of(command)});
  command.set_from(identity_.user.value());
  protocol::Origin& origin = *command.mutable_origin();
  origin.set_gateway(world_.gateway);
  origin.set_session(number_);
  origin.set_request(number);
  origin.set_number(++commands_);
  port_.run(std::move(command));
}

void Session::on_reply(const protocol::Reply& reply) {
  if (state_ == State::kClosed) return;
  const auto entry = pending_.take(reply.request());
  if (!entry) return;
  port_.send_text(reply.has_failure()
                      ? json::reply_error(entry->id, json::error_of(reply.failure()))
                      : json::reply_ok(entry->id, json::ok_of(reply)));
}

void Session::on_refused(uint64_t request, const Error& error, Moment now) {
  if (state_ == State::kClosed) return;
  const auto entry = pending_.take(request);
  if (!entry) return;
  if (is_for_now(error.code) && entry->key != protocol::Key())
    holds_.add(entry->chat_hash, entry->key, error.retry_after_ms, now.boot_ms);
  refuse(entry->id, error);
}

void Session::on_read(uint64_t number, const protocol::Result<std::string>& result) {
  if (state_ == State::kClosed) return;
  const auto entry = pending_.take(number);
  if (!entry) return;
  if (!result) return refuse(entry->id, result.error());
  port_.send_text(json::reply_ok(entry->id, *result));
}

void Session::on_keys_changed() {
  if (identity_.user.value().empty() || world_.authenticator.trusts(identity_)) return;
  close(CloseCode::kTokenRevoked, "the token is no longer trusted");
}

void Session::on_replaced() { close(CloseCode::kReplaced, "replaced by the same device"); }

void Session::on_drain(int64_t after_ms) {
  draining_ms_ = std::max<int64_t>(1, after_ms);
  if (state_ == State::kLive) port_.send_text(json::push_reconnect(after_ms));
}

void Session::on_tick(Moment now) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kUpgraded && now.boot_ms - opened_ms_ >= protocol::kHelloTimeoutMs)
    return close_for_now(CloseCode::kNoHello, kRetryMs);
  if (state_ == State::kLive && now.wall_ms >= identity_.expires_ms)
    return close_for_now(CloseCode::kTokenExpired, kRetryMs);
  if (now.boot_ms - heard_ms_ > kSilentPings * protocol::kPingMs)
    return close_for_now(CloseCode::kTooSlow, kRetryMs);
  if (now.boot_ms - pinged_ms_ >= protocol::kPingMs) {
    pinged_ms_ = now.boot_ms;
    port_.send_ping();
  }
  expire_requests(now);
}

void Session::expire_requests(Moment now) {
  for (const Pending::Entry& entry : pending_.take_due(now.boot_ms))
    refuse(entry.id, {ErrorCode::kUnavailable,
                      "no answer within 10 s: the outcome is unknown, resend with the same key", "",
                      kRetryMs});
}

bool Session::takes_event(uint64_t chat_hash, uint64_t seq) {
  return state_ == State::kLive && seen_.advance(chat_hash, seq);
}

}  // namespace chat::gateway
