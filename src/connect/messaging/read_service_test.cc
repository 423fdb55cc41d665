#include "connect/messaging/read_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connect/messaging/chats_for_test.h"
#include "connect/protocol/json_in.h"

namespace chat::messaging {
namespace {

using protocol::ErrorCode;
using protocol::ReadRequest;
using protocol::json::Value;
using ::testing::HasSubstr;
using ::testing::Not;

// Runs its tasks when told.
class QueuedExecutor final : public base::Executor {
 public:
  void post(base::Task task) override { tasks.push_back(std::move(task)); }
  void post_after(int64_t, base::Task task) override { post(std::move(task)); }
  void run() {
    while (!tasks.empty()) {
      const base::Task task = std::move(tasks.front());
      tasks.pop_front();
      task();
    }
  }
  std::deque<base::Task> tasks;
};

using Answer = protocol::Result<std::string>;

class ReadServiceTest : public ::testing::Test {
 protected:
  ReadServiceTest() : service_(parts()) {}

  MessagingReadService::Parts parts() {
    MessagingReadService::Parts parts;
    parts.persistence = &store_;
    parts.cursors = &cursors_;
    parts.clock = &clock_;
    parts.metrics = &metrics_;
    parts.readers = {&executor_};
    parts.reads_per_reader_max = 3;
    return parts;
  }

  void start(ReadRequest request, std::optional<Answer>& answer) {
    service_.read(std::move(request), [&answer](Answer given) {
      EXPECT_FALSE(answer) << "answered twice";
      answer.emplace(std::move(given));
    });
  }
  Answer ask(const ReadRequest& request) {
    std::optional<Answer> answer;
    start(request, answer);
    executor_.run();
    EXPECT_TRUE(answer.has_value());
    return *answer;
  }
  std::string body(const ReadRequest& request) {
    Answer answer = ask(request);
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    if (!answer) return "{}";
    EXPECT_TRUE(protocol::json::parse(*answer)) << *answer;
    return *answer;
  }
  Value value(const ReadRequest& request) { return *protocol::json::parse(body(request)); }
  ErrorCode refusal(const ReadRequest& request) {
    const Answer answer = ask(request);
    EXPECT_FALSE(answer) << *answer;
    return answer ? ErrorCode::kInternal : answer.error().code;
  }

  static ReadRequest by(const std::string& user) {
    ReadRequest request;
    request.set_user(user);
    return request;
  }
  static ReadRequest history(const std::string& user, const std::string& chat = "c") {
    ReadRequest request = by(user);
    request.mutable_history()->set_chat(chat);
    return request;
  }
  static ReadRequest events(const std::string& user, uint64_t after = 0, uint32_t limit = 0) {
    ReadRequest request = by(user);
    request.mutable_events()->set_chat("c");
    request.mutable_events()->set_after(after);
    request.mutable_events()->set_limit(limit);
    return request;
  }
  static ReadRequest sync(const std::string& user) {
    ReadRequest request = by(user);
    request.mutable_sync();
    return request;
  }
  static void name(ReadRequest& request, const std::string& chat, uint64_t after) {
    auto* known = request.mutable_sync()->add_chats();
    known->set_chat(chat);
    known->set_after(after);
  }
  static ReadRequest inbox(const std::string& user, uint32_t limit = 0,
                           const std::string& cursor = "") {
    ReadRequest request = by(user);
    request.mutable_inbox()->set_limit(limit);
    request.mutable_inbox()->set_cursor(cursor);
    return request;
  }
  static ReadRequest chat(const std::string& user, const std::string& chat = "c") {
    ReadRequest request = by(user);
    request.mutable_chat()->set_chat(chat);
    return request;
  }
  static ReadRequest members(const std::string& user, uint32_t limit = 0,
                             const std::string& cursor = "") {
    ReadRequest request = by(user);
    request.mutable_members()->set_chat("c");
    request.mutable_members()->set_limit(limit);
    request.mutable_members()->set_cursor(cursor);
    return request;
  }
  static ReadRequest receipts(const std::string& user, uint64_t id, const std::string& chat = "c") {
    ReadRequest request = by(user);
    request.mutable_receipts()->set_chat(chat);
    request.mutable_receipts()->set_id(id);
    return request;
  }
  std::vector<ReadRequest> everything(const std::string& user) {
    ReadRequest named = sync(user);
    name(named, "c", 0);
    ReadRequest around = history(user);
    around.mutable_history()->set_around(TestLog::id_at(3));
    return {history(user), around,     events(user),  sync(user),       named,
            inbox(user),   chat(user), members(user), receipts(user, 1)};
  }

