// Random faults: lost answers, overload, slow answers, reads and appends that fail, restarts, and
// two workers that believe in the same chat. Whatever happens, a key is one event, what was
// acknowledged is in the log, the items beside it say what the log says, a deleted text is nowhere,
// and an operation that can never be stored stands in nobody's way.
#include <gtest/gtest.h>

#include <algorithm>
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
    PartitionWorkerOptions options;
    options.targets_max = options.reactions_max = 2;
    worker =
        std::make_unique<PartitionWorker>(options, executor, bus, registry, db, clock, metrics);
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

// A message as the log has it.
struct Folded {
  explicit Folded(const protocol::Event& event) : message(event) {}
  void apply(const protocol::Event& event) {
    if (event.kind() == protocol::KIND_DELETE && deleted == 0) deleted = event.id();
    if (event.kind() == protocol::KIND_DELETE) return;
    ASSERT_EQ(deleted, 0u) << "after its deletion at " << event.seq();
    if (event.kind() == protocol::KIND_EDIT) edits.push_back(event);
    if (event.kind() != protocol::KIND_REACT) return;
    const std::pair<std::string, std::string> reaction(event.emoji(), event.from());
    reactions.erase(reaction);
    if (event.on()) reactions.insert(reaction);
  }

  protocol::Event message;
  std::vector<protocol::Event> edits;
  std::set<std::pair<std::string, std::string>> reactions;  // emoji, user
  uint64_t deleted = 0;
};

void check_deleted(const Folded& folded, const protocol::OverlayItem& overlay) {
  ASSERT_EQ(overlay.deleted(), folded.deleted);
  ASSERT_FALSE(overlay.has_body()) << overlay.body().text();
  ASSERT_TRUE(folded.message.gone());
  for (const protocol::Event& edit : folded.edits) ASSERT_TRUE(edit.gone()) << edit.seq();
}

void check_overlay(const Folded& folded, const protocol::OverlayItem& overlay) {
  if (folded.deleted != 0) return check_deleted(folded, overlay);
  ASSERT_EQ(overlay.deleted(), 0u);
  ASSERT_EQ(overlay.edited(), folded.edits.empty() ? 0 : folded.edits.back().id());
  if (!folded.edits.empty()) {
    ASSERT_EQ(overlay.body().text(), folded.edits.back().body().text());
  }
  std::map<std::string, uint32_t> expected, counts;
  for (const auto& [emoji, user] : folded.reactions) ++expected[emoji];
  for (const auto& reaction : overlay.reactions()) counts[reaction.emoji()] = reaction.count();
  ASSERT_EQ(counts, expected);
}

class World {
 public:
  explicit World(uint64_t seed)
      : random_(seed), one_(clock_, db_, metrics_), other_(clock_, db_, metrics_) {
    db_.random = &random_;
  }

  void run(uint64_t commands) {
    give(create("user0", 1, {"user1", "user2"}));
    settle();
    for (uint64_t key = 2; key <= commands; ++key) {
      give(random_command(key));
      if (random_.next() % 8 == 0) give(one_of_last(given_, 8));
      disturb();
      step();
      // By itself: the chat comes to rest while what was read for it ahead of its turn is out.
      if (random_.next() % 2 == 0) give(one_of_last(given_, 8));
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
    for (const uint64_t key : given_keys_) {
      const bool poisoned = db_.poisoned_keys.contains(key_of(kNow, key));
      ASSERT_NE(acknowledged_.contains(key), poisoned || refused_.contains(key)) << key;
    }
    check_items();
  }

 private:
  void check_items() {
    std::map<uint64_t, Folded> messages;
    for (const protocol::Event& event : db_.log("c")) {
      if (event.kind() == protocol::KIND_MESSAGE) messages.emplace(event.id(), event);
      if (event.target() == 0) continue;
      ASSERT_NO_FATAL_FAILURE(messages.at(event.target()).apply(event));
    }
    for (const auto& [id, folded] : messages) {
      const auto stored = db_.target_now("c", protocol::EventId(id), "user0").overlay;
      ASSERT_NO_FATAL_FAILURE(check_overlay(folded, stored.value_or(protocol::OverlayItem())))
          << folded.message.seq();
    }
  }
  template <typename Values>
  const typename Values::value_type& one_of_last(const Values& values, size_t count) {
    return values[values.size() - 1 - random_.next() % std::min(values.size(), count)];
  }
  protocol::Command random_command(uint64_t key) {
    const std::string user = "user" + std::to_string(random_.next() % 3);
    const auto& log = db_.log("c");
    if (random_.next() % 4 != 0) {
      for (size_t tries = 0; tries < 8; ++tries) {
        const protocol::Event& event = one_of_last(log, 6);
        if (event.kind() == protocol::KIND_MESSAGE) return aimed_command(user, key, event);
      }
    }
    return send(user, key, std::to_string(key));
  }
  protocol::Command aimed_command(const std::string& user, uint64_t key,
                                  const protocol::Event& message) {
    const uint64_t kind = random_.next() % 24;
    if (kind == 0) return erase(message.from(), key, message.id());
    if (kind < 4) return edit(message.from(), key, message.id(), std::to_string(key));
    return react(user, key, message.id(), random_.next() % 2 == 0 ? "+" : "-", kind % 2 == 0);
  }
  void give(protocol::Command command) {
    const bool first = given_keys_.insert(command.origin().request()).second;
    if (first && !given_.empty() && random_.next() % 20 == 0)
      db_.poisoned_keys.insert(command.key());
    given_.push_back(command);
    (random_.next() % 32 == 0 ? other_ : one_).give(command);
  }
  void disturb() {
    const uint64_t kind = random_.next() % 16;
    if (kind < 4) db_.faults.push_back(static_cast<Fault>(1 + kind));
    if (kind == 4) db_.hold = true;
    if (kind == 5) release();
    if (kind == 7) one_.start();
    if (kind % 4 == 1) db_.release_one();
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
  static bool is_final(const protocol::Failure& failure) {
    return protocol::error_code_from(failure.code()) == protocol::ErrorCode::kConflict;
  }
  void hear(Side& side) {
    for (bus::Batch batch = side.deliveries->take(1000); !batch.empty();
         batch = side.deliveries->take(1000))
      for (const bus::Record& record : batch.records) {
        protocol::Delivery delivery;
        ASSERT_TRUE(delivery.ParseFromString(record.value));
        const protocol::Reply& reply = delivery.reply();
        if (reply.has_appended()) acknowledged_[reply.request()].insert(reply.appended().seq());
        if (is_final(reply.failure())) refused_.insert(reply.request());
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
  std::set<uint64_t> refused_;                           // for good: the message is deleted
};

TEST(WorkerFaults, AKeyIsOneEventWhateverHappens) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    World world(seed);
    world.run(60);
    world.check();
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace chat::messaging::testing
