// What becomes of a database whose write-ahead log ends as a crash, or damage, left it.
#include "connect/store/log_tail.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <vector>

#include "connect/base/metrics.h"
#include "connect/store/blocking_store.h"
#include "connect/store/rocksdb_store.h"
#include "connect/store/temporary_directory.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;

const ChatId kChat("c1");
constexpr uint64_t kPage = 4096;
constexpr uint64_t kEvents = 12;

Event message(uint64_t id, size_t bytes) {
  Event event;
  event.set_id(id);
  event.set_seq(id);
  event.mutable_body()->set_text(std::string(bytes, static_cast<char>('a' + id)));
  return event;
}

// A log of short records, one of several blocks amid them, and a last one of `last_bytes`.
class LogTailTest : public testing::TestWithParam<size_t> {
 protected:
  LogTailTest() {
    CHECK(open());
    for (uint64_t id = 1; id <= kEvents; ++id) {
      ends_.push_back(fs::file_size(log()));
      append(id, id == kEvents ? GetParam() : id == 6 ? 80'000 : 300);
    }
    size_ = fs::file_size(log());
    store_.reset();
    name_ = log();
    std::ifstream file(name_, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }

  base::Status open() {
    TRY_ASSIGN(store_, RocksDbStore::open({.directory = database_}, metrics_));
    return base::ok();
  }
  void append(uint64_t id, size_t bytes) {
    const auto result =
        BlockingStore(*store_).append({kChat, EventId(id - 1), {message(id, bytes)}, {}});
    ASSERT_TRUE(result);
    ASSERT_EQ(*result, AppendResult::kDone);
  }
  fs::path log() const {
    for (const auto& entry : fs::directory_iterator(database_))
      if (entry.path().extension() == ".log") return entry.path();
    return {};
  }
  uint64_t last_begins() const { return ends_.back(); }

  // The database with these bytes as its log: how many events it opens with.
  base::Result<size_t> events_with(const std::string& bytes) {
    const fs::path kept = directory_ / "kept";
    fs::remove_all(kept);
    fs::copy(database_, kept, fs::copy_options::recursive);
    std::ofstream(name_, std::ios::binary | std::ios::trunc) << bytes;
    base::Result<size_t> events = size_t{0};
    if (const base::Status opened = open(); !opened)
      events = base::Unexpected{opened.error()};
    else
      events = BlockingStore(*store_).read_log(kChat)->size();
    store_.reset();
    fs::remove_all(database_);
    fs::rename(kept, database_);
    return events;
  }
  void expect_dropped(const std::string& bytes, uint64_t at) {
    const auto events = events_with(bytes);
    ASSERT_TRUE(events) << at << ": " << events.error().message;
    EXPECT_EQ(*events, kEvents - 1) << at;
  }
  void expect_refused(const std::string& bytes, const std::string& why, uint64_t at) {
    const auto events = events_with(bytes);
    ASSERT_FALSE(events) << at << ": opens with " << *events;
    EXPECT_EQ(events.error().code, base::Code::kCorrupt);
    EXPECT_THAT(events.error().message, testing::HasSubstr(why)) << at;
  }
  std::string zeroed(uint64_t from, uint64_t to) const {
    std::string bytes = bytes_;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from),
              bytes.begin() + static_cast<std::ptrdiff_t>(to), '\0');
    return bytes;
  }
  std::string flipped(uint64_t at) const {
    std::string bytes = bytes_;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    return bytes;
  }

  TemporaryDirectory directory_;
  const std::string database_ = directory_ / "db";
  base::Metrics metrics_;
  std::unique_ptr<RocksDbStore> store_;
  std::vector<uint64_t> ends_;  // where each record begins
  uint64_t size_ = 0;
  fs::path name_;
  std::string bytes_;
};

TEST_P(LogTailTest, WhatIsWholeIsKept) {
  EXPECT_EQ(events_with(bytes_).value(), kEvents);
  EXPECT_EQ(read_log_tail(name_)->state, LogTail::State::kWhole);
  EXPECT_EQ(read_log_tail(name_)->whole_bytes, size_);
}

