#include "connect/messaging/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connect/messaging/worker_for_test.h"

namespace chat::messaging::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Offset = base::Result<uint64_t>;

// A bus that refuses the next so many deliveries and takes those that follow, as one does whose
// consumer takes records meanwhile. It answers inside the call or when told to.
class BrieflyFullBus final : public bus::Bus {
 public:
  int partitions(bus::Topic) const override { return 1; }
  void produce(bus::Topic, bus::Record record, base::Callback<Offset> done) override {
    Offset answer = uint64_t{0};
    if (refusals > 0) {
      --refusals;
      answer = base::unexpected(base::Code::kOverloaded, "full");
    } else {
      protocol::Delivery delivery;
      EXPECT_TRUE(delivery.ParseFromString(record.value));
      taken.push_back(word_for(delivery));
    }
    if (!late) return done(std::move(answer));
    answers_.emplace_back([answer = std::move(answer), done = std::move(done)] { done(answer); });
  }
  void answer() {
    for (const base::Task& task : std::exchange(answers_, {})) task();
  }
  std::unique_ptr<bus::Subscription> join(bus::Topic, std::function<void()>) override {
    return nullptr;
  }
  std::unique_ptr<bus::Subscription> subscribe(bus::Topic, std::vector<int>,
                                               std::function<void()>) override {
    return nullptr;
  }
  int64_t now_ms() const override { return kNow; }
  size_t depth(bus::Topic) const override { return 0; }

  int refusals = 0;
  bool late = false;
  std::vector<std::string> taken;

 private:
  std::deque<base::Task> answers_;
};

class OutboxTest : public ::testing::Test {
 protected:
  ~OutboxTest() override { mailbox_->close(); }

  // A message with this seq was stored: its sender is told, then everyone.
  void stored(uint64_t seq) {
    protocol::Delivery reply;
    reply.mutable_reply()->set_request(seq);
    reply.mutable_reply()->mutable_appended()->set_seq(seq);
    outbox_.reply(0, reply.SerializeAsString());
    protocol::Delivery push;
    push.mutable_event()->mutable_event()->set_seq(seq);
    push.mutable_event()->add_users("alice");
    outbox_.push(0, push.SerializeAsString(), "c", alice_);
  }
  void later() {
    clock_.advance_ms(Outbox::kRetryMs);
    executor_.run();
  }

  base::ManualClock clock_{kNow};
  base::Metrics metrics_;
  StepExecutor executor_{clock_};
  BrieflyFullBus bus_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>(executor_, [] {});
  Users alice_ = std::make_shared<const std::vector<std::string>>(1, "alice");
  Outbox outbox_{bus_, mailbox_, metrics_};
};

TEST_F(OutboxTest, NoPushOvertakesAReplyThatWasRefused) {
  bus_.refusals = 1;
  stored(2);
  stored(3);
  EXPECT_THAT(bus_.taken, IsEmpty());
  later();
  EXPECT_THAT(bus_.taken, ElementsAre("2:ok 2", "3:ok 3", "resync to alice"));
  EXPECT_TRUE(outbox_.empty());
}

TEST_F(OutboxTest, WhatIsRefusedAgainKeepsItsOrder) {
  bus_.refusals = 2;
  stored(2);
  stored(3);
  later();
  EXPECT_THAT(bus_.taken, IsEmpty());
  later();
  EXPECT_THAT(bus_.taken, ElementsAre("2:ok 2", "3:ok 3", "resync to alice"));
  EXPECT_EQ(metrics_.counter("connect_resyncs_total", "").value(), 2);
}

TEST_F(OutboxTest, AnAnswerThatComesLaterCountsInATurnOfItsOwn) {
  bus_.refusals = 1;
  bus_.late = true;
  stored(2);
  bus_.answer();
  EXPECT_TRUE(outbox_.empty());
  executor_.run();
  EXPECT_FALSE(outbox_.empty());
  later();
  EXPECT_THAT(bus_.taken, ElementsAre("event 2 to alice", "2:ok 2"));
}

}  // namespace
}  // namespace chat::messaging::testing
