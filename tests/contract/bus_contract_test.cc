#include "tests/contract/bus_contract.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "connect/base/clock.h"
#include "connect/bus/embedded_bus.h"

namespace chat::bus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Consumes like a worker: takes until nothing is there, then sleeps until `ready`.
class Consumer final {
 public:
  explicit Consumer(const std::function<std::unique_ptr<Subscription>(std::function<void()>)>& open)
      : subscription_(open([this] { wake_.release(); })) {}

  Subscription& subscription() { return *subscription_; }
  // Takes until the condition holds, keeping everything that came.
  template <typename Condition>
  void take_until(Condition condition) {
    while (!condition(*this)) {
      const Batch batch = subscription_->take(7);
      if (batch.empty()) {
        wake_.acquire();
        continue;
      }
      for (const int partition : batch.revoked) std::erase(owned, partition);
      for (const int partition : batch.assigned) owned.push_back(partition);
      records.insert(records.end(), batch.records.begin(), batch.records.end());
    }
  }
  void take_records(size_t count) {
    take_until([count](const Consumer& c) { return c.records.size() >= count; });
  }
  void take_and_commit(size_t count) {
    size_t committed = 0;
    take_until([count, &committed](Consumer& c) {
      for (; committed < c.records.size(); ++committed)
        c.subscription().commit(c.records[committed].partition, c.records[committed].offset);
      return committed >= count;
    });
  }
  void take_partitions(size_t count) {
    take_until([count](const Consumer& c) { return c.owned.size() == count; });
  }
  std::vector<std::string> values() const {
    std::vector<std::string> values;
    for (const Record& record : records) values.push_back(record.value);
    return values;
  }

  std::vector<int> owned;
  std::vector<Record> records;

 private:
  std::counting_semaphore<> wake_{0};
  std::unique_ptr<Subscription> subscription_;
};

