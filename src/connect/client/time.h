// The two clocks of a moment, as the client's pure parts take them. A value type.
#pragma once

#include <cstdint>

namespace chat::client {

struct Time {
  int64_t boot_ms = 0;  // never steps back: delays and deadlines
  int64_t wall_ms = 0;  // may be wrong: only until the server has told its own
};

}  // namespace chat::client
