#include "tests/contract/store_contract.h"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>
#include <utility>

#include "connect/base/metrics.h"
#include "connect/store/item_names.h"
#include "connect/store/rocksdb_store.h"
#include "connect/store/temporary_directory.h"

namespace chat::store {

Event message(uint64_t id, uint64_t seq, const std::string& text) {
  Event event;
  event.set_id(id);
  event.set_seq(seq);
  event.set_nth(seq);
  event.set_kind(protocol::KIND_MESSAGE);
  event.set_from("ann");
  event.mutable_body()->set_text(text);
  return event;
}

void StoreContract::fill(const ChatId& chat, uint64_t count) {
  for (uint64_t i = 1; i <= count; ++i) append(chat, (i - 1) * 10, message(i * 10, i));
}

std::vector<uint64_t> StoreContract::ids(const ChatId& chat, const LogRange& range) {
  const auto events = calls().read_log(chat, range);
  EXPECT_TRUE(events);
  std::vector<uint64_t> ids;
  if (events)
    for (const Event& event : *events) ids.push_back(event.id());
  return ids;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const ChatId kChat("c1");

ItemWrite chat_item(const std::string& item, uint64_t version, const std::string& value) {
  return {{Table::kChats, kChat.value(), item}, version, value};
}

TEST_P(StoreContract, AChatThatWasNeverWrittenIsEmpty) {
  EXPECT_THAT(ids(kChat), IsEmpty());
  const auto heads = calls().read_heads({kChat});
  ASSERT_TRUE(heads);
  ASSERT_EQ(heads->size(), 1u);
  EXPECT_FALSE(heads->front());
  const auto items = calls().read_items({{Table::kChats, "c1", "chat"}});
  ASSERT_TRUE(items);
  EXPECT_FALSE(items->front());
}

TEST_P(StoreContract, AnAppendIsReadBackByteForByte) {
  std::string text;
  for (int c = 0; c < 256; ++c) text.push_back(static_cast<char>(c));
  const Event event = message(10, 1, text);
  append(kChat, 0, event);
  const auto events = calls().read_log(kChat);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().SerializeAsString(), event.SerializeAsString());
}

TEST_P(StoreContract, AnAppendAtAnotherTailConflictsAndLeavesNothing) {
  fill(kChat, 2);
  for (const uint64_t tail : {0, 10, 19, 21, 30}) {
    const auto result = calls().append(
        {kChat, EventId(tail), {message(40, 3)}, {{chat_item("x", 40, "v")}, {EventId(10)}}});
    ASSERT_TRUE(result);
    EXPECT_EQ(*result, AppendResult::kConflict) << tail;
  }
  EXPECT_THAT(ids(kChat), ElementsAre(10, 20));
  EXPECT_FALSE(calls().read_items({{Table::kChats, "c1", "x"}}).value().front());
  EXPECT_FALSE(calls().read_log(kChat).value().front().gone());
}

TEST_P(StoreContract, AnAppendOfManyEventsIsWhole) {
  Append append{kChat, EventId(0), {}, {}};
  for (uint64_t i = 1; i <= kAppendEventsMax; ++i) append.events.push_back(message(i, i));
  ASSERT_EQ(calls().append(append).value(), AppendResult::kDone);
  EXPECT_EQ(ids(kChat).size(), kAppendEventsMax);
  EXPECT_EQ(calls().append(append).value(), AppendResult::kConflict);
}

TEST_P(StoreContract, WhatCanNeverBeAppendedIsInvalid) {
  const Event one = message(10, 1);
  const Event two = message(20, 2);
  std::vector<Event> many;
  for (uint64_t i = 1; i <= kAppendEventsMax + 1; ++i) many.push_back(message(i, i));
  const std::string half(kAppendBytesMax / 2 + 100, 'x');
  const std::vector<std::pair<const char*, Append>> rows = {
      {"no event", {kChat, EventId(0), {}, {}}},
      {"too many", {kChat, EventId(0), many, {}}},
      {"too large", {kChat, EventId(0), {message(1, 1, half), message(2, 2, half)}, {}}},
      {"falling ids", {kChat, EventId(0), {two, one}, {}}},
      {"not above the tail", {kChat, EventId(10), {one}, {}}},
      {"a hole in seq", {kChat, EventId(0), {one, message(20, 3)}, {}}},
      {"an id above the bound", {kChat, EventId(0), {message(EventId::kMax + 1, 1)}, {}}},
      {"no chat", {ChatId(""), EventId(0), {one}, {}}},
      {"an item without version", {kChat, EventId(0), {one}, {{chat_item("x", 0, "v")}, {}}}},
  };
  for (const auto& [name, append] : rows) {
    const auto result = calls().append(append);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code, base::Code::kInvalid) << name;
  }
  EXPECT_THAT(ids(kChat), IsEmpty());
}