  TestChat& make(const std::string& chat, const std::string& creator,
                 const std::vector<std::string>& others = {}) {
    return store_.chats[chat] = TestChat(creator, others);
  }

  ChatsForTest store_;
  protocol::CursorSealer cursors_{protocol::CursorSealer::Secret{1, 2, 3}};
  base::ManualClock clock_{kLogStartMs};
  base::Metrics metrics_;
  QueuedExecutor executor_;
  MessagingReadService service_;
};

std::string key() { return "71717171-7171-7171-7171-717171717171"; }

std::string n(uint64_t number) { return std::to_string(number); }

uint64_t id(uint64_t seq) { return TestLog::id_at(seq); }

std::vector<uint64_t> seqs(const Value& list) {
  std::vector<uint64_t> seqs;
  for (const Value& entry : list.array)
    seqs.push_back(static_cast<uint64_t>(entry.find("seq")->integer));
  return seqs;
}
using Seqs = std::vector<uint64_t>;

std::vector<std::string> texts(const Value& list, const char* field) {
  std::vector<std::string> texts;
  for (const Value& entry : list.array) texts.push_back(entry.find(field)->string);
  return texts;
}
using Texts = std::vector<std::string>;

TEST_F(ReadServiceTest, HistoryIsAPageToTheLetter) {
  TestChat& c = make("c", "ann", {"bob"});
  c.message("ann", "one");
  c.message("bob", "two");
  c.react("bob", id(2), "+");
  c.edit(id(2), "ONE");
  ReadRequest request = history("bob");
  request.mutable_history()->set_limit(2);
  EXPECT_EQ(
      body(request),
      "{\"messages\":[{\"chat\":\"c\",\"id\":" + n(id(2)) + ",\"seq\":2,\"ts\":" +
          n(kLogStartMs + 4) + ",\"kind\":\"message\",\"from\":\"ann\",\"key\":\"" + key() +
          "\",\"body\":{\"text\":\"ONE\"},\"edited\":{\"id\":" + n(id(5)) +
          ",\"ts\":" + n(kLogStartMs + 10) +
          "},\"reactions\":[{\"emoji\":\"+\",\"count\":1,\"me\":true}]},{\"chat\":\"c\","
          "\"id\":" +
          n(id(3)) + ",\"seq\":3,\"ts\":" + n(kLogStartMs + 6) +
          ",\"kind\":\"message\",\"from\":\"bob\",\"key\":\"" + key() +
          "\",\"body\":{\"text\":\"two\"}}],\"range\":{\"from\":2,\"to\":5,\"complete\":true},"
          "\"missing\":[],\"prev\":" +
          n(id(2)) + ",\"next\":null,\"head\":{\"id\":" + n(id(5)) + ",\"seq\":5}}");
}

TEST_F(ReadServiceTest, HistoryTakesEveryPosition) {
  TestChat& c = make("c", "ann");
  for (int i = 2; i <= 9; ++i) c.message("ann", "hi");
  ReadRequest request = history("ann");
  protocol::HistoryRead& read = *request.mutable_history();
  read.set_limit(2);
  read.set_before(id(5));
  EXPECT_EQ(seqs(*value(request).find("messages")), (Seqs{3, 4}));
  read.clear_before();
  read.set_after(id(5));
  EXPECT_EQ(seqs(*value(request).find("messages")), (Seqs{6, 7}));
  read.clear_after();
  read.set_around(id(5));
  EXPECT_EQ(seqs(*value(request).find("messages")), (Seqs{4, 5}));
  read.clear_around();
  read.set_at_ms(kLogStartMs + 10);
  EXPECT_EQ(seqs(*value(request).find("messages")), (Seqs{5, 6}));
  read.clear_at_ms();
  EXPECT_EQ(seqs(*value(request).find("messages")), (Seqs{8, 9}));
}

TEST_F(ReadServiceTest, EventsAreTheRawLogFromAPoint) {
  TestChat& c = make("c", "ann", {"bob"});
  c.message("ann", "one");
  c.edit(id(2), "ONE");
  c.message("ann", "two");
  EXPECT_EQ(
      body(events("bob", id(2), 1)),
      "{\"events\":[{\"chat\":\"c\",\"id\":" + n(id(3)) +
          ",\"seq\":3,\"ts\":" + n(kLogStartMs + 6) +
          ",\"kind\":\"edit\",\"from\":\"ann\",\"key\":\"" + key() + "\",\"target\":" + n(id(2)) +
          ",\"body\":{\"text\":\"ONE\"}}],\"missing\":[],\"complete\":false,\"head\":{\"id\":" +
          n(id(4)) + ",\"seq\":4}}");
  EXPECT_TRUE(value(events("bob", id(2))).find("complete")->boolean);
  const Value nothing = value(events("bob", id(4)));
  EXPECT_TRUE(nothing.find("events")->array.empty());
  EXPECT_TRUE(nothing.find("complete")->boolean);
}

TEST_F(ReadServiceTest, WhoWasNeverInGetsTheAnswerOfNoChat) {
  TestChat& c = make("c", "ann");
  c.message("ann", "secret");
  for (const ReadRequest& request : everything("eve")) {
    const Answer with = ask(request);
    TestChat kept = std::move(store_.chats["c"]);
    store_.chats.erase("c");
    const Answer without = ask(request);
    store_.chats["c"] = std::move(kept);
    ASSERT_EQ(with.has_value(), without.has_value()) << request.ShortDebugString();
    if (with) {
      EXPECT_EQ(*with, *without) << request.ShortDebugString();
    } else {
      EXPECT_EQ(with.error().code, ErrorCode::kNotFound) << request.ShortDebugString();
      EXPECT_EQ(with.error().message, without.error().message);
    }
  }
}

TEST_F(ReadServiceTest, AJoinableChatShowsItsSettingsAndNoHistory) {
  TestChat& c = make("c", "ann");
  c.message("ann", "secret");
  c.settings.set_joinable(true);
  c.settings.set_title("all");
  EXPECT_EQ(
      body(chat("eve")),
      "{\"chat\":\"c\",\"type\":\"group\",\"title\":\"all\",\"topic\":\"\",\"visibility\":"
      "\"joined\",\"joinable\":true,\"role\":null,\"members\":1,\"head\":{\"id\":0,\"seq\":0}}");
  EXPECT_EQ(refusal(history("eve")), ErrorCode::kNotFound);
  EXPECT_EQ(refusal(events("eve")), ErrorCode::kNotFound);
  EXPECT_EQ(refusal(members("eve")), ErrorCode::kNotFound);
}

TEST_F(ReadServiceTest, WhoLeftReadsOnWithinTheInterval) {
  TestChat& c = make("c", "ann", {"bob"});
  c.message("ann", "before");
  c.leave("bob");
  c.message("ann", "after");
  const Value page = value(history("bob"));
  EXPECT_EQ(seqs(*page.find("messages")), (Seqs{1, 2, 3}));
  EXPECT_EQ(page.find("head")->find("seq")->integer, 3);
  EXPECT_TRUE(page.find("next")->is(Value::Type::kNull));
  const Value raw = value(events("bob"));
  EXPECT_EQ(seqs(*raw.find("events")), (Seqs{1, 2, 3}));
  EXPECT_TRUE(raw.find("complete")->boolean);
  EXPECT_TRUE(value(chat("bob")).find("role")->is(Value::Type::kNull));
  EXPECT_TRUE(value(inbox("bob")).find("chats")->array.empty());
  EXPECT_EQ(refusal(members("bob")), ErrorCode::kForbidden);
  EXPECT_EQ(refusal(receipts("bob", id(2))), ErrorCode::kForbidden);
}

TEST_F(ReadServiceTest, WhoLeftDoesNotLearnLaterSettings) {
  TestChat& c = make("c", "ann", {"bob"});
  c.settings.set_title("old");
  c.leave("bob");
  EXPECT_EQ(value(chat("bob")).find("title")->string, "old");
  c.message("ann", "x");
  c.settings.set_title("new");
  c.touch_settings();
  EXPECT_EQ(value(chat("bob")).find("title")->string, "");
  EXPECT_EQ(value(chat("ann")).find("title")->string, "new");
}

TEST_F(ReadServiceTest, WhoCameBackSeesTheHoleNamed) {
  TestChat& c = make("c", "ann", {"bob"});
  c.message("ann", "seen");     // 2
  c.leave("bob");               // 3
  c.message("ann", "missed");   // 4
  c.edit(id(2), "missed too");  // 5
  c.join("bob");                // 6
  c.react("ann", id(4), "+");   // 7: its target is not bob's to see
  c.message("ann", "again");    // 8
  const std::string page = body(history("bob"));
  EXPECT_THAT(page, HasSubstr("\"range\":{\"from\":1,\"to\":8,\"complete\":false},"
                              "\"missing\":[{\"from\":4,\"to\":5,\"why\":\"not_member\"}]"));
  const std::string raw = body(events("bob", id(2)));
  EXPECT_THAT(raw, HasSubstr("\"missing\":[{\"from\":4,\"to\":5,\"why\":\"not_member\"}]"));
  EXPECT_THAT(raw, HasSubstr("{\"chat\":\"c\",\"id\":" + n(id(7)) +
                             ",\"seq\":7,\"ts\":" + n(kLogStartMs + 14) + ",\"kind\":\"hidden\"}"));
  for (const ReadRequest& request : everything("bob"))
    EXPECT_THAT(body(request), Not(HasSubstr("missed"))) << request.ShortDebugString();
}

TEST_F(ReadServiceTest, LateOverlaysAreCutToTheInterval) {
  TestChat& c = make("c", "ann", {"bob"});
  c.message("ann", "first");       // 2
  c.message("ann", "plain");       // 3
  c.message("ann", "doomed");      // 4
  c.edit(id(2), "second");         // 5
  c.react("bob", id(2), "+");      // 6
  c.edit(id(4), "doomed still");   // 7
  c.leave("bob");                  // 8
  c.edit(id(2), "third");          // 9
  c.edit(id(3), "plain no more");  // 10
  c.react("ann", id(3), "+");      // 11
  c.erase(id(4));                  // 12
  const Value page = value(history("bob"));
  const auto& messages = page.find("messages")->array;
  ASSERT_EQ(messages.size(), 5u);
  EXPECT_EQ(messages[1].find("body")->find("text")->string, "second");
  EXPECT_EQ(messages[1].find("edited")->find("id")->integer, static_cast<int64_t>(id(5)));
  EXPECT_EQ(messages[1].find("reactions"), nullptr);
  EXPECT_EQ(messages[2].find("body")->find("text")->string, "plain");
  EXPECT_EQ(messages[2].find("edited"), nullptr);
  EXPECT_EQ(messages[2].find("reactions"), nullptr);
  EXPECT_EQ(messages[3].find("body"), nullptr);
  EXPECT_NE(messages[3].find("deleted"), nullptr);
  // One who stayed has it all.
  const Value whole = value(history("ann"));
  EXPECT_EQ(whole.find("messages")->array[1].find("body")->find("text")->string, "third");
  EXPECT_FALSE(whole.find("messages")->array[1].find("reactions")->array[0].find("me")->boolean);
}

TEST_F(ReadServiceTest, TheTextOfADeletedMessageIsInNoAnswer) {
  TestChat& c = make("c", "ann", {"bob", "cid"});
  c.message("ann", "unspeakable one");
  c.edit(id(2), "unspeakable two");
  c.leave("cid");
  c.message("ann", "unspeakable three");
  c.erase(id(2));
  c.erase(id(5));
  for (const char* user : {"ann", "bob", "cid"})
    for (const ReadRequest& request : everything(user)) {
      const Answer answer = ask(request);
      EXPECT_THAT(answer ? *answer : "", Not(HasSubstr("unspeakable"))) << user;
    }
  EXPECT_THAT(body(history("bob")), HasSubstr("\"deleted\":{\"by\":\"ann\""));
  EXPECT_THAT(body(events("bob")), HasSubstr("\"gone\":true"));
}

TEST_F(ReadServiceTest, WhatOvertookTheHeadIsShownOnlyToWhoIsStillIn) {
  for (const bool removed : {false, true}) {
    TestChat& c = make("c", "ann", {"bob"});
    c.message("ann", "first");
    int reads = 0;
    store_.at_log_read = [&c, &reads, removed] {
      if (reads++ != 0) return;
      if (removed) c.leave("bob");
      c.edit(id(2), "second");
    };
    const Value page = value(history("bob"));
    store_.at_log_read = nullptr;
    EXPECT_EQ(page.find("messages")->array[1].find("body")->find("text")->string,
              removed ? "first" : "second");
    EXPECT_EQ(page.find("head")->find("seq")->integer, 2);
  }
}

TEST_F(ReadServiceTest, InboxListsTheChatsLatestFirst) {
  make("a", "ann", {"bob"}).message("bob", "in a");
  for (int i = 0; i < 3; ++i) make("b", "ann").message("ann", "in b");
  TestChat& b = store_.chats["b"];
  b.message("ann", "last of b");
  b.react("ann", id(3), "+");
  *b.marks["ann"].mutable_read() = b.log.place(2);
  make("other", "eve");
  EXPECT_EQ(body(inbox("ann", 1)).substr(0, 170),
            ("{\"chats\":[{\"chat\":\"b\",\"type\":\"group\",\"title\":\"\",\"role\":\"owner\","
             "\"head\":{\"id\":" +
             n(id(4)) + ",\"seq\":4},\"read\":{\"id\":" + n(id(2)) +
             ",\"seq\":2},\"unread\":1,\"last\":{\"chat\":\"b\",\"id\":" + n(id(3)))
                .substr(0, 170));
  const Value all = value(inbox("ann"));
  EXPECT_EQ(texts(*all.find("chats"), "chat"), (Texts{"b", "a"}));
  EXPECT_TRUE(all.find("next")->is(Value::Type::kNull));
  const Value& last = *all.find("chats")->array[0].find("last");
  EXPECT_EQ(last.find("body")->find("text")->string, "last of b");
  EXPECT_EQ(last.find("reactions")->array.size(), 1u);
  EXPECT_EQ(all.find("chats")->array[1].find("unread")->integer, 1);
}

TEST_F(ReadServiceTest, InboxIsWalkedByItsCursor) {
  Texts expected;
  for (int i = 10; i < 35; ++i) {
    TestChat& c = make("c" + n(static_cast<uint64_t>(i)), "ann");
    for (int j = 0; j < i / 2; ++j) c.message("ann", "hi");  // pairs of equal heads
  }
  for (int i = 34; i >= 10; i -= 2) {
    const int lower = i % 2 == 0 ? i : i - 1;
    expected.push_back("c" + n(static_cast<uint64_t>(lower)));
    if (lower + 1 < 35) expected.push_back("c" + n(static_cast<uint64_t>(lower + 1)));
  }
  Texts met;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    const Value page = value(inbox("ann", 4, cursor));
    for (const std::string& chat : texts(*page.find("chats"), "chat")) met.push_back(chat);
    cursor = page.find("next")->string;
    if (cursor.empty()) break;
  }
  EXPECT_EQ(met, expected);
}

TEST_F(ReadServiceTest, OnlyWhatIsShownIsReadOfManyChats) {
  for (uint64_t i = 0; i < 300; ++i) make("c" + n(i), "ann").message("ann", "hi");
  EXPECT_EQ(value(inbox("ann", 40)).find("chats")->array.size(), 40u);
  EXPECT_EQ(store_.heads_read, 40u);
  store_.heads_read = 0;
  EXPECT_EQ(value(sync("ann")).find("chats")->array.size(), 50u);
  EXPECT_EQ(store_.heads_read, 50u);
}

TEST_F(ReadServiceTest, AChatThatOneLeavesMeanwhileIsNotListed) {
  for (const char* chat : {"a", "b", "c"}) make(chat, "ann", {"bob"});
  store_.after_list = [this] {
    if (store_.chats["b"].members["bob"].role() != protocol::ROLE_NONE)
      store_.chats["b"].leave("bob");
  };
  EXPECT_EQ(texts(*value(inbox("bob")).find("chats"), "chat"), (Texts{"a", "c"}));
  store_.chats["b"].join("bob");
  EXPECT_EQ(texts(*value(sync("bob")).find("chats"), "chat"), (Texts{"a", "c"}));
}

TEST_F(ReadServiceTest, CursorsServeOnlyTheirUserAndCall) {
  make("c", "ann", {"bob"});
  make("d", "ann", {"bob"});
  const std::string cursor = value(inbox("ann", 1)).find("next")->string;
  ASSERT_FALSE(cursor.empty());
  EXPECT_TRUE(ask(inbox("ann", 1, cursor)));
  std::string forged = cursor;
  forged[0] = forged[0] == 'A' ? 'B' : 'A';
  EXPECT_EQ(refusal(inbox("ann", 1, forged)), ErrorCode::kCursorInvalid);
  EXPECT_EQ(refusal(inbox("ann", 1, "x")), ErrorCode::kCursorInvalid);
  EXPECT_EQ(refusal(inbox("bob", 1, cursor)), ErrorCode::kCursorInvalid);
  EXPECT_EQ(refusal(members("ann", 1, cursor)), ErrorCode::kCursorInvalid);
  ReadRequest request = sync("ann");
  request.mutable_sync()->set_cursor(cursor);
  EXPECT_EQ(refusal(request), ErrorCode::kCursorInvalid);
}

TEST_F(ReadServiceTest, MembersComeByName) {
  TestChat& c = make("c", "bob", {"ann", "dan"});
  c.join("cid");
  c.leave("dan");
  const Value first = value(members("bob", 2));
  EXPECT_EQ(texts(*first.find("members"), "user"), (Texts{"ann", "bob"}));
  EXPECT_EQ(texts(*first.find("members"), "role"), (Texts{"member", "owner"}));
  const Value second = value(members("bob", 2, first.find("next")->string));
  EXPECT_EQ(texts(*second.find("members"), "user"), (Texts{"cid"}));
  EXPECT_EQ(second.find("members")->array[0].find("since")->integer, static_cast<int64_t>(id(2)));
  EXPECT_TRUE(second.find("next")->is(Value::Type::kNull));
}

TEST_F(ReadServiceTest, ReceiptsNameWhoIsAtOrPast) {
  TestChat& c = make("c", "ann", {"bob", "cid", "dan"});
  c.message("ann", "one");
  c.message("ann", "two");
  *c.marks["ann"].mutable_read() = c.log.place(3);
  *c.marks["bob"].mutable_read() = c.log.place(2);
  *c.marks["bob"].mutable_delivered() = c.log.place(3);
  *c.marks["cid"].mutable_delivered() = c.log.place(1);
  EXPECT_EQ(body(receipts("dan", id(2))),
            "{\"read\":[{\"user\":\"ann\",\"id\":" + n(id(3)) + "},{\"user\":\"bob\",\"id\":" +
                n(id(2)) + "}],\"delivered\":[{\"user\":\"ann\",\"id\":" + n(id(3)) +
                "},{\"user\":\"bob\",\"id\":" + n(id(3)) + "}]}");
  std::vector<std::string> others;
  for (uint64_t i = 0; i < 100; ++i) others.push_back("u" + n(i));
  make("big", "ann", others);
  EXPECT_EQ(refusal(receipts("ann", 1, "big")), ErrorCode::kTooLarge);
}

TEST_F(ReadServiceTest, SyncAnswersForEveryKindOfChat) {
  TestChat& named = make("named", "ann", {"bob"});
  named.message("bob", "old");
  named.message("bob", "new");
  *named.marks["ann"].mutable_read() = named.log.place(2);
  TestChat& left = make("left", "bob", {"ann"});
  left.leave("ann");
  left.message("bob", "not for ann");
  make("foreign", "bob");
  make("quiet", "ann");
  make("busy", "ann").message("ann", "hi");
  ReadRequest request = sync("ann");
  name(request, "named", id(2));
  name(request, "left", 0);
  name(request, "foreign", 0);
  name(request, "absent", 0);
  const std::string text = body(request);
  EXPECT_THAT(text, Not(HasSubstr("not for ann")));
  const Value answer = *protocol::json::parse(text);
  const auto& chats = answer.find("chats")->array;
  EXPECT_EQ(texts(*answer.find("chats"), "chat"),
            (Texts{"absent", "foreign", "left", "named", "busy", "quiet"}));
  EXPECT_EQ(chats[0].object.size(), 2u);
  EXPECT_EQ(chats[0].find("error")->find("code")->string, "not_found");
  EXPECT_EQ(chats[1].find("error")->find("code")->string, "not_found");
  EXPECT_TRUE(chats[2].find("left")->boolean);
  EXPECT_TRUE(chats[2].find("role")->is(Value::Type::kNull));
  EXPECT_EQ(seqs(*chats[2].find("events")), (Seqs{1, 2}));
  EXPECT_EQ(seqs(*chats[3].find("events")), (Seqs{3}));
  EXPECT_EQ(chats[3].find("left"), nullptr);
  EXPECT_TRUE(chats[3].find("complete")->boolean);
  EXPECT_EQ(chats[3].find("unread")->integer, 1);
  EXPECT_EQ(chats[3].find("head")->find("seq")->integer, 3);
  EXPECT_EQ(chats[3].find("read")->find("seq")->integer, 2);
  EXPECT_EQ(seqs(*chats[4].find("messages")), (Seqs{1, 2}));
  EXPECT_NE(chats[4].find("range"), nullptr);
  EXPECT_NE(chats[4].find("prev"), nullptr);
  EXPECT_EQ(chats[4].find("events"), nullptr);
  EXPECT_TRUE(answer.find("next")->is(Value::Type::kNull));
}

TEST_F(ReadServiceTest, SyncGoesOnInBatches) {
  std::set<std::string> expected;
  ReadRequest request = sync("ann");
  for (uint64_t i = 0; i < 130; ++i) {
    make("c" + n(i), "ann").message("ann", "hi");
    expected.insert("c" + n(i));
    if (i < 70) name(request, "c" + n(i), 0);
  }
  std::set<std::string> met;
  size_t batches = 0;
  for (std::string cursor; batches < 10;) {
    request.mutable_sync()->set_cursor(cursor);
    const Value batch = value(request);
    ++batches;
    EXPECT_LE(batch.find("chats")->array.size(), 50u);
    for (const Value& entry : batch.find("chats")->array) {
      EXPECT_TRUE(met.insert(entry.find("chat")->string).second);
      EXPECT_EQ(entry.find("events") != nullptr, met.size() <= 70) << "the named come first";
    }
    cursor = batch.find("next")->string;
    if (cursor.empty()) break;
  }
  EXPECT_EQ(met, expected);
  EXPECT_EQ(batches, 3u);
}

TEST_F(ReadServiceTest, LongAnswersEndWithACursor) {
  for (uint64_t i = 0; i < 10; ++i) {
    TestChat& c = make("c" + n(i), "ann");
    for (int j = 0; j < 20; ++j) c.message("ann", std::string(16'000, 'x'));
  }
  const Value batch = value(sync("ann"));
  EXPECT_LT(batch.find("chats")->array.size(), 6u);
  EXPECT_FALSE(batch.find("next")->string.empty());
}

TEST_F(ReadServiceTest, RunsOfReactionsEndAnAnswerWithACursor) {
  for (const char* chat : {"a", "b", "c", "d"}) {
    TestChat& c = make(chat, "ann");
    const uint64_t target = c.message("ann", "hi");
    for (int i = 0; i < 12'000; ++i) c.log.react("ann", target, "+");
  }
  const Value listed = value(inbox("ann"));
  EXPECT_EQ(texts(*listed.find("chats"), "chat"), (Texts{"a", "b"}));
  EXPECT_EQ(
      seqs({.type = Value::Type::kArray, .array = {*listed.find("chats")->array[0].find("last")}}),
      (Seqs{2}));
  const Value rest = value(inbox("ann", 0, listed.find("next")->string));
  EXPECT_EQ(texts(*rest.find("chats"), "chat"), (Texts{"c", "d"}));
  EXPECT_TRUE(rest.find("next")->is(Value::Type::kNull));
  const Value synced = value(sync("ann"));
  EXPECT_EQ(texts(*synced.find("chats"), "chat"), (Texts{"a", "b"}));
  EXPECT_FALSE(synced.find("next")->string.empty());
}

TEST_F(ReadServiceTest, AnswersMayComeLater) {
  TestChat& c = make("c", "ann");
  c.message("ann", "first");
  c.leave("ann");
  c.edit(id(2), "later");
  store_.hold = true;
  for (const ReadRequest& request : everything("ann")) {
    std::optional<Answer> answer;
    start(request, answer);
    for (int turns = 0; turns < 100 && !answer; ++turns) {
      executor_.run();
      if (store_.held.empty()) break;
      const base::Task task = std::move(store_.held.front());
      store_.held.pop_front();
      task();
    }
    EXPECT_TRUE(answer) << request.ShortDebugString();
  }
}

TEST_F(ReadServiceTest, AFailureIsTheAnswer) {
  make("c", "ann");
  store_.fails = true;
  for (const ReadRequest& request : everything("ann"))
    EXPECT_EQ(refusal(request), ErrorCode::kUnavailable) << request.ShortDebugString();
  EXPECT_EQ(refusal(by("ann")), ErrorCode::kUnknownOperation);
}

TEST_F(ReadServiceTest, WhatBreaksInsideIsNamedByAReferenceThatIsInTheLog) {
  make("c", "ann");
  store_.fails = true;
  store_.failure = base::Code::kCorrupt;
  std::set<std::string> references;
  for (int i = 0; i < 2; ++i) {
    ::testing::internal::CaptureStderr();
    const Answer answer = ask(history("ann"));
    const std::string log = ::testing::internal::GetCapturedStderr();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kInternal);
    const std::string& message = answer.error().message;
    EXPECT_THAT(message, Not(HasSubstr("disk")));
    const std::string reference = message.substr(message.rfind(' ') + 1);
    EXPECT_THAT(log, HasSubstr("\"reference\":\"" + reference + "\""));
    references.insert(reference);
  }
  EXPECT_EQ(references.size(), 2u);
}

TEST_F(ReadServiceTest, RefusesWhatItHasNoRoomFor) {
  make("c", "ann");
  std::vector<std::optional<Answer>> answers(5);
  for (auto& answer : answers) start(history("ann"), answer);
  EXPECT_FALSE(answers[2]);
  ASSERT_TRUE(answers[3] && answers[4]);
  EXPECT_EQ(answers[3]->error().code, ErrorCode::kOverloaded);
  EXPECT_GT(answers[3]->error().retry_after_ms, 0);
  executor_.run();
  EXPECT_TRUE(answers[0] && answers[0]->has_value());
  EXPECT_TRUE(ask(history("ann"))) << "there is room again";
  EXPECT_THAT(metrics_.text(), HasSubstr("connect_reads_total{call=\"history\"} 6"));
  EXPECT_THAT(metrics_.text(), HasSubstr("connect_read_seconds_count 4"));
}

TEST_F(ReadServiceTest, WhatIsNeverRunIsAnsweredAsUnavailable) {
  make("c", "ann");
  std::optional<Answer> waiting, asking;
  start(history("ann"), asking);
  store_.hold = true;
  executor_.run();
  start(history("ann"), waiting);
  executor_.tasks.clear();
  store_.held.clear();
  ASSERT_TRUE(waiting && asking);
  EXPECT_EQ(waiting->error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(asking->error().code, ErrorCode::kUnavailable);
  EXPECT_GT(asking->error().retry_after_ms, 0);
}

TEST_F(ReadServiceTest, APageIsOneReadOfTheLog) {
  TestChat& c = make("c", "ann");
  for (int i = 0; i < 100; ++i) c.message("ann", "hi");
  body(history("ann"));
  EXPECT_EQ(store_.log_reads, 1u);
}

}  // namespace
}  // namespace chat::messaging
