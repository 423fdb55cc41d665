#include "connect/gateway/upgrade.h"

#include <algorithm>
#include <cctype>

#include "connect/protocol/frame.h"

namespace chat::gateway {
namespace {

using protocol::Error;
using protocol::ErrorCode;

HttpAnswer bad_handshake(const char* message, const char* field) {
  return refusal({ErrorCode::kFieldInvalid, message, field}, 400);
}

// 16 bytes in base64 (RFC 6455 section 4.1).
bool is_handshake_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, 22), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c) != 0) || c == '+' || c == '/';
         });
}

bool offers_subprotocol(const HttpRequest& request) {
  return std::ranges::any_of(request.headers, [](const HttpRequest::Header& header) {
    return header.first == "sec-websocket-protocol" && lists_token(header.second, kSubprotocol);
  });
}

bool equal_ignoring_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

// The host and port of an origin, without the port that its scheme implies.
std::string_view authority_of(std::string_view origin, std::string_view scheme,
                              std::string_view port) {
  if (!origin.starts_with(scheme)) return {};
  origin.remove_prefix(scheme.size());
  if (origin.ends_with(port)) origin.remove_suffix(port.size());
  return origin;
}

bool is_same_host(std::string_view origin, std::string_view host) {
  for (const auto& [scheme, port] : {std::pair("http://", ":80"), {"https://", ":443"}}) {
    const std::string_view authority = authority_of(origin, scheme, port);
    std::string_view plain_host = host;
    if (plain_host.ends_with(port)) plain_host.remove_suffix(std::string_view(port).size());
    if (!authority.empty() && equal_ignoring_case(authority, plain_host)) return true;
  }
  return false;
}

bool has_token_in_url(const HttpRequest& request) {
  bool found = false;
  for_each_parameter(request.query, [&found](std::string_view name, std::string_view) {
    const auto decoded = percent_decoded(name);
    found = found || (decoded && (*decoded == "token" || *decoded == "access_token"));
  });
  return found;
}

}  // namespace

bool asks_for_websocket(const HttpRequest& request) {
  return lists_token(request.header("upgrade"), "websocket");
}

HttpAnswer answer_upgrade(const HttpRequest& request) {
  if (request.method != Method::kGet) {
    HttpAnswer answer = refusal({ErrorCode::kMethodNotAllowed, "a handshake is a GET"});
    answer.headers.emplace_back("Allow", "GET");
    return answer;
  }
  if (!lists_token(request.header("connection"), "upgrade"))
    return bad_handshake("a handshake says Connection: Upgrade", "Connection");
  if (!request.body.empty()) return bad_handshake("a handshake has no body", "Content-Length");
  if (request.count("sec-websocket-version") != 1 ||
      request.header("sec-websocket-version") != "13") {
    HttpAnswer answer = refusal(
        {ErrorCode::kFieldInvalid, "version 13 is spoken here", "Sec-WebSocket-Version"}, 426);
    answer.headers.emplace_back("Sec-WebSocket-Version", "13");
    return answer;
  }
  const std::string_view key = request.header("sec-websocket-key");
  if (request.count("sec-websocket-key") != 1 || !is_handshake_key(key))
    return bad_handshake("a handshake has one key of 16 bytes in base64", "Sec-WebSocket-Key");
  HttpAnswer answer;
  answer.status = 101;
  answer.headers = {{"Upgrade", "websocket"},
                    {"Connection", "Upgrade"},
                    {"Sec-WebSocket-Accept", protocol::websocket_accept(key)}};
  if (offers_subprotocol(request))
    answer.headers.emplace_back("Sec-WebSocket-Protocol", std::string(kSubprotocol));
  return answer;
}

bool is_origin_allowed(const HttpRequest& request, const std::vector<std::string>& allowed) {
  if (request.count("origin") == 0) return true;
  if (request.count("origin") > 1) return false;
  const std::string_view origin = request.header("origin");
  return is_same_host(origin, request.header("host")) ||
         std::ranges::any_of(allowed, [origin](const std::string& each) {
           return each == "*" || equal_ignoring_case(each, origin);
         });
}

std::optional<Error> refused_at_the_door(const HttpRequest& request,
                                         const std::vector<std::string>& allowed) {
  if (!is_origin_allowed(request, allowed))
    return Error{ErrorCode::kOriginNotAllowed, "pages of this origin may not speak to this server"};
  if (has_token_in_url(request))
    return Error{ErrorCode::kFieldInvalid,
                 "a token does not belong in a URL: send Authorization: Bearer, or hello", "token"};
  return std::nullopt;
}

std::string_view bearer_token(const HttpRequest& request) {
  constexpr std::string_view kScheme = "bearer ";
  std::string_view value = request.header("authorization");
  if (value.size() <= kScheme.size() ||
      !equal_ignoring_case(value.substr(0, kScheme.size()), kScheme))
    return {};
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

}  // namespace chat::gateway
