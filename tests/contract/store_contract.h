// The contract of a Store (connect/store/store.h), as a suite that runs against every
// implementation: one row each. A new implementation adds a row to store_contract_test.cc.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connect/store/blocking_store.h"
#include "connect/store/store.h"

namespace chat::store {

// A store that is fresh when it is made, and what stands behind it.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  // Closes the store and opens it again over what it stored.
  virtual void reopen() = 0;
};

struct StoreRow {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

class StoreContract : public testing::TestWithParam<StoreRow> {
 protected:
  StoreContract()
      : under_test_(GetParam().make()),
        calls_(std::make_unique<BlockingStore>(under_test_->store())) {}

  void reopen() {
    under_test_->reopen();
    calls_ = std::make_unique<BlockingStore>(under_test_->store());
  }
  Store& store() { return under_test_->store(); }
  BlockingStore& calls() { return *calls_; }

  // Appends one message and expects it to be done.
  void append(const ChatId& chat, uint64_t tail, const Event& event,
              const Projections& projections = {}) {
    const auto result = calls().append({chat, EventId(tail), {event}, projections});
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(*result, AppendResult::kDone);
  }
  // Appends messages 1 … count with the ids 10, 20, ….
  void fill(const ChatId& chat, uint64_t count);
  std::vector<uint64_t> ids(const ChatId& chat, const LogRange& range = {});

 private:
  std::unique_ptr<StoreUnderTest> under_test_;
  std::unique_ptr<BlockingStore> calls_;
};

Event message(uint64_t id, uint64_t seq, const std::string& text = "hello");

}  // namespace chat::store
