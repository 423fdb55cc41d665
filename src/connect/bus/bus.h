// Bus: the message bus between gateways and messaging. Ordered within a partition, at least once.
//
// What every implementation guarantees (the contract suite in tests/contract proves it for each):
//  * Records that one thread produces to one partition keep their order and get rising offsets.
//  * `done` with a value means that the record is as durable as this bus makes anything: a consumer
//    gets it. An error of kOverloaded means that it was not enqueued; any other: outcome unknown.
//  * Every partition of a topic is consumed by one subscription of a group at a time, in offset
//    order. After a partition is assigned again, records from the last committed offset on come
//    again.
//  * A partition's record time (`time_ms`) is stamped by the bus, not by the producer.
//  * A full queue refuses the producer (kOverloaded); nothing that was accepted is ever cut.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connect/base/executor.h"
#include "connect/base/result.h"

namespace chat::bus {

enum class Topic {
  kCommands,    // gateway to messaging, by chat
  kDeliveries,  // messaging to one gateway each
  kSignals,     // typing: may be lost, is never stored
};

struct Record {
  std::string key;    // commands: the chat; deliveries: the gateway incarnation
  std::string value;  // a serialized Command or Delivery
  int partition = 0;
  uint64_t offset = 0;  // set by the bus
  int64_t time_ms = 0;  // set by the bus: its wall clock when it took the record
};

// What has happened to a subscription since the last take, in this order: partitions taken away,
// partitions given, records.
struct Batch {
  std::vector<int> revoked;
  std::vector<int> assigned;
  std::vector<Record> records;
  [[nodiscard]] bool empty() const {
    return revoked.empty() && assigned.empty() && records.empty();
  }
};

// A consumer's end. One thread uses it; destroying it gives its partitions back.
class Subscription {
 public:
  virtual ~Subscription() = default;
  // At most `records_max` records that are waiting; never blocks. An empty batch re-arms `ready`.
  virtual Batch take(size_t records_max) = 0;
  // Everything of the partition up to and including the offset is done with.
  virtual void commit(int partition, uint64_t offset) = 0;
};

class Bus {
 public:
  virtual ~Bus() = default;
  // How many partitions the topic has; fixed for the life of the bus.
  virtual int partitions(Topic topic) const = 0;
  // Appends the record to its partition. Any thread. `done` gets the offset, inside the call or
  // later on a thread of the bus; it must not block.
  virtual void produce(Topic topic, Record record, base::Callback<base::Result<uint64_t>> done) = 0;
  // Joins the group that shares the topic's partitions. `ready` is called on any thread when a take
  // that came back empty would now find something; it must only signal.
  virtual std::unique_ptr<Subscription> join(Topic topic, std::function<void()> ready) = 0;
  // Takes exactly these partitions, from the end of each on.
  virtual std::unique_ptr<Subscription> subscribe(Topic topic, std::vector<int> partitions,
                                                  std::function<void()> ready) = 0;
  // The bus's time in Unix ms: as last seen on a record, advanced by the boot-time clock. Any
  // thread.
  virtual int64_t now_ms() const = 0;
  // Records that were produced and not yet taken, over all partitions of the topic. Any thread.
  virtual size_t depth(Topic topic) const = 0;
};

}  // namespace chat::bus
