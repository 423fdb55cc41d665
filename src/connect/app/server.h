// Server: every role in one process, wired together. The one place that knows all the parts.
//
//   clients - Gateway (N loops) - EmbeddedBus - PartitionWorkers - Persistence - RocksDbStore
//                 |                                                    |
//                 +------------------ MessagingReadService ------------+
//   operators - OpsHandler on a loop of its own
//
// Thread rule: one thread makes it, calls it and ends it.
#pragma once

#include <memory>
#include <string>

#include "connect/app/serve.h"
#include "connect/base/result.h"

namespace chat::app {

class Server final {
 public:
  // Everything listens when it returns. kInvalid: options that make no sense; anything else: what
  // the machine does not give. The message names the option or the file.
  static base::Result<std::unique_ptr<Server>> start(const ServeOptions& options);
  // Stops at once when it was not drained.
  ~Server();

  // Every few seconds: reads key files and certificates that have changed again, and has the store
  // do what is due.
  void tend();
  // The gateway drains, then the workers; then everything may end.
  void drain();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace chat::app
