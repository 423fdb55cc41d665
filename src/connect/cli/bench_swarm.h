// Swarm: many sessions that send as fast as they are answered, on one event loop. Reads answers no
// further than it must, so that it costs little beside the server.
// Thread rule: one thread, the loop's.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "connect/base/event_loop.h"
#include "connect/base/random.h"
#include "connect/client/url.h"

namespace chat::cli {

struct Opened {
  int fd = -1;
  std::string in;  // what came behind the answer to hello
};

// Opens a WebSocket and says hello; blocking. The descriptor is non-blocking afterwards. Waits as
// long as the server tells it to, some times.
base::Result<Opened> open_session(const client::Url& url, const std::string& token,
                                  const std::string& device, base::Random& random);

class Swarm final {
 public:
  struct Totals {
    uint64_t stored = 0;
    uint64_t refused = 0;  // and sent again
    uint64_t lost = 0;     // connections
    std::vector<uint32_t> latencies_us;
  };

  explicit Swarm(base::Random& random);
  ~Swarm();

  // A session, which the swarm owns from now on, that will send to these chats in turn. With none
  // in flight it only answers pings.
  void add(Opened opened, std::vector<std::string> chats, uint32_t in_flight);
  // All begin to send: once all are there, so that none misses what another sends.
  void start();
  // Takes what is there without waiting, so that sessions stay alive while others are opened.
  void turn() { loop_.run_once(0); }
  // Runs until so much time has passed or so much was stored since the last reset().
  void run(int64_t ms_max, uint64_t stored_max);
  void reset() { totals_ = {}; }
  const Totals& totals() const { return totals_; }
  void keep_latencies(bool keep) { keep_latencies_ = keep; }

 private:
  class Session;

  base::Random& random_;
  base::EventLoop loop_;
  std::vector<std::unique_ptr<Session>> sessions_;
  Totals totals_;
  bool keep_latencies_ = true;
};

}  // namespace chat::cli
