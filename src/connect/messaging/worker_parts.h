// What the pieces of one partition worker share. Plain data, the worker's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "connect/base/clock.h"
#include "connect/base/metrics.h"
#include "connect/messaging/fanout.h"
#include "connect/messaging/mailbox.h"
#include "connect/messaging/offsets.h"
#include "connect/messaging/shed_sessions.h"
#include "connect/messaging/target_cache.h"
#include "connect/persistence/persistence.h"

namespace chat::messaging {

struct PartitionWorkerOptions {
  size_t take_max = 256;  // records in one take
  // Commands taken and not done with; more wait on the bus. At most 64 KiB each, in practice 0.5:
  // 10 MB.
  size_t open_max = 20'000;
  // Chats are held up to this many members, recent keys and the like, of 100 to 200 bytes each: 150
  // MB.
  size_t weight_max = 1'000'000;
  // Newest events that come with a chat when it is loaded.
  uint32_t newest_max = 32;
  // A tail that was not verified for this long is read again.
  int64_t verify_ms = 600'000;
  // Of one chat that has work.
  size_t targets_max = TargetCache::kTargetsMax;
  size_t reactions_max = TargetCache::kReactionsMax;
};

struct WorkerMetrics {
  explicit WorkerMetrics(base::Metrics& metrics);
  base::Counter& sends_total;
  base::Counter& acks_total;
  base::Counter& poisoned_total;
  base::Counter& conflicts_total;
  base::Counter& memory_lookups_total;
  base::Counter& log_lookups_total;
  base::Histogram& ack_seconds;
  base::Gauge& open_commands;
  base::Metrics& all;
};

// All are borrowed but the mailbox, which answers that are still out share.
struct WorkerParts {
  const PartitionWorkerOptions& options;
  const base::Clock& clock;
  persistence::Persistence& persistence;
  std::shared_ptr<Mailbox> mailbox;
  WorkerMetrics& metrics;
  FanOut& fan_out;
  Offsets& offsets;
  ShedSessions& shed;
};

}  // namespace chat::messaging
