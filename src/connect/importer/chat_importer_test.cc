#include "connect/importer/chat_importer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "connect/base/metrics.h"
#include "connect/persistence/store_persistence.h"
#include "connect/store/blocking_store.h"
#include "connect/store/item_names.h"
#include "connect/store/rocksdb_store.h"
#include "connect/store/temporary_directory.h"

namespace chat::importer {
namespace {

using protocol::ChatId;
using protocol::Event;
using protocol::EventId;
using store::Table;

constexpr int64_t kMinute = 60'000;
constexpr int64_t kStart = 1'103'932'800'000;

const ChatId kChat("ubuntu");

class ChatImporterTest : public testing::Test {
 protected:
  ChatImporterTest() {
    store::RocksDbOptions options;
    options.directory = directory_ / "db";
    options.durability = store::Durability::kProcess;
    store_ = std::move(*store::RocksDbStore::open(options, metrics_));
    persistence_ = std::make_unique<persistence::StorePersistence>(*store_);
  }

  // `count` lines from line `first` on, four a minute, by as many people as there are lines / 3.
  static std::vector<ImportLine> lines(uint32_t first, uint32_t count) {
    std::vector<ImportLine> made;
    for (uint32_t i = first; i < first + count; ++i) {
      const int64_t ms = kStart + i / 4 * kMinute;
      made.push_back({ms, protocol::UserId("nick" + std::to_string(i / 3)),
                      "text " + std::to_string(i), key_of_line(kChat, "2004-12-25.txt", i, ms)});
    }
    return made;
  }

  ImportCounts add(const std::vector<ImportLine>& lines) {
    ChatImporter importer(*persistence_, kChat, "Ubuntu");
    auto counts = importer.add(lines, now_ms_);
    EXPECT_TRUE(counts.has_value()) << counts.error().message;
    return counts ? *counts : ImportCounts{};
  }

  std::vector<Event> log() {
    store::LogRange all;
    all.events_max = 100'000;
    all.bytes_max = 64 << 20;
    return *store::BlockingStore(*store_).read_log(kChat, all);
  }

  template <typename Record>
  Record item(Table table, const std::string& partition, const std::string& name) {
    const auto items = store::BlockingStore(*store_).read_items({{table, partition, name}});
    Record record;
    EXPECT_TRUE(items->front().has_value()) << partition << " " << name;
    if (items->front()) record.ParseFromString(items->front()->value);
    return record;
  }

  int64_t now_ms_ = kStart + 24 * 60 * kMinute;
  store::TemporaryDirectory directory_;
  base::Metrics metrics_;
  std::unique_ptr<store::RocksDbStore> store_;
  std::unique_ptr<persistence::StorePersistence> persistence_;
};

TEST_F(ChatImporterTest, TheLogIsDenseRisingAndAtTheOriginalTimes) {
  const ImportCounts counts = add(lines(0, 500));
  EXPECT_EQ(counts.added, 500u);
  EXPECT_EQ(counts.people, 167u);
  const std::vector<Event> events = log();
  uint64_t messages = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    EXPECT_EQ(event.seq(), i + 1);
    if (i > 0) {
      EXPECT_GT(event.id(), events[i - 1].id());
    }
    if (event.kind() == protocol::KIND_MESSAGE) {
      EXPECT_EQ(EventId(event.id()).ms(), kStart + static_cast<int64_t>(messages) / 4 * kMinute);
      EXPECT_EQ(event.body().text(), "text " + std::to_string(messages));
      ++messages;
    }
    EXPECT_EQ(event.nth(), messages);
  }
  EXPECT_EQ(messages, 500u);
}

TEST_F(ChatImporterTest, TheFirstEventMakesAChatThatShowsItsPast) {
  add(lines(0, 1));
  const std::vector<Event> events = log();
  ASSERT_EQ(events.size(), 3u);  // the chat, the member, the message
  EXPECT_TRUE(events[0].chat().created());
  EXPECT_EQ(events[0].from(), kImporter);
  EXPECT_EQ(events[1].member().users(0), "nick0");
  const auto chat = item<protocol::ChatItem>(Table::kChats, "ubuntu", "chat");
  EXPECT_EQ(chat.title(), "Ubuntu");
  EXPECT_EQ(chat.visibility(), protocol::VISIBILITY_FULL);
  EXPECT_TRUE(chat.joinable());
  EXPECT_EQ(chat.members(), 2u);
  EXPECT_EQ(chat.version(), events[1].id());
}

TEST_F(ChatImporterTest, MembersAreThereOnBothSidesAndHaveReadWhatTheySaid) {
  add(lines(0, 200));
  const auto member =
      item<protocol::MemberItem>(Table::kChats, "ubuntu", store::member_item("nick40"));
  EXPECT_EQ(member.role(), protocol::ROLE_MEMBER);
  ASSERT_EQ(member.intervals_size(), 1);
  EXPECT_TRUE(member.intervals(0).open());
  EXPECT_EQ(member.intervals(0).from().seq(), 0u);
  EXPECT_EQ(item<protocol::MemberItem>(Table::kUsers, "nick40", "ubuntu").SerializeAsString(),
            member.SerializeAsString());
  const auto read = item<protocol::Place>(Table::kRead, "nick40", "ubuntu");
  EXPECT_EQ(read.nth(), 123u);  // lines 120 to 122 are this nick's
}

TEST_F(ChatImporterTest, ASecondImportAddsNothing) {
  add(lines(0, 250));
  const size_t events = log().size();
  const ImportCounts again = add(lines(0, 250));
  EXPECT_EQ(again.added, 0u);
  EXPECT_EQ(again.present, 250u);
  EXPECT_EQ(again.people, 0u);
  EXPECT_EQ(log().size(), events);
}

TEST_F(ChatImporterTest, AnImportThatWasCutGoesOnWhereItStopped) {
  add(lines(0, 133));  // in the middle of a minute
  const ImportCounts rest = add(lines(0, 300));
  EXPECT_EQ(rest.present, 133u);
  EXPECT_EQ(rest.added, 167u);
  EXPECT_EQ(rest.refused, 0u);
  EXPECT_EQ(log().back().nth(), 300u);
}

TEST_F(ChatImporterTest, LinesThatAreOlderThanTheTailAreRefusedAndCounted) {
  add(lines(100, 100));
  const ImportCounts counts = add(lines(0, 300));
  EXPECT_EQ(counts.refused, 100u);
  EXPECT_EQ(counts.present, 100u);
  EXPECT_EQ(counts.added, 100u);
}

// Every later send to the chat would be older than its newest event.
TEST_F(ChatImporterTest, LinesThatAreLaterThanNowAreLeftOutAndCounted) {
  const std::vector<ImportLine> all = lines(0, 300);
  now_ms_ = all.front().ms - 1;
  EXPECT_EQ(add(all).future, 300u);
  EXPECT_TRUE(log().empty());
  now_ms_ = all[150].ms;
  const auto later = static_cast<uint64_t>(
      std::ranges::count_if(all, [this](const ImportLine& line) { return line.ms > now_ms_; }));
  const ImportCounts counts = add(all);
  EXPECT_EQ(counts.future, later);
  EXPECT_EQ(counts.added, 300 - later);
  EXPECT_EQ(counts.refused, 0u);
  EXPECT_EQ(EventId(log().back().id()).ms(), now_ms_);
}

TEST_F(ChatImporterTest, AnotherWriterIsMetByReadingTheChatAgain) {
  ChatImporter one(*persistence_, kChat, "Ubuntu");
  ChatImporter other(*persistence_, kChat, "Ubuntu");
  const auto all = lines(0, 400);
  const std::span<const ImportLine> span = all;
  ASSERT_TRUE(one.add(span.first(100), now_ms_).has_value());
  ASSERT_TRUE(other.add(span.subspan(100, 100), now_ms_).has_value());
  const auto counts = one.add(span.subspan(200, 200), now_ms_);  // its tail is stale
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->added, 200u);
  EXPECT_EQ(log().back().nth(), 400u);
}

