// That a redacted text leaves the files of the database: every test looks into the bytes of all of
// them, and first finds the text there.
#include "connect/store/redaction_compactor.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "connect/store/blocking_store.h"
#include "connect/store/commit_batch.h"
#include "connect/store/item_names.h"
#include "connect/store/rocksdb_store.h"
#include "connect/store/temporary_directory.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

const ChatId kChat("c1");
const ChatId kOther("c2");
// Bytes without a repetition, so that lz4 leaves each as it is where it stands first in a block.
const std::string kBody = "Zq7Xw2Lk9Rb4Tn1Vy6Hc3Mf8";
const std::string kEdited = "pG5uJd0sEa-oQiYtCrWmBvNx";

Event message(uint64_t id, const std::string& text, protocol::Kind kind = protocol::KIND_MESSAGE) {
  Event event;
  event.set_id(id);
  event.set_seq(id);
  event.set_kind(kind);
  event.mutable_body()->set_text(text);
  return event;
}

// The overlay of a message; without a text: its tombstone.
ItemWrite overlay(uint64_t version, const std::string& text) {
  protocol::OverlayItem item;
  if (!text.empty()) item.mutable_body()->set_text(text);
  return {{Table::kChats, kChat.value(), edit_item(EventId(1))}, version, item.SerializeAsString()};
}

// The names of the files in the directory that hold the text.
std::vector<std::string> files_with(const std::string& directory, const std::string& text) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (bytes.find(text) != std::string::npos) found.push_back(entry.path().filename());
  }
  return found;
}

class RedactionTest : public testing::Test {
 protected:
  void open(const std::string& directory) {
    store_.reset();
    store_ = RocksDbStore::open({.directory = directory}, metrics_).value();
  }
  void reopen() { open(database_); }
  void append(const ChatId& chat, const Event& event, Projections projections = {}) {
    const auto result = BlockingStore(*store_).append(
        {chat, EventId(event.id() - 1), {event}, std::move(projections)});
    ASSERT_TRUE(result);
    ASSERT_EQ(*result, AppendResult::kDone);
  }
  // A message with an edit.
  void fill() {
    append(kChat, message(1, kBody));
    append(kChat, message(2, kEdited, protocol::KIND_EDIT), {{overlay(2, kEdited)}, {}});
    append(kOther, message(1, "of another chat"));
  }
  void redact(uint64_t version) {
    ASSERT_TRUE(
        BlockingStore(*store_).project(kChat, {{overlay(version, "")}, {EventId(1), EventId(2)}}));
  }
  // Everything that lies in the database sinks to its lowest level.
  void sink() {
    ASSERT_TRUE(BlockingStore(*store_).project(kChat, {{}, {EventId(77)}}));
    ASSERT_TRUE(BlockingStore(*store_).project(kOther, {{}, {EventId(77)}}));
    ASSERT_EQ(store_->compact_redacted().value(), 2u);
  }
  void expect_found(const std::string& ending) {
    for (const std::string& text : {kBody, kEdited})
      EXPECT_THAT(files_with(database_, text), testing::Contains(HasSubstr(ending))) << text;
  }
  // Closed first, so that RocksDB has ended what it does in the background.
  void expect_gone() {
    store_.reset();
    for (const std::string& text : {kBody, kEdited})
      EXPECT_THAT(files_with(database_, text), IsEmpty()) << text;
    reopen();
    const auto events = BlockingStore(*store_).read_log(kChat).value();
    for (const Event& event : events) EXPECT_TRUE(event.gone());
    EXPECT_EQ(BlockingStore(*store_).read_log(kOther).value().size(), 1u);
  }

  TemporaryDirectory directory_;
  std::string database_ = directory_ / "db";
  base::Metrics metrics_;
  std::unique_ptr<RocksDbStore> store_;
};

TEST_F(RedactionTest, ATextLeavesTheWriteAheadLog) {
  reopen();
  fill();
  redact(3);
  expect_found(".log");
  EXPECT_EQ(store_->compact_redacted().value(), 1u);
  expect_gone();
  EXPECT_EQ(store_->compact_redacted().value(), 0u);
}

