#include "connect/client/outbox.h"

#include <gtest/gtest.h>

#include "connect/base/random.h"

namespace chat::client {
namespace {

class OutboxTest : public testing::Test {
 protected:
  // Both are on the wire.
  void SetUp() override {
    for (OperationId* id : {&first_, &second_}) {
      Operation operation;
      operation.chat = ChatId("c");
      *id = *outbox_.add(std::move(operation));
    }
    outbox_.answered();
    for (const OperationId id : {first_, second_}) ASSERT_EQ(send_next(0), id);
  }
  // What goes out now; 0: nothing.
  OperationId send_next(int64_t now_ms) {
    Operation* const operation = outbox_.next(now_ms);
    if (operation == nullptr) return 0;
    outbox_.sent(*operation, now_ms);
    return operation->id;
  }
  void expect_in_order() {
    EXPECT_EQ(send_next(1'000), first_);
    EXPECT_EQ(send_next(1'000), 0u) << "one at a time after a refusal";
    outbox_.answered();
    outbox_.finish(first_);
    EXPECT_EQ(send_next(1'000), second_);
  }

  base::SeededRandom random_{1};
  Backoff backoff_{random_};
  Outbox outbox_{backoff_};
  OperationId first_ = 0;
  OperationId second_ = 0;
};

TEST_F(OutboxTest, OfTwoThatWerePutOffTheFirstGoesOutFirst) {
  outbox_.again(first_, 0, 50);
  outbox_.again(second_, 0, 0);
  expect_in_order();
}

TEST_F(OutboxTest, WhatIsRefusedInOrderWaitsForTheOneBeforeIt) {
  outbox_.again(first_, 0, 50);
  outbox_.after_earlier(second_, 0);
  expect_in_order();
}

}  // namespace
}  // namespace chat::client
