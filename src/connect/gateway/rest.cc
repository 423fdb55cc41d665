#include "connect/gateway/rest.h"

#include <array>
#include <utility>

#include "connect/gateway/rest_routes.h"
#include "connect/gateway/session.h"
#include "connect/gateway/upgrade.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/request.h"

namespace chat::gateway {
namespace {

using protocol::Command;
using protocol::ErrorCode;
using protocol::ReadRequest;
using protocol::refuse;
using protocol::Result;
using protocol::UserId;
namespace json = protocol::json;

std::string_view name_of(Method method) {
  switch (method) {
    case Method::kGet: return "GET, HEAD";
    case Method::kPost: return "POST";
    case Method::kPut: return "PUT";
    case Method::kPatch: return "PATCH";
    case Method::kDelete: return "DELETE";
    default: return "";
  }
}

HttpAnswer not_allowed(const std::string& allow) {
  HttpAnswer answer = refusal({ErrorCode::kMethodNotAllowed, "here: " + allow});
  answer.headers.emplace_back("Allow", allow);
  return answer;
}

HttpAnswer not_found() { return refusal({ErrorCode::kNotFound, "there is nothing at this path"}); }

HttpAnswer upgrade_required() {
  HttpAnswer answer =
      refusal({ErrorCode::kFieldInvalid, "a WebSocket handshake is expected here", "Upgrade"}, 426);
  answer.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
  return answer;
}

bool is_json(std::string_view content_type) {
  return lists_token(content_type.substr(0, content_type.find(';')), "application/json");
}

HttpAnswer json_answer(std::string body) {
  HttpAnswer answer;
  answer.body = std::move(body);
  return answer;
}

// The key of a call that came without one.
protocol::Key mint(base::Random& random, int64_t bus_ms) {
  std::array<uint8_t, 10> bytes{};
  random.fill(bytes);
  return protocol::Key::mint(bus_ms, bytes);
}

// A page elsewhere whose name was pointed at this machine has its own name in Host, and a proxy
// says for whom it speaks: neither is somebody sitting here.
bool is_from_this_machine(const HttpRequest& request, const Peer& peer) {
  std::string_view host = request.header("host");
  const size_t colon = host.rfind(':');
  if (colon != host.npos && !host.ends_with(']')) host = host.substr(0, colon);
  const bool is_local_name = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  return peer.is_loopback && is_local_name && request.count("x-forwarded-for") == 0 &&
         request.count("forwarded") == 0;
}

Result<HttpAnswer> log_in(DevLogin& login, const HttpRequest& request, int64_t now_ms) {
  TRY_ASSIGN(const UserId user, protocol::parse_login(request.body));
  TRY_ASSIGN(const Login given, login.login(user, now_ms));
  std::string body = "{\"token\":";
  json::append_string(body, given.token);
  return json_answer(body + ",\"expires\":" + std::to_string(given.expires_ms) + '}');
}

std::string me_body(const UserId& user, uint32_t sends_per_second, int64_t bus_ms) {
  std::string body = "{\"user\":";
  json::append_string(body, user.value());
  return body + ",\"limits\":" + limits_json(sends_per_second) +
         ",\"time\":" + std::to_string(bus_ms) + '}';
}

Result<std::vector<std::string>> decoded(const std::vector<std::string_view>& parts) {
  std::vector<std::string> texts;
  for (const std::string_view part : parts) {
    auto text = percent_decoded(part);
    if (!text) return refuse(ErrorCode::kFieldInvalid, "a broken percent escape", "path");
    texts.push_back(*std::move(text));
  }
  return texts;
}

}  // namespace

Rest::Rest(const GatewayOptions& options, const GatewayParts& parts, RateLimiter& sends,
           RateLimiter& reads)
    : options_(options), parts_(parts), sends_(sends), reads_(reads), files_(options.files) {}

RestCall Rest::take(const HttpRequest& request, const Peer& peer, Moment now, int64_t bus_ms) {
  Opening opening = open(request, peer, now, bus_ms);
  if (auto* answer = std::get_if<HttpAnswer>(&opening)) return std::move(*answer);
  if (!request.body.empty() && !is_json(request.header("content-type")))
    return refusal({ErrorCode::kMediaType, "a body is application/json", "Content-Type"});
  const Opened& opened = std::get<Opened>(opening);
  if (opened.route != nullptr) return call(request, opened, now, bus_ms);
  const auto answer = log_in(*parts_.dev_login, request, now.wall_ms);
  return answer ? *answer : refusal(answer.error());
}

std::optional<HttpAnswer> Rest::answer_head(const HttpRequest& head, const Peer& peer, Moment now,
                                            int64_t bus_ms) {
  Opening opening = open(head, peer, now, bus_ms);
  if (auto* answer = std::get_if<HttpAnswer>(&opening)) return std::move(*answer);
  return std::nullopt;
}

Rest::Opening Rest::open(const HttpRequest& head, const Peer& peer, Moment now, int64_t bus_ms) {
  if (const auto error = refused_at_the_door(head, options_.origins))
    return refusal(*error, error->code == ErrorCode::kFieldInvalid ? 400 : 0);
  if (head.method == Method::kOptions) return preflight_answer();
  if (auto answer = file_for(head)) return *std::move(answer);
  const bool is_login = head.path == "/v1/dev/login" && parts_.dev_login != nullptr &&
                        is_from_this_machine(head, peer);
  if (!is_login) return open_route(head, now, bus_ms);
  if (head.method != Method::kPost) return not_allowed("POST");
  return Opened{};
}

std::optional<HttpAnswer> Rest::file_for(const HttpRequest& request) const {
  const bool is_openapi = request.path == "/v1/openapi.json" && !options_.openapi_json.empty();
  const StaticFile* const file = is_openapi ? nullptr : files_.find(request);
  if (!is_openapi && file == nullptr) return std::nullopt;
  if (request.method != Method::kGet && request.method != Method::kHead)
    return not_allowed("GET, HEAD");
  if (file != nullptr) return StaticFiles::answer(*file, request);
  HttpAnswer answer;
  answer.lasting_body = options_.openapi_json;
  return answer;
}

Rest::Opening Rest::open_route(const HttpRequest& head, Moment now, int64_t bus_ms) {
  const Method method = head.method == Method::kHead ? Method::kGet : head.method;
  std::string allow = head.path == "/v1/me" ? "GET, HEAD" : "";
  Opened opened;
  for (const RestRoute& route : rest_routes()) {
    const auto matched = match_path(route.path, head.path);
    if (!matched) continue;
    allow.append(allow.empty() ? "" : ", ").append(name_of(route.method));
    if (route.method != method) continue;
    opened.route = &route;
    opened.parts = *matched;
  }
  if (head.path == "/v1/ws") return upgrade_required();
  if (allow.empty()) return not_found();
  const bool is_me = head.path == "/v1/me" && method == Method::kGet;
  if (opened.route == nullptr && !is_me) return not_allowed(allow);

  const std::string_view token = bearer_token(head);
  if (token.empty())
    return refusal({ErrorCode::kTokenMissing, "send Authorization: Bearer <token>"});
  auto identity = parts_.authenticator.authenticate(token, now.wall_ms);
  if (!identity) return refusal(identity.error());
  if (is_me) return json_answer(me_body(identity->user, sends_.per_second(), bus_ms));
  opened.user = identity->user;
  return opened;
}

RestCall Rest::call(const HttpRequest& request, const Opened& opened, Moment now, int64_t bus_ms) {
  auto texts = decoded(opened.parts);
  if (!texts) return refusal(texts.error());
  auto call = opened.route->operation(
      {request, *std::move(texts), opened.user, mint(parts_.random, bus_ms)});
  if (call) call = finish(*std::move(call), opened.user, now);
  return call ? *std::move(call) : RestCall(refusal(call.error()));
}

// Says whose call it is, and takes its cost from that user.
Result<RestCall> Rest::finish(RestCall call, const UserId& user, Moment now) {
  if (auto* command = std::get_if<Command>(&call)) {
    if (auto error = charge(sends_, user, *command, now)) return base::Unexpected{*error};
    command->set_from(user.value());
  }
  if (auto* read = std::get_if<ReadRequest>(&call)) {
    if (auto error = charge(reads_, user, *read, now)) return base::Unexpected{*error};
    read->set_user(user.value());
  }
  return call;
}

HttpAnswer Rest::answer_of(Command::OpCase operation, const protocol::Reply& reply) {
  if (reply.has_failure()) {
    HttpAnswer refused = refusal(json::error_of(reply.failure()));
    refused.refused.reset();  // messaging counted it
    return refused;
  }
  HttpAnswer answer = json_answer(json::ok_of(reply));
  const bool makes_new = operation == Command::kSend || operation == Command::kCreate;
  if (makes_new && reply.has_appended() && !reply.appended().duplicate()) answer.status = 201;
  return answer;
}

HttpAnswer Rest::answer_of(const Result<std::string>& read) {
  return read ? json_answer(*read) : refusal(read.error());
}

HttpAnswer preflight_answer() {
  HttpAnswer answer;
  answer.status = 204;
  answer.headers = {
      {"Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"},
      {"Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key"},
      {"Access-Control-Max-Age", "600"},
      {"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}};
  return answer;
}

void add_cors_headers(std::string_view origin, HttpAnswer& answer) {
  answer.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  answer.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After");
  answer.headers.emplace_back("Vary", "Origin");
}

}  // namespace chat::gateway