TEST_P(LogTailTest, APageThatIsMissingFromTheLastRecordDropsIt) {
  for (uint64_t page = last_begins() / kPage * kPage; page < size_; page += kPage) {
    const uint64_t from = std::max(page, last_begins());
    expect_dropped(zeroed(from, std::min(page + kPage, size_)), from);
  }
  expect_dropped(zeroed(last_begins(), size_), last_begins());
}

TEST_P(LogTailTest, ALastRecordThatIsShortIsDropped) {
  for (const uint64_t kept : {1UL, 6UL, 7UL, 8UL, 300UL, size_ - last_begins() - 1})
    expect_dropped(bytes_.substr(0, last_begins() + kept), kept);
}

TEST_P(LogTailTest, AFlippedBitInTheLastRecordIsRefusedWithAdvice) {
  const std::string advice = "truncate -s " + std::to_string(last_begins()) + " ";
  for (const uint64_t at : {last_begins(), last_begins() + 6, last_begins() + 100, size_ - 1})
    expect_refused(flipped(at), advice, at);
}

TEST_P(LogTailTest, DamageAmidTheLogIsRefused) {
  for (const uint64_t record : {3, 5, 10})
    for (const uint64_t byte : {0, 4, 5, 6, 7, 200})
      expect_refused(flipped(ends_[record] + byte), "others follow", record);
  expect_refused(flipped(ends_[6] - 1), "others follow", 6);
  for (uint64_t page = 0; page + kPage <= ends_[6]; page += kPage)
    expect_refused(zeroed(page, page + kPage), "others follow", page);
}

TEST_P(LogTailTest, ATextLikeARecordIsNotTakenForOne) {
  const std::string text = bytes_.substr(ends_[2], ends_[3] - ends_[2]);
  std::string torn = bytes_;
  torn.replace(last_begins() + 200, text.size(), text);
  const uint64_t page = last_begins() / kPage * kPage + 2 * kPage;
  ASSERT_LT(last_begins() + 200 + text.size(), page);
  expect_dropped(torn.substr(0, page), 0);
  std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(page), std::min(kPage, size_ - page),
              '\0');
  expect_dropped(torn, page);
}

TEST_P(LogTailTest, ALogThatIsInUseIsLeftAlone) {
  ASSERT_TRUE(open());
  append(kEvents + 1, 300);
  std::ofstream(log(), std::ios::binary | std::ios::app) << "half";
  const uint64_t size = fs::file_size(log());
  EXPECT_FALSE(RocksDbStore::open({.directory = database_}, metrics_));
  EXPECT_EQ(fs::file_size(log()), size);
}

// A fragment of a record as the log's format has it.
std::string fragment(char type, const std::string& content) {
  uint32_t crc = 0xffffffff;
  for (const char byte : type + content) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
  }
  crc = std::rotr(~crc, 15) + 0xa282ead8;
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(crc >> (8 * i));
  bytes += static_cast<char>(content.size());
  bytes += static_cast<char>(content.size() >> 8);
  return bytes + type + content;
}

// A batch of one write.
std::string batch(char sequence, size_t bytes) {
  std::string made(bytes, 'x');
  made.replace(0, 12, std::string{sequence, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0});
  return made;
}

TEST(LogTail, ALaterRecordIsKnownThoughItsNumberIsSplit) {
  constexpr size_t kBlock = 32 * 1024, kHeader = 7;
  TemporaryDirectory directory;
  const fs::path log = directory / "1.log";
  for (const char sequence : {'\x07', '\x06'}) {
    const std::string first = fragment(1, batch(5, 1000));
    std::string bad = fragment(1, batch(6, kBlock - first.size() - 2 * kHeader - 5));
    bad.back() = 'y';
    const std::string next = batch(sequence, 100);
    std::ofstream(log, std::ios::binary)
        << first << bad << fragment(2, next.substr(0, 5)) << fragment(4, next.substr(5));
    EXPECT_EQ(read_log_tail(log)->state,
              sequence == 7 ? LogTail::State::kDamagedAmid : LogTail::State::kDamagedLast);
    EXPECT_EQ(read_log_tail(log)->whole_bytes, first.size());
  }
}

INSTANTIATE_TEST_SUITE_P(LastBytes, LogTailTest, testing::Values(9'000, 40'000));

}  // namespace
}  // namespace chat::store
