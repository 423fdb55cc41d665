// What must hold between the options of `connect serve`, beyond what each of them may be.
// Pure functions, any thread.
#pragma once

#include <string_view>

#include "connect/app/serve.h"
#include "connect/base/result.h"

namespace chat::app {

// kInvalid, naming the option, for the first thing that makes no sense.
// Of gateway loops, and of messaging workers as many again: half the processors each, 1 to 4. With
// two processors a message cost 45 to 48 us with one of each and 53 to 56 us with two, whose
// threads wake each other across them.
uint32_t default_threads(uint32_t processors);

base::Status check_serve_options(const ServeOptions& options);

// Whether only this machine can reach an address of that host.
bool is_loopback(std::string_view host);

}  // namespace chat::app
