#include "connect/persistence/store_persistence.h"

#include <gmock/gmock.h>

#include <functional>

#include "connect/base/metrics.h"
#include "connect/store/blocking_store.h"
#include "connect/store/item_names.h"
#include "connect/store/rocksdb_store.h"
#include "connect/store/temporary_directory.h"

namespace chat::persistence {
namespace {

using store::ItemWrite;
using store::Table;
using store::wait_for;
using testing::ElementsAre;
using testing::IsEmpty;

const ChatId kChat("c1");
const UserId kAnn("ann");

Event event(uint64_t id, uint64_t seq, protocol::Kind kind = protocol::KIND_MESSAGE) {
  Event event;
  event.set_id(id);
  event.set_seq(seq);
  event.set_kind(kind);
  return event;
}

ItemWrite write(Table table, const std::string& partition, const std::string& item,
                const google::protobuf::MessageLite& record) {
  return {{table, partition, item}, 1, record.SerializeAsString()};
}

protocol::MemberItem member(protocol::Role role) {
  protocol::MemberItem item;
  item.set_role(role);
  return item;
}

protocol::Place place(uint64_t id) {
  protocol::Place place;
  place.set_id(id);
  return place;
}

class StorePersistenceTest : public testing::Test {
 protected:
  StorePersistenceTest()
      : store_(store::RocksDbStore::open({.directory = directory_ / "db"}, metrics_).value()),
        calls_(*store_),
        persistence_(*store_) {}

  // Appends events of these kinds with the ids 10, 20, ….
  void fill(const ChatId& chat, std::vector<protocol::Kind> kinds) {
    uint64_t seq = 0;
    for (const protocol::Kind kind : kinds) {
      const EventId tail(seq * 10);
      ++seq;
      ASSERT_TRUE(calls_.append({chat, tail, {event(seq * 10, seq, kind)}, {}}));
    }
  }
  void put(std::vector<ItemWrite> items) {
    ASSERT_TRUE(calls_.project(kChat, {std::move(items), {}}));
  }
  template <typename T>
  T get(const std::function<void(Done<T>)>& start) {
    auto result = wait_for<base::Result<T>>(start);
    CHECK(result);
    return *std::move(result);
  }
  LogPage page(const store::LogRange& range, std::optional<UserId> viewer = kAnn) {
    return get<LogPage>(
        [&](Done<LogPage> done) { persistence_.read_log(kChat, range, viewer, std::move(done)); });
  }

