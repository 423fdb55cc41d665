#include "connect/bus/embedded_bus.h"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>

namespace chat::bus {
namespace {

base::Result<uint64_t> produce(Bus& bus, Topic topic, int partition, std::string value) {
  std::optional<base::Result<uint64_t>> answer;
  bus.produce(topic, {.key = "k", .value = std::move(value), .partition = partition},
              [&answer](base::Result<uint64_t> result) { answer.emplace(std::move(result)); });
  CHECK(answer);  // this bus answers inside the call
  return *std::move(answer);
}

TEST(EmbeddedBus, TheTimeOnRecordsNeverStepsBack) {
  base::ManualClock clock(1'000'000);
  EmbeddedBus bus({}, clock);
  const auto subscription = bus.join(Topic::kCommands, [] {});
  ASSERT_TRUE(produce(bus, Topic::kCommands, 0, "a"));
  clock.set_wall_ms(400);
  ASSERT_TRUE(produce(bus, Topic::kCommands, 0, "b"));
  EXPECT_EQ(bus.now_ms(), 1'000'000);
  clock.set_wall_ms(1'000'007);
  ASSERT_TRUE(produce(bus, Topic::kCommands, 0, "c"));
  EXPECT_EQ(bus.now_ms(), 1'000'007);
  const Batch batch = subscription->take(10);
  ASSERT_EQ(batch.records.size(), 3u);
  EXPECT_EQ(batch.records[0].time_ms, 1'000'000);
  EXPECT_EQ(batch.records[1].time_ms, 1'000'000);
  EXPECT_EQ(batch.records[2].time_ms, 1'000'007);
}

TEST(EmbeddedBus, TakenRecordsCountTowardsTheCapacityUntilTheyAreCommitted) {
  const base::SystemClock clock;
  EmbeddedBus bus({.commands = {.partitions = 1, .records_max = 2}}, clock);
  const auto subscription = bus.join(Topic::kCommands, [] {});
  ASSERT_TRUE(produce(bus, Topic::kCommands, 0, "a"));
  ASSERT_TRUE(produce(bus, Topic::kCommands, 0, "b"));
  ASSERT_EQ(subscription->take(10).records.size(), 2u);
  EXPECT_EQ(bus.depth(Topic::kCommands), 0u);
  EXPECT_FALSE(produce(bus, Topic::kCommands, 0, "c"));
  subscription->commit(0, 0);
  EXPECT_TRUE(produce(bus, Topic::kCommands, 0, "c"));
}

TEST(EmbeddedBus, WithAutoCommitTakingMakesRoom) {
  const base::SystemClock clock;
  EmbeddedBus bus({.deliveries = {.partitions = 1, .records_max = 1, .auto_commit = true}}, clock);
  const auto subscription = bus.subscribe(Topic::kDeliveries, {0}, [] {});
  ASSERT_TRUE(produce(bus, Topic::kDeliveries, 0, "a"));
  EXPECT_FALSE(produce(bus, Topic::kDeliveries, 0, "b"));
  ASSERT_EQ(subscription->take(10).records.size(), 1u);
  EXPECT_TRUE(produce(bus, Topic::kDeliveries, 0, "b"));
}

TEST(EmbeddedBus, BytesAreBoundedToo) {
  const base::SystemClock clock;
  EmbeddedBus bus({.commands = {.partitions = 1, .bytes_max = 1000}}, clock);
  const std::string large(2000, 'x');
  EXPECT_TRUE(produce(bus, Topic::kCommands, 0, large));  // alone it may come
  const auto refused = produce(bus, Topic::kCommands, 0, "a");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::kOverloaded);
  const auto subscription = bus.join(Topic::kCommands, [] {});
  ASSERT_EQ(subscription->take(10).records.size(), 1u);
  subscription->commit(0, 0);
  EXPECT_TRUE(produce(bus, Topic::kCommands, 0, std::string(500, 'y')));
  EXPECT_FALSE(produce(bus, Topic::kCommands, 0, std::string(500, 'y')));
}

TEST(EmbeddedBus, TheOldOwnersCommitsNoLongerCount) {
  const base::SystemClock clock;
  EmbeddedBus bus({.commands = {.partitions = 2}}, clock);
  auto first = bus.join(Topic::kCommands, [] {});
  ASSERT_TRUE(produce(bus, Topic::kCommands, 1, "a"));
  ASSERT_EQ(first->take(10).records.size(), 1u);
  const auto second = bus.join(Topic::kCommands, [] {});
  first->commit(1, 0);  // not told yet, and too late
  const Batch given = second->take(10);
  EXPECT_THAT(given.assigned, testing::ElementsAre(1));
  ASSERT_EQ(given.records.size(), 1u);
  EXPECT_THAT(first->take(10).revoked, testing::ElementsAre(1));
}

TEST(EmbeddedBus, APartitionThatCameAndWentUntoldIsNotReported) {
  const base::SystemClock clock;
  EmbeddedBus bus({.commands = {.partitions = 2}}, clock);
  const auto first = bus.join(Topic::kCommands, [] {});
  EXPECT_THAT(first->take(10).assigned, testing::ElementsAre(0, 1));
  ASSERT_TRUE(produce(bus, Topic::kCommands, 1, "a"));
  EXPECT_EQ(first->take(10).records.size(), 1u);
  {
    const auto second = bus.join(Topic::kCommands, [] {});
  }
  const Batch batch = first->take(10);
  EXPECT_THAT(batch.revoked, testing::ElementsAre(1));
  EXPECT_THAT(batch.assigned, testing::ElementsAre(1));
  EXPECT_EQ(batch.records.size(), 1u);  // it was not committed: it comes again
}

}  // namespace
}  // namespace chat::bus