class BusContract : public testing::TestWithParam<BusRow> {
 protected:
  Bus& bus() { return under_test_->bus(); }
  base::Result<uint64_t> produce(int partition, const std::string& value,
                                 Topic topic = Topic::kCommands) {
    std::promise<base::Result<uint64_t>> answer;
    bus().produce(
        topic, {.key = "key", .value = value, .partition = partition},
        [&answer](base::Result<uint64_t> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }
  std::unique_ptr<Consumer> join(Topic topic = Topic::kCommands) {
    return std::make_unique<Consumer>(
        [this, topic](std::function<void()> ready) { return bus().join(topic, std::move(ready)); });
  }
  std::unique_ptr<Consumer> subscribe(std::vector<int> partitions) {
    return std::make_unique<Consumer>([this, partitions](std::function<void()> ready) {
      return bus().subscribe(Topic::kDeliveries, partitions, std::move(ready));
    });
  }

 private:
  std::unique_ptr<BusUnderTest> under_test_ = GetParam().make();
};

TEST_P(BusContract, RecordsComeAsTheyWereProduced) {
  EXPECT_EQ(bus().partitions(Topic::kCommands), kPartitions);
  const auto consumer = join();
  const std::string value("\0\xff binary", 9);
  const int64_t before = bus().now_ms();
  const auto offset = produce(2, value);
  ASSERT_TRUE(offset);
  consumer->take_records(1);
  const Record& record = consumer->records.front();
  EXPECT_EQ(record.key, "key");
  EXPECT_EQ(record.value, value);
  EXPECT_EQ(record.partition, 2);
  EXPECT_EQ(record.offset, *offset);
  EXPECT_GE(record.time_ms, before);
  EXPECT_GE(bus().now_ms(), record.time_ms);
}

TEST_P(BusContract, APartitionKeepsItsOrderAndItsOffsetsRise) {
  const auto consumer = join();
  std::vector<std::string> produced;
  for (int i = 0; i < 50; ++i) {
    produced.push_back(std::to_string(i));
    ASSERT_TRUE(produce(1, produced.back()));
  }
  consumer->take_records(50);
  EXPECT_EQ(consumer->values(), produced);
  EXPECT_EQ(std::ranges::adjacent_find(consumer->records, std::greater_equal{}, &Record::offset),
            consumer->records.end());
  EXPECT_TRUE(std::ranges::is_sorted(consumer->records, {}, &Record::time_ms));
}

TEST_P(BusContract, EachProducersOrderHoldsAmongMany) {
  constexpr int kProducers = 4;
  constexpr int kEach = 500;
  const auto consumer = join();
  std::vector<std::jthread> producers;
  for (int p = 0; p < kProducers; ++p)
    producers.emplace_back([this, p] {
      for (int i = 0; i < kEach; ++i)
        while (!produce(i % kPartitions, std::to_string(p) + " " + std::to_string(1000 + i)))
          std::this_thread::yield();
    });
  consumer->take_and_commit(kProducers * kEach);
  std::map<std::pair<int, char>, std::string> last;  // by partition and producer
  for (const Record& record : consumer->records) {
    std::string& before = last[{record.partition, record.value[0]}];
    EXPECT_LT(before, record.value);
    before = record.value;
  }
}

TEST_P(BusContract, DepthCountsWhatWasNotTaken) {
  EXPECT_EQ(bus().depth(Topic::kCommands), 0u);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(produce(i, "a"));
  EXPECT_EQ(bus().depth(Topic::kCommands), 3u);
  EXPECT_EQ(bus().depth(Topic::kSignals), 0u);
  join()->take_records(3);
}

TEST_P(BusContract, AFullPartitionRefusesAndLosesNothing) {
  if (GetParam().full_after == 0) GTEST_SKIP() << "this bus is never full";
  std::vector<std::string> accepted;
  base::Code refused = base::Code::kInternal;
  for (size_t i = 0; i < GetParam().full_after; ++i) {
    const auto offset = produce(0, std::to_string(i));
    if (offset)
      accepted.push_back(std::to_string(i));
    else
      refused = offset.error().code;
  }
  EXPECT_EQ(refused, base::Code::kOverloaded);
  EXPECT_TRUE(produce(1, "elsewhere"));  // another partition is not concerned
  const auto consumer = join();
  consumer->take_records(accepted.size() + 1);
  std::erase_if(consumer->records, [](const Record& record) { return record.partition != 0; });
  EXPECT_EQ(consumer->values(), accepted);
  consumer->subscription().commit(0, consumer->records.back().offset);
  EXPECT_TRUE(produce(0, "again"));
}

TEST_P(BusContract, ReadyIsSignalledOnlyAfterAnEmptyTake) {
  std::atomic<int> signals = 0;
  std::counting_semaphore<> wake(0);
  const auto subscription = bus().join(Topic::kCommands, [&signals, &wake] {
    ++signals;
    wake.release();
  });
  while (!subscription->take(10).empty() || signals > 0) signals = 0;  // assigned, and armed
  ASSERT_TRUE(produce(0, "a"));
  wake.acquire();
  ASSERT_TRUE(produce(0, "b"));
  ASSERT_TRUE(produce(1, "c"));
  EXPECT_EQ(signals, 1);
  size_t taken = 0;
  while (taken < 3) taken += subscription->take(10).records.size();
  EXPECT_THAT(subscription->take(10).records, IsEmpty());
  ASSERT_TRUE(produce(0, "d"));
  wake.acquire();
  EXPECT_EQ(signals, 2);
}

TEST_P(BusContract, NoWakeIsLostBetweenTakingAndProducing) {
  constexpr size_t kRecords = 5000;
  const auto consumer = join();
  std::jthread producer([this] {
    for (size_t i = 0; i < kRecords; ++i)
      while (!produce(static_cast<int>(i % kPartitions), "x")) std::this_thread::yield();
  });
  consumer->take_and_commit(kRecords);
  EXPECT_EQ(bus().depth(Topic::kCommands), 0u);
}

TEST_P(BusContract, MembersShareThePartitions) {
  const auto first = join();
  first->take_partitions(kPartitions);
  auto second = join();
  first->take_partitions(kPartitions / 2);
  second->take_partitions(kPartitions / 2);
  std::vector<int> all = first->owned;
  all.insert(all.end(), second->owned.begin(), second->owned.end());
  std::ranges::sort(all);
  EXPECT_THAT(all, ElementsAre(0, 1, 2, 3));
  second.reset();
  first->take_partitions(kPartitions);
}

TEST_P(BusContract, WhatWasNotCommittedComesAgainToTheNewOwner) {
  auto first = join();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(produce(3, std::to_string(i)));
  first->take_records(6);
  first->subscription().commit(3, first->records[1].offset);
  first.reset();
  const auto second = join();
  second->take_records(4);
  EXPECT_THAT(second->values(), ElementsAre("2", "3", "4", "5"));
  EXPECT_GT(second->records.front().offset, 0u);
  ASSERT_TRUE(produce(3, "6"));
  second->take_records(5);
  EXPECT_EQ(second->values().back(), "6");
}

TEST_P(BusContract, RecordsWaitForTheFirstMember) {
  ASSERT_TRUE(produce(0, "early"));
  const auto consumer = join();
  consumer->take_records(1);
  EXPECT_THAT(consumer->values(), ElementsAre("early"));
}

TEST_P(BusContract, ASubscriptionByPartitionBeginsAtTheEnd) {
  ASSERT_TRUE(produce(1, "before", Topic::kDeliveries));
  const auto one = subscribe({1});
  const auto others = subscribe({0, 2});
  one->take_partitions(1);
  others->take_partitions(2);
  ASSERT_TRUE(produce(1, "a", Topic::kDeliveries));
  ASSERT_TRUE(produce(2, "b", Topic::kDeliveries));
  ASSERT_TRUE(produce(0, "c", Topic::kDeliveries));
  ASSERT_TRUE(produce(1, "d", Topic::kDeliveries));
  one->take_records(2);
  others->take_records(2);
  EXPECT_THAT(one->values(), ElementsAre("a", "d"));
  EXPECT_THAT(others->values(), testing::UnorderedElementsAre("b", "c"));
}

TEST_P(BusContract, MembersThatComeAndGoSkipNothing) {
  constexpr int kRecords = 2000;
  std::atomic<bool> stop = false;
  std::jthread guest([this, &stop] {
    // Takes and never commits: all it took must come to the one that stays.
    while (!stop) {
      const auto visitor = bus().join(Topic::kCommands, [] {});
      visitor->take(10);
      visitor->take(10);
    }
  });
  const auto consumer = join();
  std::jthread producer([this] {
    for (int i = 0; i < kRecords; ++i)
      while (!produce(i % kPartitions, std::to_string(i))) std::this_thread::yield();
  });
  std::map<std::string, int> seen;
  size_t looked = 0;
  consumer->take_until([&](Consumer& c) {
    for (; looked < c.records.size(); ++looked) {
      ++seen[c.records[looked].value];
      c.subscription().commit(c.records[looked].partition, c.records[looked].offset);
    }
    return seen.size() == kRecords;
  });
  stop = true;
}

class EmbeddedBusUnderTest final : public BusUnderTest {
 public:
  Bus& bus() override { return bus_; }

 private:
  static constexpr size_t kRecordsMax = 100;
  const base::SystemClock clock_;
  EmbeddedBus bus_{{.commands = {.partitions = kPartitions, .records_max = kRecordsMax},
                    .deliveries = {.partitions = kPartitions, .auto_commit = true},
                    .signals = {.partitions = kPartitions, .auto_commit = true}},
                   clock_};
};

INSTANTIATE_TEST_SUITE_P(Buses, BusContract,
                         testing::Values(BusRow{
                             "Embedded", [] { return std::make_unique<EmbeddedBusUnderTest>(); },
                             200}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace chat::bus
