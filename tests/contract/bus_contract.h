// The contract of a Bus (connect/bus/bus.h), as a suite that runs against every implementation: one
// row each. A new implementation adds a row to bus_contract_test.cc.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "connect/bus/bus.h"

namespace chat::bus {

// A bus that is fresh when it is made, with kPartitions partitions in each topic.
class BusUnderTest {
 public:
  virtual ~BusUnderTest() = default;
  virtual Bus& bus() = 0;
};

inline constexpr int kPartitions = 4;

struct BusRow {
  std::string name;
  std::function<std::unique_ptr<BusUnderTest>()> make;
  // Records after which a partition that nobody reads is surely full; 0: this bus is never full.
  size_t full_after = 0;
};

}  // namespace chat::bus
