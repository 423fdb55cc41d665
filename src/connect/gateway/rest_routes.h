// The table of HTTPS calls: method and path to an operation. Used by Rest alone. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connect/gateway/http.h"
#include "connect/gateway/rest.h"
#include "connect/protocol/ids.h"

namespace chat::gateway {

// A call whose route was found and whose user is known.
struct RestInput {
  const HttpRequest& request;
  std::vector<std::string> parts;  // what stood in the place of the path's {names}, decoded
  protocol::UserId user;
  protocol::Key minted;  // for a call without Idempotency-Key
};

struct RestRoute {
  Method method;
  std::string_view path;  // "/v1/chats/{chat}"
  protocol::Result<RestCall> (*operation)(const RestInput&);
};

std::span<const RestRoute> rest_routes();

// What stands in the place of the {names}, still encoded; nothing when the path is another one.
std::optional<std::vector<std::string_view>> match_path(std::string_view pattern,
                                                        std::string_view path);

}  // namespace chat::gateway
