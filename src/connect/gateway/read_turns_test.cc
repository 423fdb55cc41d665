#include "connect/gateway/read_turns.h"

#include <gmock/gmock.h>

#include <utility>
#include <vector>

#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

using protocol::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kNowMs = 1'795'000'000'000;

// Keeps what it is asked until it is told to answer.
class HeldReads final : public protocol::ReadService {
 public:
  void read(protocol::ReadRequest request, ReadTurns::Answer done) override {
    asked.push_back(request.user() + " " + request.history().chat());
    if (answers_at_once) return done(std::string("{}"));
    held.push_back(std::move(done));
  }
  void answer(size_t place) {
    const auto done = std::move(held[place]);
    held.erase(held.begin() + static_cast<ptrdiff_t>(place));
    done(std::string("{}"));
  }
  bool answers_at_once = false;
  std::vector<std::string> asked;  // a dear one: with an empty chat
  std::vector<ReadTurns::Answer> held;
};

class ReadTurnsTest : public testing::Test {
 protected:
  static protocol::ReadRequest request(const std::string& user) {
    protocol::ReadRequest read;
    read.set_user(user);
    return read;
  }
  void history(const std::string& user, const std::string& chat) {
    protocol::ReadRequest read = request(user);
    read.mutable_history()->set_chat(chat);
    ask(std::move(read));
  }
  void sync(const std::string& user) {
    protocol::ReadRequest read = request(user);
    read.mutable_sync();
    ask(std::move(read));
  }
  void ask(protocol::ReadRequest read) {
    turns_->read(std::move(read), [this](protocol::Result<std::string> result) {
      result ? ++answered_ : (refused_.push_back(result.error().code), 0);
    });
  }

  base::ManualClock clock_{kNowMs};
  HeldReads reads_;
  std::shared_ptr<ReadTurns> turns_ = std::make_shared<ReadTurns>(reads_, clock_);
  int answered_ = 0;
  std::vector<ErrorCode> refused_;
};

TEST_F(ReadTurnsTest, OneUsersReadsWaitForEachOtherAndForNobodyElses) {
  for (const char* chat : {"1", "2", "3", "4", "5", "6"}) history("mallory", chat);
  EXPECT_THAT(reads_.asked, ElementsAre("mallory 1", "mallory 2", "mallory 3", "mallory 4"));
  reads_.asked.clear();
  history("alice", "1");
  EXPECT_THAT(reads_.asked, ElementsAre("alice 1"));
  reads_.asked.clear();
  reads_.answer(2);
  EXPECT_THAT(reads_.asked, ElementsAre("mallory 5"));
  while (!reads_.held.empty()) reads_.answer(0);
  EXPECT_EQ(answered_, 7);
}

TEST_F(ReadTurnsTest, ADearReadIsUnderWayAlone) {
  history("mallory", "1");
  sync("mallory");
  sync("mallory");
  history("mallory", "2");
  EXPECT_THAT(reads_.asked, ElementsAre("mallory 1"));
  reads_.answer(0);
  EXPECT_THAT(reads_.asked, ElementsAre("mallory 1", "mallory "));
  reads_.answer(0);
  EXPECT_THAT(reads_.held, SizeIs(1));
  reads_.answer(0);
  EXPECT_THAT(reads_.asked, ElementsAre("mallory 1", "mallory ", "mallory ", "mallory 2"));
}

TEST_F(ReadTurnsTest, WhatASessionMayAskAtOnceIsAnsweredInTheEndAndMoreIsRefused) {
  for (size_t i = 0; i < ReadTurns::kPlaces + ReadTurns::kWaitingMax; ++i) history("alice", "1");
  EXPECT_THAT(refused_, IsEmpty());
  history("alice", "1");
  EXPECT_THAT(refused_, ElementsAre(ErrorCode::kOverloaded));
  reads_.answers_at_once = true;
  while (!reads_.held.empty()) reads_.answer(0);
  EXPECT_EQ(answered_, static_cast<int>(ReadTurns::kPlaces + ReadTurns::kWaitingMax));
}

TEST_F(ReadTurnsTest, WhatWaitedTooLongIsNotReadAnyMore) {
  sync("alice");
  history("alice", "1");
  clock_.advance_ms(protocol::kRequestTimeoutMs);
  history("alice", "2");
  reads_.answer(0);
  EXPECT_THAT(reads_.asked, ElementsAre("alice ", "alice 2"));
  EXPECT_THAT(refused_, ElementsAre(ErrorCode::kUnavailable));
}

TEST_F(ReadTurnsTest, OnceItIsClosedNothingIsBegun) {
  sync("alice");
  history("alice", "1");
  turns_->close();
  history("alice", "2");
  turns_.reset();
  reads_.answer(0);
  EXPECT_THAT(reads_.asked, ElementsAre("alice "));
}

}  // namespace
}  // namespace chat::gateway
