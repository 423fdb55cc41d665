// The description of the REST interface, api/openapi.json, as it is served at /v1/openapi.json. The
// build puts its text into the program. Any thread.
#pragma once

#include <string_view>

namespace chat::app {

std::string_view openapi_json();

}  // namespace chat::app