TEST_F(ChatImporterTest, ABlockStaysWithinTheStoresBound) {
  std::vector<ImportLine> long_lines = lines(0, 90);
  for (ImportLine& line : long_lines) line.text = std::string(16 * 1024, 'x');
  EXPECT_EQ(add(long_lines).added, 90u);
  EXPECT_EQ(log().back().nth(), 90u);
}

TEST_F(ChatImporterTest, AChatThatHidesItsPastIsLeftAlone) {
  add(lines(0, 1));
  auto chat = item<protocol::ChatItem>(Table::kChats, "ubuntu", "chat");
  chat.set_visibility(protocol::VISIBILITY_JOINED);
  chat.set_version(chat.version() + 1);
  store::Projections projections;
  projections.items.push_back(
      {{Table::kChats, "ubuntu", "chat"}, chat.version(), chat.SerializeAsString()});
  ASSERT_TRUE(store::BlockingStore(*store_).project(kChat, projections).has_value());
  ChatImporter importer(*persistence_, kChat, "Ubuntu");
  const auto counts = importer.add(lines(1, 1), now_ms_);
  ASSERT_FALSE(counts.has_value());
  EXPECT_EQ(counts.error().code, base::Code::kInvalid);
}

TEST(PlanChats, KeysFollowFromTheLineAndYearsHaveChatsOfTheirOwn) {
  std::vector<IrcDay> days;
  for (const char* name : {"2005-01-02.txt", "2004-12-31.txt", "2005-01-01.txt"})
    days.push_back(
        std::move(*parse_irc_day(name, "[23:58] <a> one\n[23:58] <a> two\n[00:01] <b> three\n")));
  const auto all = plan_chats(days, "ubuntu", "Ubuntu", false);
  ASSERT_EQ(all->size(), 1u);
  const std::vector<ImportLine>& lines = all->front().lines;
  ASSERT_EQ(lines.size(), 9u);
  for (size_t i = 1; i < lines.size(); ++i) {
    EXPECT_LE(lines[i - 1].ms, lines[i].ms);
    EXPECT_NE(lines[i - 1].key, lines[i].key);
    EXPECT_EQ(lines[i].key.ms(), lines[i].ms);
  }
  EXPECT_EQ(plan_chats(days, "ubuntu", "", false)->front().lines[4].key, lines[4].key);

  const auto years = plan_chats(days, "ubuntu", "Ubuntu", true);
  ASSERT_EQ(years->size(), 2u);
  EXPECT_EQ((*years)[0].chat.value(), "ubuntu-2004");
  EXPECT_EQ((*years)[1].title, "Ubuntu 2005");
  EXPECT_EQ((*years)[1].lines.size(), 6u);
  EXPECT_FALSE(plan_chats(days, "no chat", "", false).has_value());
}

}  // namespace
}  // namespace chat::importer