  store::TemporaryDirectory directory_;
  base::Metrics metrics_;
  std::unique_ptr<store::RocksDbStore> store_;
  store::BlockingStore calls_;
  StorePersistence persistence_;
};

TEST_F(StorePersistenceTest, AppendsAndProjectsThroughTheStore) {
  const auto appended = get<store::AppendResult>([&](auto done) {
    persistence_.append({kChat, EventId(), {event(10, 1)}, {}}, std::move(done));
  });
  EXPECT_EQ(appended, store::AppendResult::kDone);
  get<base::Unit>([&](auto done) {
    persistence_.project(kChat, {{}, {EventId(10)}}, std::move(done));
  });
  EXPECT_TRUE(page({}).events.front().gone());
}

TEST_F(StorePersistenceTest, LoadsAChatWithItsNewestEventsAndAllMembers) {
  fill(kChat, {protocol::KIND_CHAT, protocol::KIND_MESSAGE, protocol::KIND_MESSAGE});
  protocol::ChatItem settings;
  settings.set_title("title");
  std::vector<ItemWrite> items = {write(Table::kChats, "c1", "chat", settings)};
  constexpr size_t kMembers = 2500;  // several pages of a scan
  for (size_t i = 0; i < kMembers; ++i)
    items.push_back(write(Table::kChats, "c1", store::member_item("user" + std::to_string(i)),
                          member(i == 7 ? protocol::ROLE_NONE : protocol::ROLE_MEMBER)));
  put(std::move(items));
  const auto loaded =
      get<LoadedChat>([&](auto done) { persistence_.load_chat(kChat, 2, std::move(done)); });
  ASSERT_EQ(loaded.newest.size(), 2u);
  EXPECT_EQ(loaded.newest[0].id(), 20u);
  EXPECT_EQ(loaded.newest[1].id(), 30u);
  EXPECT_EQ(loaded.chat->title(), "title");
  EXPECT_EQ(loaded.members.size(), kMembers);  // past members too
}

// Keeps what is posted.
class Posted final : public base::Executor {
 public:
  void post(base::Task task) override { tasks.push_back(std::move(task)); }
  void post_after(int64_t, base::Task task) override { tasks.push_back(std::move(task)); }
  std::vector<base::Task> tasks;
};

TEST_F(StorePersistenceTest, ManyMembersAreLoadedOnTheLoader) {
  fill(kChat, {protocol::KIND_CHAT});
  Posted loader;
  StorePersistence persistence(*store_, &loader);
  size_t put_so_far = 0;
  for (const size_t members : {size_t{StorePersistence::kMembersAtOnce},
                               size_t{StorePersistence::kMembersAtOnce} + 1, size_t{3000}}) {
    std::vector<ItemWrite> items;
    for (; put_so_far < members; ++put_so_far)
      items.push_back(write(Table::kChats, "c1",
                            store::member_item("user" + std::to_string(put_so_far)),
                            member(protocol::ROLE_MEMBER)));
    put(std::move(items));
    std::optional<size_t> loaded;
    persistence.load_chat(kChat, 1, [&loaded](const base::Result<LoadedChat>& chat) {
      loaded = chat.value().members.size();
    });
    EXPECT_EQ(loaded.has_value(), members == StorePersistence::kMembersAtOnce);
    for (const base::Task& task : loader.tasks) task();
    loader.tasks.clear();
    EXPECT_EQ(loaded, members);
  }
}

TEST_F(StorePersistenceTest, AChatThatDoesNotExistLoadsEmpty) {
  const auto loaded =
      get<LoadedChat>([&](auto done) { persistence_.load_chat(kChat, 100, std::move(done)); });
  EXPECT_THAT(loaded.newest, IsEmpty());
  EXPECT_FALSE(loaded.chat);
  EXPECT_THAT(loaded.members, IsEmpty());
}

TEST_F(StorePersistenceTest, LoadsATargetWithWhatHappenedToIt) {
  fill(kChat, {protocol::KIND_MESSAGE, protocol::KIND_MESSAGE});
  protocol::OverlayItem overlay;
  overlay.set_target(20);
  protocol::ReactionItem reaction;
  reaction.add_emoji("+1");
  put({write(Table::kChats, "c1", store::edit_item(EventId(20)), overlay),
       write(Table::kChats, "c1", store::reaction_item("ann", EventId(20)), reaction)});
  const auto load = [&](uint64_t id, const UserId& user) {
    return get<LoadedTarget>(
        [&](auto done) { persistence_.load_target(kChat, EventId(id), user, std::move(done)); });
  };
  const LoadedTarget target = load(20, kAnn);
  EXPECT_EQ(target.event->id(), 20u);
  EXPECT_EQ(target.overlay->target(), 20u);
  EXPECT_EQ(target.reaction->emoji(0), "+1");
  EXPECT_FALSE(load(20, UserId("bob")).reaction);
  EXPECT_FALSE(load(10, kAnn).overlay);
  EXPECT_FALSE(load(15, kAnn).event);
  EXPECT_FALSE(load(0, kAnn).event);
}

TEST_F(StorePersistenceTest, APageBringsTheOverlaysAndTheViewersReactionsOfItsMessages) {
  fill(kChat, std::vector<protocol::Kind>(6, protocol::KIND_MESSAGE));
  std::vector<ItemWrite> items;
  for (uint64_t id = 10; id <= 60; id += 10) {
    protocol::OverlayItem overlay;
    overlay.set_target(id);
    items.push_back(write(Table::kChats, "c1", store::edit_item(EventId(id)), overlay));
    for (const char* user : {"ann", "bob", "ann#0000000000000030"}) {
      protocol::ReactionItem reaction;
      reaction.add_emoji(user);
      items.push_back(
          write(Table::kChats, "c1", store::reaction_item(user, EventId(id)), reaction));
    }
  }
  put(std::move(items));
  for (const bool newest_first : {false, true}) {
    const LogPage found =
        page({.after = EventId(10), .before = EventId(50), .newest_first = newest_first});
    ASSERT_EQ(found.events.size(), 3u);
    EXPECT_EQ(found.events.front().id(), newest_first ? 40u : 20u);
    ASSERT_EQ(found.overlays.size(), 3u);
    EXPECT_EQ(found.overlays.front().target(), 20u);
    ASSERT_EQ(found.reactions.size(), 3u);
    EXPECT_EQ(found.reactions.back().first, EventId(40));
    for (const auto& [id, reaction] : found.reactions) EXPECT_EQ(reaction.emoji(0), "ann");
  }
  const LogPage plain = page({}, std::nullopt);
  EXPECT_EQ(plain.events.size(), 6u);
  EXPECT_THAT(plain.overlays, IsEmpty());
  EXPECT_THAT(plain.reactions, IsEmpty());
}

TEST_F(StorePersistenceTest, TheListHoldsTheChatsThatTheUserIsIn) {
  fill(ChatId("c1"), {protocol::KIND_MESSAGE});
  fill(ChatId("c2"), {protocol::KIND_MESSAGE, protocol::KIND_MESSAGE});
  put({write(Table::kUsers, "ann", "c1", member(protocol::ROLE_MEMBER)),
       write(Table::kUsers, "ann", "c2", member(protocol::ROLE_OWNER)),
       write(Table::kUsers, "ann", "c3", member(protocol::ROLE_NONE)),
       write(Table::kUsers, "ann", "c4", member(protocol::ROLE_MEMBER)),
       write(Table::kUsers, "bob", "c1", member(protocol::ROLE_MEMBER))});
  const auto list = get<std::vector<ListedChat>>(
      [&](auto done) { persistence_.list_chats(kAnn, std::move(done)); });
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].chat, ChatId("c1"));
  EXPECT_EQ(list[0].tail, EventId(10));
  EXPECT_EQ(list[1].chat, ChatId("c2"));
  EXPECT_EQ(list[1].tail, EventId(20));
  EXPECT_EQ(list[2].chat, ChatId("c4"));
  EXPECT_EQ(list[2].tail, EventId(0));
}

