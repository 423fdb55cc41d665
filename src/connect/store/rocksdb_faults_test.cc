// What a RocksDbStore does when the disk or the process fails under it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "connect/store/blocking_store.h"
#include "connect/store/rocksdb_store.h"
#include "connect/store/temporary_directory.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;
using rocksdb::IOStatus;

const ChatId kChat("c1");

enum class Fault { kNone, kDiskFull, kSyncFails };

// A writable file that fails as the fault says. A full disk takes half of what is written, as a
// real one may.
class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile> file, const std::atomic<Fault>& fault)
      : FSWritableFileOwnerWrapper(std::move(file)), fault_(fault) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* debug) override {
    if (fault_ != Fault::kDiskFull) return target()->Append(data, options, debug);
    const rocksdb::Slice half(data.data(), data.size() / 2);
    target()->Append(half, options, debug).PermitUncheckedError();
    IOStatus full = IOStatus::NoSpace("no space left on device");
    full.SetRetryable(true);
    return full;
  }
  IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (fault_ == Fault::kSyncFails) return IOStatus::IOError("sync failed");
    return target()->Sync(options, debug);
  }

 private:
  const std::atomic<Fault>& fault_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(const std::atomic<Fault>& fault)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), fault_(fault) {}
  const char* Name() const override { return "FaultyFileSystem"; }
  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    IOStatus status = target()->NewWritableFile(name, options, &file, debug);
    if (status.ok()) *result = std::make_unique<FaultyFile>(std::move(file), fault_);
    return status;
  }

 private:
  const std::atomic<Fault>& fault_;
};

Event message(uint64_t id) {
  Event event;
  event.set_id(id);
  event.set_seq(id);
  event.mutable_body()->set_text("message " + std::to_string(id) + std::string(200, 'x'));
  return event;
}

class RocksDbFaultsTest : public testing::Test {
 protected:
  base::Status open() {
    close();
    TRY_ASSIGN(store_,
               RocksDbStore::open(
                   {.directory = database_, .resume_interval_ms = 0, .env = env_.get()}, metrics_));
    return base::ok();
  }
  void close() { store_.reset(); }
  base::Result<AppendResult> append(uint64_t id) {
    return BlockingStore(*store_).append({kChat, EventId(id - 1), {message(id)}, {}});
  }
  void fill(uint64_t first, uint64_t last) {
    for (uint64_t id = first; id <= last; ++id) {
      const auto result = append(id);
      ASSERT_TRUE(result) << result.error().message;
      ASSERT_EQ(*result, AppendResult::kDone);
    }
  }
  // The log must be dense, right in every byte, and hold at least what was acknowledged.
  void expect_log(uint64_t acknowledged) {
    const auto events = BlockingStore(*store_).read_log(kChat);
    ASSERT_TRUE(events) << events.error().message;
    EXPECT_GE(events->size(), acknowledged);
    for (size_t i = 0; i < events->size(); ++i)
      ASSERT_EQ((*events)[i].SerializeAsString(), message(i + 1).SerializeAsString());
  }
  // The largest file with the ending.
  fs::path file_of(const std::string& ending) {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(database_))
      if (entry.path().extension() == ending && entry.file_size() > 0 &&
          (found.empty() || entry.file_size() > fs::file_size(found)))
        found = entry.path();
    CHECK(!found.empty());
    return found;
  }

  TemporaryDirectory directory_;
  const std::string database_ = directory_ / "db";
  std::atomic<Fault> fault_{Fault::kNone};
  std::unique_ptr<rocksdb::Env> env_ =
      rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(fault_));
  base::Metrics metrics_;
  std::unique_ptr<RocksDbStore> store_;
};

void flip_bit(const fs::path& path, uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

// `before`: how many messages are in memory when the disk fills up.
class FullDisk : public RocksDbFaultsTest, public testing::WithParamInterface<uint64_t> {};

TEST_P(FullDisk, IsUnavailableAndRecoversByItself) {
  const uint64_t before = GetParam();
  ASSERT_TRUE(open());
  fill(1, before);
  fault_ = Fault::kDiskFull;
  for (int i = 0; i < 3; ++i) {
    const auto refused = append(before + 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Code::kUnavailable);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("disk is full"));
  }
  EXPECT_FALSE(store_->writable());
  expect_log(before);  // reading goes on
  fault_ = Fault::kNone;
  while (!append(before + 1)) {
  }
  EXPECT_TRUE(store_->writable());
  fill(before + 2, before + 10);
  expect_log(before + 10);
  ASSERT_TRUE(open());
  expect_log(before + 10);
  fill(before + 11, before + 20);
  ASSERT_TRUE(open());
  expect_log(before + 20);
}

INSTANTIATE_TEST_SUITE_P(RocksDb, FullDisk, testing::Values(0, 1, 100));

