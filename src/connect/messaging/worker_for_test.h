// A partition worker on a bus, a registry and a fake database, moved by hand on one thread. Only
// tests include this.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "connect/base/clock.h"
#include "connect/base/executor.h"
#include "connect/base/metrics.h"
#include "connect/bus/embedded_bus.h"
#include "connect/bus/embedded_session_registry.h"
#include "connect/messaging/commands_for_test.h"
#include "connect/messaging/fake_persistence.h"
#include "connect/messaging/partition_worker.h"

namespace chat::messaging::testing {

// Runs what was posted when told to; delays follow the clock.
class StepExecutor final : public base::Executor {
 public:
  explicit StepExecutor(const base::Clock& clock) : clock_(clock) {}
  void post(base::Task task) override { tasks_.push_back(std::move(task)); }
  void post_after(int64_t delay_ms, base::Task task) override {
    delayed_.emplace(clock_.boot_ms() + delay_ms, std::move(task));
  }
  void run() {
    for (size_t steps = 0; steps < kStepsMax; ++steps) {
      while (!delayed_.empty() && delayed_.begin()->first <= clock_.boot_ms()) {
        tasks_.push_back(std::move(delayed_.begin()->second));
        delayed_.erase(delayed_.begin());
      }
      if (tasks_.empty()) return;
      base::Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
    FAIL() << "it never comes to rest";
  }

 private:
  static constexpr size_t kStepsMax = 100'000;
  const base::Clock& clock_;
  std::deque<base::Task> tasks_;
  std::multimap<int64_t, base::Task> delayed_;
};

// Sessions: alice's is 1 and bob's 2 at gateway 0, carl's is 3 at gateway 1.
class WorkerTest : public ::testing::Test {
 protected:
  explicit WorkerTest(bus::EmbeddedBusOptions bus_options = {}) : bus_(bus_options, clock_) {
    deliveries_ = bus_.subscribe(bus::Topic::kDeliveries, {0, 1}, [] {});
    deliveries_->take(1);
    for (const auto& [user, gateway, number] :
         std::vector<std::tuple<std::string, uint32_t, uint64_t>>{
             {"alice", 0, 1}, {"bob", 0, 2}, {"carl", 1, 3}})
      registry_.announce({protocol::UserId(user), "", gateway, number}, [](base::Status) {});
    start();
  }
  ~WorkerTest() override { worker_.reset(); }

  void start() {
    worker_ = std::make_unique<PartitionWorker>(options_, executor_, bus_, registry_, db_, clock_,
                                                metrics_);
    executor_.run();
  }
  void give_raw(std::string value, bus::Topic topic = bus::Topic::kCommands) {
    bus::Record record;
    record.key = "c";
    record.value = std::move(value);
    bus_.produce(topic, std::move(record), [](const base::Result<uint64_t>&) {});
  }
  void give(const protocol::Command& command) { give_raw(command.SerializeAsString()); }
  void run(const protocol::Command& command) {
    give(command);
    executor_.run();
  }
  void later(int64_t ms) {
    for (int64_t step = 0; step < ms; step += 20) {
      clock_.advance_ms(20);
      executor_.run();
    }
  }
  // A short word for every delivery so far, those to gateway 0 first: "1:ok 2" (request 1 was
  // answered with seq 2), "3:unavailable", "event 2 to alice,bob", ...
  std::vector<std::string> deliveries();
  double metric(const std::string& name, const base::Metrics::Labels& labels = {}) {
    return metrics_.counter(name, "", labels).value();
  }

  base::ManualClock clock_{kNow};
  base::Metrics metrics_;
  StepExecutor executor_{clock_};
  bus::EmbeddedBus bus_;
  bus::EmbeddedSessionRegistry registry_;
  FakePersistence db_;
  PartitionWorkerOptions options_;
  std::unique_ptr<bus::Subscription> deliveries_;
  std::unique_ptr<PartitionWorker> worker_;
};

inline std::string names(const google::protobuf::RepeatedPtrField<std::string>& users) {
  std::vector<std::string> sorted(users.begin(), users.end());
  std::sort(sorted.begin(), sorted.end());
  std::string list;
  for (const std::string& user : sorted) list += (list.empty() ? "" : ",") + user;
  return list;
}

inline std::string word_for(const protocol::Delivery& delivery) {
  if (delivery.has_reply()) {
    const protocol::Reply& reply = delivery.reply();
    const std::string request = std::to_string(reply.request()) + ":";
    if (reply.has_failure())
      return request +
             std::string(protocol::name_of(protocol::error_code_from(reply.failure().code())));
    if (reply.has_marked()) return request + "read " + std::to_string(reply.marked().read().seq());
    return request + (reply.appended().duplicate() ? "again " : "ok ") +
           std::to_string(reply.appended().seq());
  }
  if (delivery.has_event()) {
    std::string word = "event " + std::to_string(delivery.event().event().seq());
    if (delivery.event().users_size() > 0) word += " to " + names(delivery.event().users());
    if (delivery.event().hidden_from_size() > 0)
      word += " hidden from " + names(delivery.event().hidden_from());
    return word;
  }
  if (delivery.has_marked()) return "marked to " + names(delivery.marked().users());
  if (delivery.has_typing()) return "typing to " + names(delivery.typing().users());
  return "resync to " + names(delivery.resync().users());
}

inline std::vector<std::string> WorkerTest::deliveries() {
  std::map<int, std::vector<std::string>> by_gateway;
  for (bus::Batch batch = deliveries_->take(1000); !batch.empty(); batch = deliveries_->take(1000))
    for (const bus::Record& record : batch.records) {
      protocol::Delivery delivery;
      EXPECT_TRUE(delivery.ParseFromString(record.value));
      by_gateway[record.partition].push_back(word_for(delivery));
    }
  std::vector<std::string> words;
  for (auto& [gateway, list] : by_gateway)
    for (std::string& word : list) words.push_back(std::move(word));
  return words;
}

}  // namespace chat::messaging::testing