TEST_F(StorePersistenceTest, UserChatsComeInTheOrderAsked) {
  fill(kChat, {protocol::KIND_MESSAGE, protocol::KIND_MESSAGE});
  put({write(Table::kUsers, "ann", "c1", member(protocol::ROLE_NONE)),
       write(Table::kRead, "ann", "c1", place(10)),
       write(Table::kDelivered, "ann", "c1", place(20))});
  const auto chats = get<std::vector<UserChat>>([&](auto done) {
    persistence_.read_user_chats(kAnn, {ChatId("none"), kChat}, std::move(done));
  });
  ASSERT_EQ(chats.size(), 2u);
  EXPECT_FALSE(chats[0].member);
  EXPECT_FALSE(chats[0].head);
  EXPECT_EQ(chats[1].member->role(), protocol::ROLE_NONE);  // a past one is told
  EXPECT_EQ(chats[1].head->id(), 20u);
  EXPECT_EQ(chats[1].marks.read().id(), 10u);
  EXPECT_EQ(chats[1].marks.delivered().id(), 20u);
  EXPECT_FALSE(chats[0].marks.has_read());
}

TEST_F(StorePersistenceTest, MembersComeInPagesWithoutThosePast) {
  std::vector<ItemWrite> items;
  for (const char* user : {"ann", "anna", "bob", "cid", "dan"})
    items.push_back(
        write(Table::kChats, "c1", store::member_item(user),
              member(user == std::string("bob") ? protocol::ROLE_NONE : protocol::ROLE_MEMBER)));
  put(std::move(items));
  const auto names = [&](std::optional<UserId> after, uint32_t limit) {
    std::vector<std::string> names;
    const auto members = get<std::vector<Member>>(
        [&](auto done) { persistence_.read_members(kChat, after, limit, std::move(done)); });
    for (const Member& found : members) names.push_back(found.user.value());
    return names;
  };
  EXPECT_THAT(names({}, 100), ElementsAre("ann", "anna", "cid", "dan"));
  EXPECT_THAT(names({}, 3), ElementsAre("ann", "anna", "cid"));
  EXPECT_THAT(names(UserId("ann"), 2), ElementsAre("anna", "cid"));
  EXPECT_THAT(names(UserId("dan"), 2), IsEmpty());
  EXPECT_THAT(names({}, 0), IsEmpty());
}

TEST_F(StorePersistenceTest, MarksComeInTheOrderAsked) {
  put({write(Table::kRead, "ann", "c1", place(10)), write(Table::kRead, "bob", "c1", place(20))});
  const auto marks = get<std::vector<UserMarks>>([&](auto done) {
    persistence_.read_marks(kChat, {UserId("bob"), UserId("cid"), kAnn}, std::move(done));
  });
  ASSERT_EQ(marks.size(), 3u);
  EXPECT_EQ(marks[0].marks.read().id(), 20u);
  EXPECT_FALSE(marks[1].marks.has_read());
  EXPECT_EQ(marks[2].user, kAnn);
  EXPECT_EQ(marks[2].marks.read().id(), 10u);
}

TEST_F(StorePersistenceTest, AnItemThatDoesNotParseIsCorrupt) {
  fill(kChat, {protocol::KIND_MESSAGE});
  put({{{Table::kChats, "c1", "chat"}, 1, "\xff\xff\xff"}});
  const auto result = wait_for<base::Result<LoadedChat>>(
      [&](auto done) { persistence_.load_chat(kChat, 100, std::move(done)); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::Code::kCorrupt);
}

}  // namespace
}  // namespace chat::persistence
