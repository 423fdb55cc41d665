// The page of a browser that opens the server's address: what this is, and how to go on. Pure.
#pragma once

#include "connect/gateway/gateway.h"

namespace chat::app {

// `has_dev_login`: anybody may log in, so it says how.
gateway::StaticFile start_page(bool has_dev_login);

}  // namespace chat::app
