// The WebSocket handshake and what belongs to it: which origins may speak to us, and where a token
// may stand. Pure functions, any thread.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/gateway/http.h"

namespace chat::gateway {

inline constexpr std::string_view kSubprotocol = "connect.v1.json";

bool asks_for_websocket(const HttpRequest& request);

// 101 with its headers, or the refusal.
HttpAnswer answer_upgrade(const HttpRequest& request);

// A request without an Origin does not come from a foreign page. A page of the very host that it
// speaks to is no stranger either. `allowed`: origins as browsers write them
// ("https://chat.example"), or "*" for any.
bool is_origin_allowed(const HttpRequest& request, const std::vector<std::string>& allowed);

// What every call is refused for before anyone looks at it: a foreign origin, a token in the URL
// (there it ends up in logs and histories).
std::optional<protocol::Error> refused_at_the_door(const HttpRequest& request,
                                                   const std::vector<std::string>& allowed);

// The token of `Authorization: Bearer`, empty when there is none.
std::string_view bearer_token(const HttpRequest& request);

// Calls `visit` with every name and value of a query, still encoded.
template <typename Visit>
void for_each_parameter(std::string_view query, Visit visit) {
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const size_t equals = std::min(parameter.find('='), parameter.size());
    visit(parameter.substr(0, equals), parameter.substr(std::min(equals + 1, parameter.size())));
  }
}

}  // namespace chat::gateway