TEST_F(RedactionTest, ATextLeavesTheNewestTables) {
  reopen();
  fill();
  reopen();  // recovery writes the log out as tables
  redact(3);
  expect_found(".sst");
  EXPECT_EQ(store_->compact_redacted().value(), 1u);
  expect_gone();
}

TEST_F(RedactionTest, ATextLeavesTheLowestLevel) {
  reopen();
  fill();
  sink();
  redact(3);
  reopen();
  expect_found(".sst");
  EXPECT_EQ(store_->compact_redacted().value(), 1u);
  expect_gone();
}

// What a killed process leaves is the files as they are, and here as they are copied.
TEST_F(RedactionTest, TheNoteSurvivesTheProcess) {
  reopen();
  fill();
  sink();
  redact(3);
  const std::string killed = directory_ / "killed";
  fs::copy(database_, killed, fs::copy_options::recursive);
  database_ = killed;
  reopen();
  expect_found(".sst");
  EXPECT_EQ(store_->compact_redacted().value(), 1u);
  expect_gone();
}

TEST_F(RedactionTest, TheStoresOwnThreadDoesItWhenItIsTime) {
  reopen();
  fill();
  redact(3);
  expect_found(".log");
  store_->tend(0);
  store_->tend(60'000);
  while (!files_with(database_, kBody).empty()) std::this_thread::yield();
  expect_gone();
}

TEST_F(RedactionTest, AConflictLeavesNoNote) {
  reopen();
  fill();
  EXPECT_EQ(BlockingStore(*store_)
                .append({kChat, EventId(7), {message(8, "late")}, {{}, {EventId(1)}}})
                .value(),
            AppendResult::kConflict);
  EXPECT_EQ(store_->compact_redacted().value(), 0u);
}

TEST_F(RedactionTest, ChatsFarApartAndCloseTogetherAreCompacted) {
  reopen();
  for (const char* chat : {"a", "b", "b.b", "z"}) append(ChatId(chat), message(1, kBody));
  reopen();
  for (const char* chat : {"a", "b", "b.b", "z"})
    ASSERT_TRUE(BlockingStore(*store_).project(ChatId(chat), {{}, {EventId(1)}}));
  EXPECT_EQ(files_with(database_, kBody).size(), 1u);
  EXPECT_EQ(store_->compact_redacted().value(), 4u);
  store_.reset();
  EXPECT_THAT(files_with(database_, kBody), IsEmpty());
}

// The notes by themselves, on a database without the store's threads.
class RedactionNotesTest : public testing::Test {
 protected:
  void redact() {
    CommitBatch batch(*database_, memory_);
    const Commit commit{.chat = kChat, .projections = {{}, {EventId(1)}}};
    ASSERT_TRUE(batch.add(commit));
    ASSERT_TRUE(batch.write(false));
  }
  std::vector<RedactionNote> notes() { return read_redaction_notes(*database_, 100).value(); }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_ = Database::open({.directory = directory_ / "db"}).value();
  CommitMemory memory_;
  base::Metrics metrics_;
};

TEST_F(RedactionNotesTest, WhatComesWhileAChatIsCompactedStaysNoted) {
  redact();
  const std::vector<RedactionNote> before = notes();
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before.front().chat, kChat);
  redact();
  EXPECT_EQ(notes().size(), 2u);
  ASSERT_TRUE(forget_redaction_notes(*database_, {before.front().key}));
  EXPECT_EQ(notes().size(), 1u);
}

TEST_F(RedactionNotesTest, AreReadUpToALimit) {
  for (int i = 0; i < 5; ++i) redact();
  EXPECT_EQ(read_redaction_notes(*database_, 3).value().size(), 3u);
}

TEST_F(RedactionNotesTest, OnceStoppedNothingIsCompactedAndEverythingStaysNoted) {
  redact();
  RedactionCompactor compactor(*database_, metrics_);
  compactor.stop();
  EXPECT_EQ(compactor.compact().error().code, base::Code::kUnavailable);
  EXPECT_EQ(notes().size(), 1u);
  EXPECT_THAT(metrics_.text(), HasSubstr("connect_store_redaction_failures_total 0"));
}

}  // namespace
}  // namespace chat::store
