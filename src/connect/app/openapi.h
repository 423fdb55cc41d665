// The descriptions of the protocol, as they are served: api/openapi.json, the REST interface, at
// /v1/openapi.json, and api/websocket.json, the WebSocket, at /v1/asyncapi.json. The build puts
// their texts into the program. Any thread.
#pragma once

#include <string_view>

namespace chat::app {

std::string_view openapi_json();
std::string_view asyncapi_json();

}  // namespace chat::app