TEST_P(StoreContract, IdsAndSizesAtTheirBounds) {
  const std::string text(kAppendBytesMax + 1000, 'x');
  append(kChat, 0, message(1, 1, text));
  append(kChat, 1, message(EventId::kMax - 1, 2));
  append(kChat, EventId::kMax - 1, message(EventId::kMax, 3));
  EXPECT_THAT(ids(kChat), ElementsAre(1, EventId::kMax - 1));  // `before` excludes its id
  EXPECT_THAT(ids(kChat, {.before = EventId(EventId::kMax + 1), .newest_first = true}),
              ElementsAre(EventId::kMax, EventId::kMax - 1, 1));
  EXPECT_EQ(calls().read_log(kChat).value().front().body().text(), text);
  EXPECT_EQ(calls().read_heads({kChat}).value().front()->id(), EventId::kMax);
}

TEST_P(StoreContract, RangesExcludeTheirBoundsInBothDirections) {
  fill(kChat, 5);
  struct Row {
    uint64_t after, before;
    std::vector<uint64_t> ids;
  };
  const std::vector<Row> rows = {
      {0, EventId::kMax, {10, 20, 30, 40, 50}},
      {10, 50, {20, 30, 40}},
      {9, 51, {10, 20, 30, 40, 50}},
      {11, 49, {20, 30, 40}},
      {20, 30, {}},
      {20, 21, {}},
      {20, 20, {}},
      {30, 20, {}},
      {50, EventId::kMax, {}},
      {0, 10, {}},
      {0, 1, {}},
      {0, 0, {}},
  };
  for (const Row& row : rows) {
    if (row.before == 50) reopen();  // from memory first, then from disk
    LogRange range{.after = EventId(row.after), .before = EventId(row.before)};
    EXPECT_EQ(ids(kChat, range), row.ids) << row.after << " " << row.before;
    range.newest_first = true;
    EXPECT_EQ(ids(kChat, range), std::vector<uint64_t>(row.ids.rbegin(), row.ids.rend()));
  }
}

