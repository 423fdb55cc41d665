#include "connect/store/backup.h"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "connect/store/blocking_store.h"
#include "connect/store/temporary_directory.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const ChatId kChat("c1");

// A data directory with its store open.
struct Opened {
  explicit Opened(const std::string& path)
      : directory(DataDirectory::open(path).value()),
        store(RocksDbStore::open({.directory = directory->database_path()}, metrics).value()) {}
  base::Metrics metrics;
  std::unique_ptr<DataDirectory> directory;
  std::unique_ptr<RocksDbStore> store;
};

void append(Store& store, uint64_t seq) {
  Event event;
  event.set_id(seq);
  event.set_seq(seq);
  const auto result = BlockingStore(store).append({kChat, EventId(seq - 1), {event}, {}});
  ASSERT_TRUE(result);
  ASSERT_EQ(*result, AppendResult::kDone);
}

class BackupTest : public testing::Test {
 protected:
  TemporaryDirectory temporary_;
};

TEST_F(BackupTest, ABackupWhileAppendingHoldsWhatWasAcknowledged) {
  uint64_t acknowledged = 0;
  std::array<uint8_t, kSecretBytes> secret{};
  {
    Opened source(temporary_ / "data");
    secret = source.directory->secret();
    std::atomic<uint64_t> done = 0;
    std::atomic<bool> stop = false;
    std::thread appender([&] {
      for (uint64_t seq = 1; !stop; ++seq) {
        append(*source.store, seq);
        done = seq;
        done.notify_one();
      }
    });
    done.wait(0);
    acknowledged = done;
    const auto made = checkpoint(*source.store, *source.directory, temporary_ / "backup");
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    stop = true;
    appender.join();
  }
  ASSERT_TRUE(restore(temporary_ / "backup", temporary_ / "restored"));
  Opened restored(temporary_ / "restored");
  EXPECT_EQ(restored.directory->secret(), secret);
  const auto events = BlockingStore(*restored.store).read_log(kChat, {.events_max = UINT32_MAX});
  ASSERT_TRUE(events);
  EXPECT_GE(events->size(), acknowledged);
  for (size_t i = 0; i < events->size(); ++i) ASSERT_EQ((*events)[i].seq(), i + 1);
  append(*restored.store, events->size() + 1);
}

TEST_F(BackupTest, ABackupNeverOverwrites) {
  Opened source(temporary_ / "data");
  fs::create_directory(temporary_ / "backup");
  const auto made = checkpoint(*source.store, *source.directory, temporary_ / "backup");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("exists"));
  EXPECT_FALSE(checkpoint(*source.store, *source.directory, temporary_ / "no/such/parent"));
  // Nothing incomplete stays behind.
  EXPECT_EQ(std::distance(fs::directory_iterator(temporary_.path()), {}), 2);
}

TEST_F(BackupTest, RestoringRefusesWhatIsNoBackupAndWhatIsNotEmpty) {
  {
    Opened source(temporary_ / "data");
    ASSERT_TRUE(checkpoint(*source.store, *source.directory, temporary_ / "backup"));
  }
  fs::create_directory(temporary_ / "other");
  std::ofstream(temporary_ / "other/file") << "x";
  EXPECT_FALSE(restore(temporary_ / "other", temporary_ / "restored"));
  EXPECT_FALSE(restore(temporary_ / "missing", temporary_ / "restored"));
  EXPECT_FALSE(restore(temporary_ / "backup", temporary_ / "other"));
  EXPECT_FALSE(restore(temporary_ / "backup", temporary_ / "data"));
  EXPECT_FALSE(fs::exists(temporary_ / "restored"));
  std::ofstream(temporary_ / "backup/FORMAT") << "connect 2\n";
  EXPECT_FALSE(restore(temporary_ / "backup", temporary_ / "restored"));
}

TEST_F(BackupTest, AnEmptyDirectoryMayBeRestoredTo) {
  {
    Opened source(temporary_ / "data");
    append(*source.store, 1);
    ASSERT_TRUE(checkpoint(*source.store, *source.directory, temporary_ / "backup/"));
  }
  fs::create_directory(temporary_ / "empty");
  const auto restored = restore(temporary_ / "backup", temporary_ / "empty");
  ASSERT_TRUE(restored) << restored.error().message;
  Opened opened(temporary_ / "empty");
  EXPECT_EQ(BlockingStore(*opened.store).read_log(kChat).value().size(), 1u);
}

}  // namespace
}  // namespace chat::store
