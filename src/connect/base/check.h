// CHECK(condition): stops the program when an invariant of our own is broken, in release builds
// too. Never used on anything that a peer, a file or the network controls: those get a Result.
#pragma once

namespace chat::base {

// Prints the place and the broken condition to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace chat::base

#define CHECK(condition)                               \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::chat::base::check_failed(__FILE__, __LINE__, #condition))
