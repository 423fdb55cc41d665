// EmbeddedBus: the Bus of one process: a bounded queue in memory for each topic and partition.
//
// It is as durable as the process: what was produced and not processed is gone with it, which the
// clients' retries with the same key make good. What it adds to the guarantees of bus.h:
//  * A partition has one consumer at a time. A topic is either joined or subscribed to by
//    partition, never both at once.
//  * Records of a topic without `auto_commit` are kept until they are committed, and count towards
//    the capacity until then. With `auto_commit` they are done with when they are taken.
//  * A subscription by partition begins at the end: what was waiting there is freed.
//  * When a partition changes hands, its new owner may start before the old one's take has told
//    that it was revoked. Commits of the old one no longer count.
//  * `done` is called inside produce. `ready` is called under a lock of the bus: it must not call
//    back into the bus.
//
// Thread rule: any thread; a subscription is used by one. Subscriptions are destroyed before the
// bus.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "connect/base/clock.h"
#include "connect/bus/bus.h"

namespace chat::bus {

struct TopicOptions {
  int partitions = 1;
  // Capacity of each partition. An empty partition takes one record of any size.
  size_t records_max = 10'000;
  size_t bytes_max = 16 << 20;
  bool auto_commit = false;
};

// The defaults: 16 command partitions x 16 MB, 4 deliveries partitions x 64 MB and 16 signal
// partitions x 256 KB bound the memory at 256 + 256 + 4 MB.
struct EmbeddedBusOptions {
  TopicOptions commands{.partitions = 16};
  TopicOptions deliveries{
      .partitions = 4, .records_max = 100'000, .bytes_max = 64 << 20, .auto_commit = true};
  TopicOptions signals{
      .partitions = 16, .records_max = 1'000, .bytes_max = 256 << 10, .auto_commit = true};
};

class EmbeddedBus final : public Bus {
 public:
  // The clock is borrowed for the life of the bus.
  EmbeddedBus(const EmbeddedBusOptions& options, const base::Clock& clock);
  ~EmbeddedBus() override;

  int partitions(Topic topic) const override;
  void produce(Topic topic, Record record, base::Callback<base::Result<uint64_t>> done) override;
  std::unique_ptr<Subscription> join(Topic topic, std::function<void()> ready) override;
  std::unique_ptr<Subscription> subscribe(Topic topic, std::vector<int> partitions,
                                          std::function<void()> ready) override;
  int64_t now_ms() const override;
  size_t depth(Topic topic) const override;

 private:
  struct Partition;
  struct TopicState;
  class Consumer;

  TopicState& state_of(Topic topic) const;
  // The wall clock, held at the newest record's time when it steps back.
  int64_t stamp_ms();
  static void share_out(TopicState& topic);

  const base::Clock& clock_;
  std::array<std::unique_ptr<TopicState>, 3> topics_;  // fixed after construction
  std::atomic<int64_t> newest_ms_{0};                  // the newest time on any record
};

}  // namespace chat::bus