TEST_P(StoreContract, RangesStopAtTheirMaximaButNotBeforeOneEvent) {
  const protocol::Kind kinds[] = {protocol::KIND_CHAT,    protocol::KIND_REACT,
                                  protocol::KIND_MESSAGE, protocol::KIND_EDIT,
                                  protocol::KIND_MEMBER,  protocol::KIND_DELETE};
  size_t bytes = 0;
  for (uint64_t i = 1; i <= 6; ++i) {
    Event event = message(i, i, std::string(1000, 'x'));
    event.set_kind(kinds[i - 1]);
    bytes = event.ByteSizeLong();
    append(kChat, i - 1, event);
  }
  EXPECT_THAT(ids(kChat, {.events_max = 2}), ElementsAre(1, 2));
  EXPECT_THAT(ids(kChat, {.newest_first = true, .events_max = 2}), ElementsAre(6, 5));
  EXPECT_THAT(ids(kChat, {.messages_max = 1}), ElementsAre(1, 2));
  EXPECT_THAT(ids(kChat, {.messages_max = 2}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ids(kChat, {.newest_first = true, .messages_max = 1}), ElementsAre(6, 5, 4));
  EXPECT_THAT(ids(kChat, {.bytes_max = 3 * bytes}), ElementsAre(1, 2, 3));
  EXPECT_THAT(ids(kChat, {.newest_first = true, .bytes_max = 2 * bytes}), ElementsAre(6, 5));
  EXPECT_THAT(ids(kChat, {.bytes_max = 1}), ElementsAre(1));
  EXPECT_THAT(ids(kChat, {.events_max = 0}), ElementsAre(1));
}

TEST_P(StoreContract, ChatsWhoseNamesBeginAlikeAreApart) {
  fill(ChatId("c"), 1);
  fill(ChatId("c1"), 2);
  fill(ChatId("c10"), 3);
  EXPECT_EQ(ids(ChatId("c")).size(), 1u);
  EXPECT_EQ(ids(ChatId("c1")).size(), 2u);
  EXPECT_EQ(ids(ChatId("c10"), {.newest_first = true}).size(), 3u);
  EXPECT_THAT(ids(ChatId("c0")), IsEmpty());
}

TEST_P(StoreContract, HeadsComeInTheOrderAsked) {
  fill(ChatId("a"), 1);
  fill(ChatId("b"), 3);
  const auto heads =
      calls().read_heads({ChatId("b"), ChatId("none"), ChatId("a"), ChatId("b")}).value();
  ASSERT_EQ(heads.size(), 4u);
  EXPECT_EQ(heads[0]->id(), 30u);
  EXPECT_FALSE(heads[1]);
  EXPECT_EQ(heads[2]->id(), 10u);
  EXPECT_EQ(heads[3]->id(), 30u);
}

TEST_P(StoreContract, TailsComeInTheOrderAsked) {
  fill(ChatId("a"), 1);
  fill(ChatId("ab"), 3);
  EXPECT_THAT(calls().read_tails({ChatId("ab"), ChatId("none"), ChatId("a"), ChatId("ab")}).value(),
              ElementsAre(EventId(30), EventId(0), EventId(10), EventId(30)));
}

TEST_P(StoreContract, AnItemIsReplacedOnlyByAHigherVersion) {
  const ItemKey key{Table::kChats, kChat.value(), "chat"};
  const std::pair<uint64_t, const char*> writes[] = {
      {5, "five"}, {4, "four"}, {5, "again"}, {9, "nine"}, {1, "one"}};
  for (const auto& [version, value] : writes)
    ASSERT_TRUE(calls().project(kChat, {{{key, version, value}}, {}}));
  EXPECT_EQ(calls().read_items({key}).value().front()->value, "nine");
  EXPECT_EQ(calls().read_items({key}).value().front()->version, 9u);
  reopen();
  ASSERT_TRUE(calls().project(kChat, {{{key, 8, "eight"}}, {}}));
  EXPECT_EQ(calls().read_items({key}).value().front()->value, "nine");
}

TEST_P(StoreContract, AnItemNamedTwiceKeepsItsHighestVersion) {
  const ItemKey key{Table::kChats, kChat.value(), "chat"};
  ASSERT_TRUE(calls().project(kChat, {{{key, 5, "five"}, {key, 4, "four"}, {key, 6, "six"}}, {}}));
  EXPECT_EQ(calls().read_items({key}).value().front()->value, "six");
}

TEST_P(StoreContract, ManyWritersOfAnItemLeaveTheHighestVersion) {
  const ItemKey key{Table::kRead, "ann", kChat.value()};
  std::latch done(400);
  {
    std::vector<std::jthread> writers;
    for (uint64_t t = 0; t < 4; ++t)
      writers.emplace_back([this, t, &key, &done] {
        for (uint64_t i = 0; i < 100; ++i) {
          const uint64_t version = 1 + (i * 37 + t * 11) % 400;
          // Not waited for, so that one batch holds many writes of the item.
          store().project(kChat, {{{key, version, std::to_string(version)}}, {}},
                          [&done](const base::Status& status) {
                            EXPECT_TRUE(status);
                            done.count_down();
                          });
        }
      });
  }
  done.wait();
  uint64_t highest = 0;
  for (uint64_t t = 0; t < 4; ++t)
    for (uint64_t i = 0; i < 100; ++i) highest = std::max(highest, 1 + (i * 37 + t * 11) % 400);
  EXPECT_EQ(calls().read_items({key}).value().front()->value, std::to_string(highest));
}

TEST_P(StoreContract, ItemsComeInTheOrderAskedFromAllTables) {
  const std::string binary("\xff\x80 \x01", 4);
  const std::vector<ItemKey> keys = {{Table::kUsers, "ann", "c1"},
                                     {Table::kRead, "ann", "c1"},
                                     {Table::kDelivered, "ann", "c1"},
                                     {Table::kChats, "c1", member_item(binary)},
                                     {Table::kUsers, binary, "c1"}};
  Projections projections;
  for (size_t i = 0; i < keys.size(); ++i)
    projections.items.push_back({keys[i], i + 1, "value " + std::to_string(i)});
  ASSERT_TRUE(calls().project(kChat, projections));
  std::vector<ItemKey> asked(keys.rbegin(), keys.rend());
  asked.push_back({Table::kUsers, "ann", "c2"});
  const auto items = calls().read_items(asked).value();
  ASSERT_EQ(items.size(), 6u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(items[i]->value, "value " + std::to_string(4 - i));
    EXPECT_EQ(items[i]->item, asked[i].item);
  }
  EXPECT_FALSE(items[5]);
}

TEST_P(StoreContract, ScansStayInTheirTablePartitionAndBounds) {
  Projections projections;
  for (const char* chat : {"c1", "c10", "c2", "c3"})
    for (const Table table : {Table::kUsers, Table::kRead, Table::kDelivered})
      projections.items.push_back({{table, "ann", chat}, 1, chat});
  projections.items.push_back({{Table::kUsers, "anna", "c1"}, 1, "other"});
  projections.items.push_back({{Table::kChats, "ann", "c1"}, 1, "other"});
  ASSERT_TRUE(calls().project(kChat, projections));
  const auto names = [this](const ItemRange& range) {
    std::vector<std::string> names;
    const std::vector<Item> items = calls().scan_items(range).value();
    for (const Item& item : items) {
      EXPECT_EQ(item.value, item.item);
      names.push_back(item.item);
    }
    return names;
  };
  EXPECT_THAT(names({Table::kUsers, "ann", "", "\xff"}), ElementsAre("c1", "c10", "c2", "c3"));
  EXPECT_THAT(names({Table::kRead, "ann", "c10", "c3"}), ElementsAre("c10", "c2"));
  EXPECT_THAT(names({Table::kUsers, "ann", "c2", "c2"}), IsEmpty());
  EXPECT_THAT(names({Table::kUsers, "ann", "c3", "c2"}), IsEmpty());
  EXPECT_THAT(names({Table::kUsers, "ann", "", "\xff", 2}), ElementsAre("c1", "c10"));
  EXPECT_THAT(names({Table::kUsers, "bob", "", "\xff"}), IsEmpty());
  // The smallest name behind c1, as a scan that goes on from there asks for.
  const std::string behind("c1\0", 3);
  EXPECT_THAT(names({Table::kUsers, "ann", behind, "\xff"}), ElementsAre("c10", "c2", "c3"));
  EXPECT_THAT(names({Table::kDelivered, "ann", "", behind}), ElementsAre("c1"));
}

TEST_P(StoreContract, ItemsComeWithTheirAppend) {
  append(kChat, 0, message(10, 1), {{chat_item("x", 10, "v")}, {}});
  EXPECT_EQ(calls().read_items({{Table::kChats, "c1", "x"}}).value().front()->value, "v");
  reopen();
  EXPECT_EQ(calls().read_items({{Table::kChats, "c1", "x"}}).value().front()->value, "v");
}

TEST_P(StoreContract, ARedactionBlanksTheEventInPlace) {
  append(kChat, 0, message(10, 1, "secret"));
  append(kChat, 10, message(20, 2, "kept"));
  // An id that does not exist is skipped; one that comes with the append is found.
  append(kChat, 20, message(30, 3, "secret"), {{}, {EventId(10), EventId(15), EventId(30)}});
  const auto events = calls().read_log(kChat).value();
  ASSERT_EQ(events.size(), 3u);
  for (const size_t i : {0, 2}) {
    EXPECT_TRUE(events[i].gone());
    EXPECT_FALSE(events[i].has_body());
    EXPECT_EQ(events[i].seq(), i + 1);
    EXPECT_EQ(events[i].from(), "ann");
  }
  EXPECT_EQ(events[1].body().text(), "kept");
  ASSERT_TRUE(calls().project(kChat, {{}, {EventId(20), EventId(10)}}));
  EXPECT_TRUE(calls().read_log(kChat).value()[1].gone());
}

TEST_P(StoreContract, WhatWasAnsweredIsThereAfterReopening) {
  fill(kChat, 50);
  reopen();
  EXPECT_EQ(ids(kChat).size(), 50u);
  const auto stale = calls().append({kChat, EventId(490), {message(510, 51)}, {}});
  EXPECT_EQ(stale.value(), AppendResult::kConflict);
  append(kChat, 500, message(510, 51));
  EXPECT_EQ(ids(kChat).size(), 51u);
}

TEST_P(StoreContract, AReadSeesWhatWasAnsweredBeforeIt) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      const ChatId chat("own-" + std::to_string(t));
      for (uint64_t i = 1; i <= 50; ++i) {
        append(chat, i - 1, message(i, i));
        ASSERT_EQ(calls().read_heads({chat}).value().front()->id(), i);
        ASSERT_EQ(ids(chat, {.newest_first = true, .events_max = 1}).front(), i);
      }
    });
}

