// PartitionWorker: the messaging service on one executor. It takes the commands of its partitions
// from the bus and sees each through to its answer. It keeps no durable state: what it holds of a
// chat is a copy that it may forget at any time.
//
// Thread rule: everything happens on the executor; the constructor and drain may be called from any
// thread. Destroy it after its executor has stopped, or on it; answers of persistence and the bus
// that come later are dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connect/base/clock.h"
#include "connect/base/executor.h"
#include "connect/base/metrics.h"
#include "connect/bus/bus.h"
#include "connect/bus/session_registry.h"
#include "connect/messaging/chat_flow.h"
#include "connect/messaging/worker_parts.h"
#include "connect/persistence/persistence.h"

namespace chat::messaging {

class PartitionWorker final {
 public:
  static constexpr int64_t kTickMs = 500;  // how often what waits too long is looked for
  // How long drain waits for what is in hand. What has no outcome by then is unknown to its sender,
  // who finds it out with the same key.
  static constexpr int64_t kDrainMs = 10'000;

  // Joins the commands and the signals of the bus. Everything outlives the worker.
  PartitionWorker(const PartitionWorkerOptions& options, base::Executor& executor, bus::Bus& bus,
                  const bus::SessionRegistry& registry, persistence::Persistence& persistence,
                  const base::Clock& clock, base::Metrics& metrics);
  ~PartitionWorker();

  // Takes no more commands, sees those in hand through for up to kDrainMs, then calls done, on the
  // executor.
  void drain(std::function<void()> done);

 private:
  void turn();
  void join();
  bool take_commands();
  void take_signals();
  void forget(int partition);
  void receive(const bus::Record& record, bool signal);
  void set_aside(const bus::Record& record, bool signal);
  Slot slot_of(const std::string& chat, int partition);
  void activate(const Slot& slot);
  void pump_touched();
  void came_to_rest(const Slot& slot);
  void evict();
  void arm_tick();
  void tick();
  void finish_drain();
  void leave();

  const PartitionWorkerOptions options_;
  bus::Bus& bus_;
  const base::Clock& clock_;
  std::shared_ptr<Mailbox> mailbox_;  // shared with answers that are still out
  WorkerMetrics metrics_;
  Outbox outbox_;
  FanOut fan_out_;
  Offsets offsets_;
  ShedSessions shed_;
  ChatFlow flow_;

  std::unique_ptr<bus::Subscription> commands_;
  std::unique_ptr<bus::Subscription> signals_;
  std::unordered_map<std::string, Slot> slots_;
  std::list<Slot> active_;   // something is under way
  std::list<Slot> resting_;  // longest first
  size_t weight_ = 0;        // of all that have ever come to rest
  std::vector<Slot> touched_;
  double open_shown_ = 0;  // what this worker added to the gauge
  bool ticking_ = false;
  bool draining_ = false;
  std::function<void()> drained_;
};

}  // namespace chat::messaging
