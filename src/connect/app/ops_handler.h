// OpsHandler: what the operations port answers.
//
//     GET  /healthz                     200 while the process is alive
//     GET  /readyz                      200, or 503 with the reason
//     GET  /metrics                     the text format of Prometheus
//     POST /backup {"directory":…}      writes a copy of the data, answers when it is complete
//     POST /import {…}                  a batch of old messages (import_batch.h)
//     GET  /inspect/chats, /inspect/chat?chat=…, /inspect/member?chat=…&user=…
//
// Nobody logs in here: the port is for the machine's own operators. Browsers are kept away by the
// Origin they send and by the content type, which a page of another site cannot give unasked.
// Thread rule: handle() on the port's loop; what waits for the disk runs on a thread of its own.
#pragma once

#include <functional>
#include <string>

#include "connect/app/import_service.h"
#include "connect/base/event_loop.h"
#include "connect/base/metrics.h"
#include "connect/base/thread_executor.h"
#include "connect/gateway/http_server.h"
#include "connect/persistence/persistence.h"
#include "connect/store/data_directory.h"
#include "connect/store/rocksdb_store.h"

namespace chat::app {

// Calls that wait for the disk, waiting or running: four importing threads and a few people.
inline constexpr int kAdminCallsMax = 16;

class OpsHandler final : public gateway::HttpHandler {
 public:
  struct Parts {  // borrowed
    base::EventLoop& loop;
    base::Metrics& metrics;
    store::RocksDbStore& store;
    const store::DataDirectory& directory;
    persistence::Persistence& persistence;
    // Why the server cannot take traffic now; empty when it can. The loop's thread.
    std::function<std::string()> not_ready;
  };

  explicit OpsHandler(Parts parts);

  void handle(gateway::HttpRequest request, const gateway::Peer& peer,
              gateway::HttpResponder respond) override;
  // Waits for what is under way; what comes later is never answered. Any thread but the loop's.
  void stop() { admin_.stop(); }

 private:
  gateway::HttpAnswer readiness() const;
  void start_admin(gateway::HttpRequest request, gateway::HttpResponder respond);
  // The rest on the admin thread.
  gateway::HttpAnswer run_admin(const gateway::HttpRequest& request);
  base::Result<std::string> backup(const gateway::HttpRequest& request);
  base::Result<std::string> import(const gateway::HttpRequest& request);
  base::Result<std::string> inspect(const gateway::HttpRequest& request);

  const Parts parts_;
  ImportService imports_;       // the admin thread's
  int admin_calls_ = 0;         // the loop's
  base::ThreadExecutor admin_;  // ends first
};

}  // namespace chat::app