TEST_F(RocksDbFaultsTest, WhatAFullDiskKeepsOfARedactionIsDealtWithLater) {
  ASSERT_TRUE(open());
  fill(1, 10);
  ASSERT_TRUE(BlockingStore(*store_).project(kChat, {{}, {EventId(3)}}));
  fault_ = Fault::kDiskFull;
  EXPECT_FALSE(store_->compact_redacted());
  EXPECT_THAT(metrics_.text(), testing::HasSubstr("connect_store_redaction_failures_total 1"));
  EXPECT_THAT(metrics_.text(), testing::HasSubstr("connect_store_redactions_waiting 1"));
  fault_ = Fault::kNone;
  while (!append(11)) {
  }
  EXPECT_EQ(store_->compact_redacted().value(), 1u);
  EXPECT_THAT(metrics_.text(), testing::HasSubstr("connect_store_redactions_waiting 0"));
  fill(12, 20);
}

TEST_F(RocksDbFaultsTest, AFailedSyncEndsAcknowledging) {
  ASSERT_TRUE(open());
  fill(1, 10);
  fault_ = Fault::kSyncFails;
  EXPECT_EQ(append(11).error().code, base::Code::kUnavailable);
  fault_ = Fault::kNone;  // what the failed sync lost does not come back
  for (int i = 0; i < 3; ++i) EXPECT_EQ(append(11).error().code, base::Code::kUnavailable);
  EXPECT_FALSE(store_->writable());
  EXPECT_THAT(metrics_.text(), testing::HasSubstr("connect_store_writable 0"));
  ASSERT_TRUE(open());
  expect_log(10);
}

TEST_F(RocksDbFaultsTest, AFlippedBitInATableIsNeverServed) {
  ASSERT_TRUE(open());
  fill(1, 500);
  ASSERT_TRUE(open());  // recovery writes the log out as a table
  close();
  const fs::path table = file_of(".sst");
  const fs::path kept = directory_ / "kept";
  fs::copy_file(table, kept);
  const uint64_t size = fs::file_size(table);
  int detected = 0;
  for (uint64_t offset = 0; offset < size; offset += size / 40) {
    flip_bit(table, offset);
    base::Status opened = open();
    base::Code code = opened ? base::Code::kInternal : opened.error().code;
    if (opened) {
      const auto events = BlockingStore(*store_).read_log(kChat);
      if (events)
        expect_log(500);  // the bit lay in what nobody reads
      else
        code = events.error().code;
    }
    if (code == base::Code::kCorrupt) ++detected;
    close();
    fs::copy_file(kept, table, fs::copy_options::overwrite_existing);
  }
  EXPECT_GT(detected, 0);
  ASSERT_TRUE(open());
  expect_log(500);
}

TEST_F(RocksDbFaultsTest, ATornTailOfTheLogIsDropped) {
  ASSERT_TRUE(open());
  fill(1, 10);
  const uint64_t whole = fs::file_size(file_of(".log"));
  fill(11, 11);
  close();
  const fs::path log = file_of(".log");
  const uint64_t with_last = fs::file_size(log);
  const fs::path kept = directory_ / "kept";
  fs::copy(database_, kept, fs::copy_options::recursive);
  for (const uint64_t size : {whole + 1, whole + 7, whole + 20, with_last - 1}) {
    fs::remove_all(database_);
    fs::copy(kept, database_, fs::copy_options::recursive);
    fs::resize_file(log, size);
    ASSERT_TRUE(open()) << size;
    EXPECT_EQ(BlockingStore(*store_).read_log(kChat).value().size(), 10u);
    expect_log(10);
    close();
  }
}

TEST_F(RocksDbFaultsTest, AFlippedBitAmidTheLogIsRefused) {
  ASSERT_TRUE(open());
  fill(1, 20);
  close();
  const fs::path log = file_of(".log");
  flip_bit(log, fs::file_size(log) / 2);
  const base::Status opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::Code::kCorrupt);
}

constexpr const char* kCrashDirectory = "CONNECT_TEST_CRASH_DIRECTORY";
constexpr int kAcknowledgements = 3;  // the descriptor that the parent listens on

// Not a test: the process that the test below kills.
TEST(RocksDbCrash, DISABLED_AppendsUntilItIsKilled) {
  const char* directory = getenv(kCrashDirectory);
  ASSERT_NE(directory, nullptr);
  base::Metrics metrics;
  const auto store = RocksDbStore::open({.directory = directory}, metrics).value();
  for (uint64_t id = 1;; ++id) {
    const auto result = BlockingStore(*store).append({kChat, EventId(id - 1), {message(id)}, {}});
    ASSERT_TRUE(result);
    ASSERT_EQ(write(kAcknowledgements, "a", 1), 1);
  }
}

TEST_F(RocksDbFaultsTest, AKilledProcessLeavesEverythingThatItAcknowledged) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], kAcknowledgements);
  std::string arguments[] = {"store_test", "--gtest_also_run_disabled_tests",
                             "--gtest_filter=RocksDbCrash.*"};
  char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  std::string variable = std::string(kCrashDirectory) + "=" + database_;
  char* environment[] = {variable.data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, "/proc/self/exe", &actions, nullptr, argv, environment), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);

  uint64_t acknowledged = 0;
  char byte = 0;
  while (acknowledged < 200 && read(ends[0], &byte, 1) == 1) ++acknowledged;
  kill(child, SIGKILL);
  while (read(ends[0], &byte, 1) == 1) ++acknowledged;  // what it said before it died
  ::close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  ASSERT_GE(acknowledged, 200u);
  ASSERT_TRUE(open());
  expect_log(acknowledged);
}

}  // namespace
}  // namespace chat::store
