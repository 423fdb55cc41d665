#include "connect/client/core.h"

#include <algorithm>

#include "connect/base/json_escape.h"
#include "connect/protocol/frame.h"

namespace chat::client {
namespace {

// Without a frame for this many of the server's pings the connection is dead.
constexpr int64_t kSilentPings = 3;
constexpr int64_t kPingDefaultMs = 25'000;

// Without a close frame the reason is the connection's own, and says more than the code.
std::string why_closed(uint16_t code, std::string_view reason) {
  const bool own = code == 1006 || code == 1015;
  return own && !reason.empty() ? std::string(reason) : "closed with " + std::to_string(code);
}

void sooner(std::optional<int64_t>& at, int64_t candidate) {
  if (!at || candidate < *at) at = candidate;
}

}  // namespace

Core::Core(Options options, base::Random& random)
    : options_(std::move(options)),
      random_(random),
      backoff_(random),
      outbox_(backoff_),
      token_(options_.token) {}

void Core::start(Time) {
  if (status_ != Status::kIdle && status_ != Status::kStopped) return;
  if (token_.empty()) return want_token("");
  open();
}

void Core::stop(Time now) {
  if (status_ == Status::kGreeting || status_ == Status::kOnline || status_ == Status::kConnecting)
    effects_.push_back(CloseConnection{1000});
  disconnected(now);
  set_status(Status::kStopped);
}

void Core::set_status(Status status, std::string why) {
  if (status == status_ && why.empty()) return;
  status_ = status;
  effects_.push_back(StatusChanged{status, std::move(why)});
}

void Core::open() {
  set_status(Status::kConnecting);
  effects_.push_back(OpenConnection{});
}

void Core::connected(Time now) {
  greeted_ms_ = heard_ms_ = now.boot_ms;
  set_status(Status::kGreeting);
  say_hello(now);
}

void Core::say_hello(Time now) {
  std::string members = "\"token\":";
  base::append_json_string(members, token_);
  members += ",\"device\":";
  base::append_json_string(members, options_.device);
  members += ",\"agent\":";
  base::append_json_string(members, options_.agent);
  request(now, {.asked = Asked::kHello}, "hello", members);
}

void Core::hello_answered(Time now, const Json& ok) {
  const HelloAnswer hello = hello_of(ok);
  // The answer is a little old when it arrives, so that the corrected clock is never ahead.
  if (hello.time_ms > 0) clock_offset_ = hello.time_ms - now.boot_ms;
  me_ = hello.user;
  ping_ms_ = hello.ping_ms > 0 ? hello.ping_ms : kPingDefaultMs;
  outbox_.set_rate(hello.sends_per_second);
  token_fresh_ = true;
  if (status_ == Status::kOnline) return;  // a new token on a connection that goes on
  online_since_ms_ = now.boot_ms;
  set_status(Status::kOnline);
  synced_ = !options_.chats;
  sync_again_ = options_.chats;
}

void Core::hello_refused(Time now, const protocol::Error& error) {
  using enum protocol::ErrorCode;
  const bool token =
      error.code == kTokenExpired || error.code == kTokenInvalid || error.code == kTokenMissing;
  if (!token) return drop(now, 1000, error.message);
  const bool again = token_fresh_ && options_.can_fetch_token;
  token_fresh_ = false;
  effects_.push_back(CloseConnection{1000});
  disconnected(now);
  if (again) return want_token(error.message);
  set_status(Status::kStopped, error.message);
}

void Core::want_token(std::string why) {
  set_status(Status::kWaiting, std::move(why));
  retry_at_ms_ = INT64_MAX;
  if (!token_asked_) effects_.push_back(FetchToken{});
  token_asked_ = true;
}

void Core::set_token(Time now, std::string token) {
  token_ = std::move(token);
  const bool waited = token_asked_;
  token_asked_ = false;
  if (status_ == Status::kOnline) return say_hello(now);
  if (waited && status_ == Status::kWaiting) open();
}

void Core::token_failed(Time now, std::string why) {
  token_asked_ = false;
  if (status_ == Status::kWaiting) {
    // Asked for again after the delay, since the old one is known not to do.
    token_fresh_ = false;
    retry_in(now, backoff_.next_ms(0), std::move(why));
  }
}

int64_t Core::lasted_ms(Time now) const {
  return status_ == Status::kOnline ? now.boot_ms - online_since_ms_ : 0;
}

void Core::disconnected(Time) {
  outbox_.disconnected();
  for (const auto& [id, where] : loads_) {
    Chat& chat = chats_.at(id);
    chat.loading = false;
    if (where.recount) {
      chat.log.still_unsure(EventId(where.value));
      unsure_.insert(id);
      continue;
    }
    effects_.push_back(PageLoaded{
        id, {}, protocol::Error{protocol::ErrorCode::kUnavailable, "the connection was lost"}});
  }
  loads_.clear();
  for (auto& [id, chat] : chats_) chat.fetching = chat.marking = false;
  requests_.clear();
  fetches_ = 0;
  syncing_ = false;
  synced_ = false;
  sync_cursor_.clear();
  leave_at_ms_.reset();
}

void Core::retry_in(Time now, int64_t delay_ms, std::string why) {
  retry_at_ms_ = now.boot_ms + delay_ms;
  set_status(Status::kWaiting, std::move(why));
}

// Leaves the connection by itself.
void Core::drop(Time now, uint16_t code, std::string why) {
  const int64_t lasted = lasted_ms(now);
  effects_.push_back(CloseConnection{code});
  disconnected(now);
  retry_in(now, backoff_.next_ms(lasted), std::move(why));
}

void Core::closed(Time now, uint16_t code, std::string_view reason) {
  if (status_ == Status::kStopped || status_ == Status::kWaiting || status_ == Status::kIdle)
    return;
  const int64_t lasted = lasted_ms(now);
  disconnected(now);
  const auto close = protocol::CloseCode(code);
  const bool token_code =
      close == protocol::CloseCode::kTokenExpired || close == protocol::CloseCode::kTokenRefused;
  if (token_code && token_fresh_ && options_.can_fetch_token) {
    token_fresh_ = false;
    return want_token("the token has expired");
  }
  const std::string why = why_closed(code, reason);
  std::optional<int64_t> delay = backoff_.after_close_ms(code, reason, lasted);
  if (!delay) return set_status(Status::kStopped, why);
  retry_in(now, *delay, why);
}

bool Core::expired(Time now, const Request& request) const {
  const int64_t most = request.asked == Asked::kHello ? kHelloTimeoutMs : kAnswerTimeoutMs;
  return request.sent_ms + most <= now.boot_ms;
}

void Core::wake(Time now) {
  if (status_ == Status::kWaiting && retry_at_ms_ <= now.boot_ms) {
    if (!token_fresh_ && options_.can_fetch_token)
      want_token("");
    else
      open();
  }
  if (status_ != Status::kGreeting && status_ != Status::kOnline) return;
  // An answer that does not come is asked for on a new connection: operations keep their keys.
  for (const auto& [id, request] : requests_)
    if (expired(now, request)) return drop(now, 1000, "no answer from the server");
  if (status_ == Status::kOnline && now.boot_ms - heard_ms_ >= kSilentPings * ping_ms_)
    return drop(now, 1000, "the server is silent");
  if (leave_at_ms_ && *leave_at_ms_ <= now.boot_ms) {
    effects_.push_back(CloseConnection{1000});
    disconnected(now);
    return open();
  }
  pump(now);
}

std::optional<int64_t> Core::wake_at() const {
  std::optional<int64_t> at;
  if (status_ == Status::kWaiting && retry_at_ms_ != INT64_MAX) sooner(at, retry_at_ms_);
  if (status_ != Status::kGreeting && status_ != Status::kOnline) return at;
  for (const auto& [id, request] : requests_)
    sooner(at,
           request.sent_ms + (request.asked == Asked::kHello ? kHelloTimeoutMs : kAnswerTimeoutMs));
  if (status_ != Status::kOnline) return at;
  sooner(at, heard_ms_ + kSilentPings * ping_ms_);
  if (leave_at_ms_) sooner(at, *leave_at_ms_);
  if (auto due = outbox_.wake_at()) sooner(at, *due);
  if (sync_again_ && !syncing_) sooner(at, sync_not_before_ms_);
  for (const ChatId& id : unsure_)
    if (!chats_.at(id).loading && !behind_.count(id)) sooner(at, chats_.at(id).fetch_not_before_ms);
  if (fetches_ >= kFetchesMax) return at;
  for (const ChatId& id : behind_)
    if (!chats_.at(id).fetching) sooner(at, chats_.at(id).fetch_not_before_ms);
  return at;
}

// Puts on the wire whatever may go there now.
void Core::pump(Time now) {
  if (status_ != Status::kOnline) return;
  if (sync_again_ && !syncing_ && sync_not_before_ms_ <= now.boot_ms) sync(now);
  fetch_behind(now);
  ask_unsure(now);
  send_marks(now);
  send_operations(now);
}

std::vector<Effect> Core::take_effects() { return std::exchange(effects_, {}); }

const Chat* Core::chat(const ChatId& id) const {
  auto found = chats_.find(id);
  return found == chats_.end() ? nullptr : &found->second;
}

int64_t Core::corrected_ms(Time now) const {
  return clock_offset_ ? now.boot_ms + *clock_offset_ : now.wall_ms;
}

}  // namespace chat::client
