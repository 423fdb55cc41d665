// Random faults: lost answers, overload, slow answers, reads and appends that fail, restarts, and
// two workers that believe in the same chat. Whatever happens, a key is one event, what was
// acknowledged is in the log, and an operation that can never be stored stands in nobody's way.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connect/base/random.h"
#include "connect/messaging/worker_for_test.h"

namespace chat::messaging::testing {
namespace {

using Fault = FakePersistence::Fault;

// A worker on a bus of its own, as a zombie is: it knows nothing of the other.
struct Side {
  Side(base::ManualClock& clock, FakePersistence& db, base::Metrics& metrics)
      : executor(clock), bus({}, clock), db(db), clock(clock), metrics(metrics) {
    deliveries = bus.subscribe(bus::Topic::kDeliveries, {0}, [] {});
    deliveries->take(1);
    start();
  }
  void start() {
    worker.reset();
    worker = std::make_unique<PartitionWorker>(PartitionWorkerOptions{}, executor, bus, registry,
                                               db, clock, metrics);
  }
  void give(const protocol::Command& command) {
    bus::Record record;
    record.value = command.SerializeAsString();
    bus.produce(bus::Topic::kCommands, std::move(record), [](const base::Result<uint64_t>&) {});
  }

  StepExecutor executor;
  bus::EmbeddedBus bus;
  bus::EmbeddedSessionRegistry registry;
  FakePersistence& db;
  base::ManualClock& clock;
  base::Metrics& metrics;
  std::unique_ptr<bus::Subscription> deliveries;
  std::unique_ptr<PartitionWorker> worker;
};

class World {
 public:
  explicit World(uint64_t seed)
      : random_(seed), one_(clock_, db_, metrics_), other_(clock_, db_, metrics_) {}

  void run(uint64_t commands) {
    give(create("user0", 1, {"user1", "user2"}));
    settle();
    for (uint64_t key = 2; key <= commands; ++key) {
      give(random_command(key));
      if (random_.next() % 8 == 0) give(given_[random_.next() % given_.size()]);
      disturb();
      step();
    }
    settle();
    // Every client sends again; twice, because the first key of an order comes before the rest.
    for (int round = 0; round < 2; ++round) {
      for (const protocol::Command& command : given_) one_.give(command);
      settle();
    }
  }

  void check() {
    std::map<std::string, uint64_t> stored;
    uint64_t seq = 0, id = 0;
    for (const protocol::Event& event : db_.log("c")) {
      ASSERT_EQ(event.seq(), ++seq);
      ASSERT_GT(event.id(), id);
      id = event.id();
      ASSERT_TRUE(stored.emplace(event.key(), event.seq()).second) << "twice at " << seq;
    }
    for (const auto& [request, answered] : acknowledged_) {
      ASSERT_EQ(answered.size(), 1u) << "request " << request << " got two seqs";
      ASSERT_EQ(stored[key_of(kNow, request)], *answered.begin()) << "request " << request;
    }
    ASSERT_EQ(acknowledged_.size(), given_keys_.size() - db_.poisoned_keys.size());
  }

 private:
  protocol::Command random_command(uint64_t key) {
    const std::string user = "user" + std::to_string(random_.next() % 3);
    const auto& log = db_.log("c");
    if (random_.next() % 4 == 0) {
      for (size_t tries = 0; tries < 8; ++tries) {
        const protocol::Event& event = log[random_.next() % log.size()];
        if (event.kind() == protocol::KIND_MESSAGE)
          return react(user, key, event.id(), "+", random_.next() % 2 == 0);
      }
    }
    return send(user, key, std::to_string(key));
  }
  void give(protocol::Command command) {
    const bool first = given_keys_.insert(command.origin().request()).second;
    if (first && !given_.empty() && random_.next() % 20 == 0)
      db_.poisoned_keys.insert(command.key());
    given_.push_back(command);
    (random_.next() % 4 == 0 ? other_ : one_).give(command);
  }
  void disturb() {
    const uint64_t kind = random_.next() % 16;
    if (kind < 4) db_.faults.push_back(static_cast<Fault>(1 + kind));
    if (kind == 4) db_.hold = true;
    if (kind == 5 || kind == 6) release();
    if (kind == 7) one_.start();
    if (kind == 9) db_.release_one();
    if (kind == 10 || kind == 11) fail_reads(base::Code::kUnavailable);
    if (kind == 12) fail_reads(base::Code::kCorrupt);
    clock_.advance_ms(static_cast<int64_t>(random_.next() % (kind == 8 ? 3000 : 60)));
  }
  void fail_reads(base::Code code) { db_.read_failures.assign(random_.next() % 4, code); }
  void release() {
    db_.hold = false;
    db_.release();
  }
  void step() {
    one_.executor.run();
    other_.executor.run();
    hear(one_);
    hear(other_);
  }
  void settle() {
    db_.faults.clear();
    db_.read_failures.clear();
    for (int i = 0; i < 200; ++i) {
      release();
      clock_.advance_ms(50);
      step();
    }
  }
  void hear(Side& side) {
    for (bus::Batch batch = side.deliveries->take(1000); !batch.empty();
         batch = side.deliveries->take(1000))
      for (const bus::Record& record : batch.records) {
        protocol::Delivery delivery;
        ASSERT_TRUE(delivery.ParseFromString(record.value));
        if (delivery.reply().has_appended())
          acknowledged_[delivery.reply().request()].insert(delivery.reply().appended().seq());
      }
  }

  base::SeededRandom random_;
  base::ManualClock clock_{kNow};
  base::Metrics metrics_;
  FakePersistence db_;
  Side one_, other_;
  std::vector<protocol::Command> given_;
  std::set<uint64_t> given_keys_;
  std::map<uint64_t, std::set<uint64_t>> acknowledged_;  // seqs by request, which is the key
};

TEST(WorkerFaults, AKeyIsOneEventWhateverHappens) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    World world(seed);
    world.run(60);
    world.check();
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace chat::messaging::testing