TEST_P(StoreContract, OfManyWritersAtOneTailExactlyOneWins) {
  constexpr int kWriters = 6;
  uint64_t tail = 0;
  uint64_t seq = 0;
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> wins = 0;
    {
      std::vector<std::jthread> writers;
      for (uint64_t w = 0; w < kWriters; ++w)
        writers.emplace_back([this, w, tail, seq, &wins] {
          // Different ids and numbers of events: only the tail makes them collide.
          Append append{kChat, EventId(tail), {message(tail + 1 + w, seq + 1)}, {}};
          if (w % 2 == 1) append.events.push_back(message(tail + 100, seq + 2));
          const auto result = calls().append(std::move(append));
          ASSERT_TRUE(result);
          wins += *result == AppendResult::kDone ? 1 : 0;
        });
    }
    ASSERT_EQ(wins, 1);
    const auto head = calls().read_heads({kChat}).value().front();
    tail = head->id();
    seq = head->seq();
  }
  EXPECT_EQ(calls().read_log(kChat).value().size(), seq);
}

TEST_P(StoreContract, RacingWritersMakeOneDenseLog) {
  constexpr uint64_t kEach = 40;
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < 6; ++t)
      writers.emplace_back([this] {
        for (uint64_t won = 0; won < kEach;) {
          const auto head = calls().read_heads({kChat}).value().front();
          const uint64_t tail = head ? head->id() : 0;
          const uint64_t seq = head ? head->seq() : 0;
          const auto result =
              calls().append({kChat, EventId(tail), {message(tail + 1 + won % 3, seq + 1)}, {}});
          ASSERT_TRUE(result);
          won += *result == AppendResult::kDone ? 1 : 0;
        }
      });
  }
  const auto events = calls().read_log(kChat).value();
  ASSERT_EQ(events.size(), 6 * kEach);
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].seq(), i + 1);
}

// A RocksDbStore in a directory of its own.
class RocksDbUnderTest final : public StoreUnderTest {
 public:
  explicit RocksDbUnderTest(Durability durability)
      : options_{.directory = directory_ / "db", .durability = durability} {
    open();
  }
  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    auto opened = RocksDbStore::open(options_, metrics_);
    CHECK(opened);
    store_ = *std::move(opened);
  }
  TemporaryDirectory directory_;
  RocksDbOptions options_;
  base::Metrics metrics_;
  std::unique_ptr<RocksDbStore> store_;
};

StoreRow rocksdb_row(const std::string& name, Durability durability) {
  return {name, [durability] { return std::make_unique<RocksDbUnderTest>(durability); }};
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract,
                         testing::Values(rocksdb_row("RocksDb", Durability::kSync),
                                         rocksdb_row("RocksDbProcess", Durability::kProcess)),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace chat::store
