// What must hold between the options of `connect serve`, beyond what each of them may be.
// Pure functions, any thread.
#pragma once

#include <string_view>

#include "connect/app/serve.h"
#include "connect/base/result.h"

namespace chat::app {

// kInvalid, naming the option, for the first thing that makes no sense.
base::Status check_serve_options(const ServeOptions& options);

// Whether only this machine can reach an address of that host.
bool is_loopback(std::string_view host);

}  // namespace chat::app
