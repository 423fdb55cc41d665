#include "connect/store/rocksdb_store.h"

#include <gmock/gmock.h>

#include <latch>
#include <mutex>
#include <utility>

#include "connect/store/blocking_store.h"
#include "connect/store/recent_map.h"
#include "connect/store/temporary_directory.h"

namespace chat::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ChatId kChat("c1");
const ItemKey kItem{Table::kChats, "c1", "chat"};

Event message(uint64_t id) {
  Event event;
  event.set_id(id);
  event.set_seq(id);
  event.set_kind(protocol::KIND_MESSAGE);
  event.mutable_body()->set_text("hello");
  return event;
}

// A store whose commit thread can be held up, so that what follows gathers into one batch.
class RocksDbStoreTest : public testing::Test {
 protected:
  void open(size_t queue_commits_max = 1000, size_t queue_bytes_max = 1 << 20) {
    store_ = RocksDbStore::open({.directory = directory_ / "db",
                                 .queue_commits_max = queue_commits_max,
                                 .queue_bytes_max = queue_bytes_max},
                                metrics_)
                 .value();
    calls_ = std::make_unique<BlockingStore>(*store_);
  }
  void hold() {
    std::latch held(1);
    store_->project(kChat, {}, [&held, this](const base::Status&) {
      held.count_down();
      released_.wait();
    });
    held.wait();
  }
  void release() { released_.count_down(); }
  void append(uint64_t tail, uint64_t id, Projections projections = {}) {
    store_->append({kChat, EventId(tail), {message(id)}, std::move(projections)},
                   [this](const base::Result<AppendResult>& result) {
                     const std::lock_guard lock(mutex_);
                     answers_.push_back(!result                              ? "error"
                                        : *result == AppendResult::kConflict ? "conflict"
                                                                             : "done");
                   });
  }
  std::vector<std::string> answers() {
    // Once this one is answered, so is everything before it; a full queue may refuse it at first.
    while (!calls_->project(kChat, {})) {
    }
    const std::lock_guard lock(mutex_);
    return answers_;
  }

  TemporaryDirectory directory_;
  base::Metrics metrics_;
  std::latch released_{1};
  std::mutex mutex_;
  std::vector<std::string> answers_;  // guarded by mutex_
  std::unique_ptr<RocksDbStore> store_;
  std::unique_ptr<BlockingStore> calls_;
};

TEST_F(RocksDbStoreTest, AppendsOfAChatInOneBatchSeeEachOther) {
  open();
  hold();
  append(0, 1);
  append(0, 2);  // the tail is 1 by now
  append(1, 2);
  append(2, 3);
  append(1, 3);
  release();
  EXPECT_THAT(answers(), ElementsAre("done", "conflict", "done", "done", "conflict"));
  EXPECT_EQ(calls_->read_log(kChat).value().size(), 3u);
  // The held one, then these five together.
  EXPECT_THAT(metrics_.text(), HasSubstr("connect_store_commit_batch_size_bucket{le=\"8\"}"));
  EXPECT_THAT(metrics_.text(), HasSubstr("connect_store_commit_batch_size_sum 7"));
}

TEST_F(RocksDbStoreTest, ItemsAndRedactionsInOneBatchSeeEachOther) {
  open();
  hold();
  append(0, 1, {{{kItem, 5, "five"}}, {}});
  append(1, 2, {{{kItem, 4, "four"}}, {EventId(1)}});
  release();
  EXPECT_THAT(answers(), ElementsAre("done", "done"));
  EXPECT_EQ(calls_->read_items({kItem}).value().front()->value, "five");
  EXPECT_TRUE(calls_->read_log(kChat).value().front().gone());
}

TEST_F(RocksDbStoreTest, AFullQueueRefusesAtOnceAndKeepsWhatItTook) {
  open(2);
  hold();
  append(0, 1);
  append(1, 2);
  append(2, 3);
  {
    const std::lock_guard lock(mutex_);
    EXPECT_THAT(answers_, ElementsAre("error"));  // inside the call
  }
  release();
  EXPECT_THAT(answers(), ElementsAre("error", "done", "done"));
}

TEST_F(RocksDbStoreTest, TheQueueIsBoundedInBytes) {
  open(1000, 100'000);
  hold();
  Event large = message(1);
  large.mutable_body()->set_text(std::string(60'000, 'x'));
  const auto submit = [this](const Event& event, const char* chat, auto done) {
    store_->append({ChatId(chat), EventId(), {event}, {}}, std::move(done));
  };
  std::latch taken(1);
  submit(large, "a", [&taken](const base::Result<AppendResult>& result) {
    EXPECT_TRUE(result);
    taken.count_down();
  });
  base::Code code = base::Code::kInternal;
  submit(large, "b", [&code](const base::Result<AppendResult>& result) {
    code = result ? base::Code::kInternal : result.error().code;
  });
  EXPECT_EQ(code, base::Code::kOverloaded);
  release();
  taken.wait();
}

TEST_F(RocksDbStoreTest, WhatWasTakenOnIsWrittenBeforeItCloses) {
  open();
  hold();
  append(0, 1);
  append(1, 2);
  release();
  calls_.reset();
  store_.reset();
  EXPECT_THAT(answers_, ElementsAre("done", "done"));
  open();
  EXPECT_EQ(calls_->read_log(kChat).value().size(), 2u);
}

TEST_F(RocksDbStoreTest, ListsTheChatsThatHaveEvents) {
  open();
  for (const char* chat : {"b", "a", "ab", "c"})
    ASSERT_TRUE(calls_->append({ChatId(chat), EventId(), {message(1), message(2)}, {}}));
  EXPECT_THAT(store_->list_chats({}, 100).value(),
              ElementsAre(ChatId("a"), ChatId("ab"), ChatId("b"), ChatId("c")));
  EXPECT_THAT(store_->list_chats(ChatId("a"), 2).value(), ElementsAre(ChatId("ab"), ChatId("b")));
  EXPECT_THAT(store_->list_chats(ChatId("c"), 2).value(), IsEmpty());
}

TEST(RecentMap, ForgetsWhatWasNotUsedLatelyButOnlyWhenTold) {
  RecentMap<int> map(2);
  for (int i = 0; i < 10; ++i) map.put(std::to_string(i), i);
  EXPECT_EQ(map.size(), 10u);
  map.trim();
  EXPECT_EQ(*map.find("3"), 3);  // used again
  map.put("new", 1);
  map.trim();
  EXPECT_EQ(*map.find("3"), 3);
  EXPECT_EQ(map.find("4"), nullptr);
  EXPECT_LE(map.size(), 4u);
}

}  // namespace
}  // namespace chat::store
