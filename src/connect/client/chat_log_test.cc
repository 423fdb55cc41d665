#include "connect/client/chat_log.h"

#include <gtest/gtest.h>

namespace chat::client {
namespace {

const UserId kMe("me");

EventId id_of(uint64_t seq) { return EventId(seq * 2048); }

Event event(uint64_t seq, Kind kind = Kind::kMessage, uint64_t target = 0) {
  Event made{.chat = ChatId("c"), .id = id_of(seq), .seq = Seq(seq), .kind = kind};
  made.from = UserId("ann");
  made.body.text = "text " + std::to_string(seq);
  if (target) made.target = id_of(target);
  return made;
}

Event reaction(uint64_t seq, uint64_t target, const char* from, bool on) {
  Event made = event(seq, Kind::kReact, target);
  made.from = UserId(from);
  made.emoji = "+";
  made.on = on;
  return made;
}

Page page_of(uint64_t from, uint64_t to, uint64_t head) {
  Page page{.range = SeqRange{from, to}, .head = {id_of(head), Seq(head)}};
  for (uint64_t seq = from; seq <= to; ++seq) page.messages.push_back({.event = event(seq)});
  if (from > 1) page.prev = id_of(from);
  return page;
}

ChatLog started() {
  ChatLog log(kMe);
  EXPECT_TRUE(log.page(page_of(5, 10, 10)));
  return log;
}

std::string text_of(const ChatLog& log, uint64_t seq) {
  auto found = log.entries().find(seq);
  return found == log.entries().end() ? "none" : found->second.message.event.body.text;
}

TEST(ChatLog, StretchesJoinAndSplit) {
  std::map<uint64_t, uint64_t> stretches;
  add_stretch(stretches, {5, 7});
  add_stretch(stretches, {10, 12});
  add_stretch(stretches, {8, 9});
  EXPECT_EQ(stretches, (std::map<uint64_t, uint64_t>{{5, 12}}));
  remove_stretch(stretches, {7, 8});
  EXPECT_EQ(stretches, (std::map<uint64_t, uint64_t>{{5, 6}, {9, 12}}));
  remove_stretch(stretches, {0, 100});
  EXPECT_TRUE(stretches.empty());
}

TEST(ChatLog, TakesLiveEventsInOrderAndDropsDuplicates) {
  ChatLog log = started();
  EXPECT_EQ(log.live(event(11)), ChatLog::Took::kApplied);
  EXPECT_EQ(log.live(event(11)), ChatLog::Took::kKnown);
  EXPECT_EQ(log.synced().seq, Seq(11));
  EXPECT_EQ(log.stretch(7), (SeqRange{5, 11}));
}

TEST(ChatLog, AGapWaitsForWhatIsMissing) {
  ChatLog log = started();
  EXPECT_EQ(log.live(event(13)), ChatLog::Took::kGap);
  EXPECT_TRUE(log.behind());
  EXPECT_TRUE(log.fetched({.events = {event(11), event(12)}, .head = {id_of(12), Seq(12)}}));
  EXPECT_EQ(log.synced().seq, Seq(13));
  EXPECT_FALSE(log.behind());
}

TEST(ChatLog, HolesThatTheServerNamesAreAbsent) {
  ChatLog log = started();
  EXPECT_TRUE(
      log.fetched({.events = {event(15)}, .missing = {{11, 14}}, .head = {id_of(15), Seq(15)}}));
  EXPECT_EQ(log.synced().seq, Seq(15));
  EXPECT_TRUE(log.absent(12));
  EXPECT_FALSE(log.absent(15));
  EXPECT_EQ(log.stretch(15), (SeqRange{5, 15}));
}

TEST(ChatLog, FoldsEditsAndDeletes) {
  ChatLog log = started();
  (void)log.live(event(11, Kind::kEdit, 7));
  EXPECT_EQ(text_of(log, 7), "text 11");
  (void)log.live(event(12, Kind::kDelete, 7));
  EXPECT_TRUE(log.entries().at(7).message.deleted);
  EXPECT_EQ(text_of(log, 7), "");
  (void)log.live(event(13, Kind::kEdit, 7));
  EXPECT_EQ(text_of(log, 7), "");
}

TEST(ChatLog, APageReadBeforeAnEditThatCameFirstIsBroughtUpToDate) {
  ChatLog log = started();
  (void)log.live(event(11, Kind::kEdit, 3));
  EXPECT_TRUE(log.page(page_of(1, 4, 10)));
  EXPECT_EQ(text_of(log, 3), "text 11");
  EXPECT_TRUE(log.begins_at(1));
}

TEST(ChatLog, APageReadAfterAnEditIsNotFoldedTwice) {
  ChatLog log = started();
  Page page = page_of(1, 4, 12);
  page.messages[2].event.body.text = "latest";
  page.messages[2].edited = id_of(12);
  EXPECT_TRUE(log.page(page));
  (void)log.live(event(11, Kind::kEdit, 3));
  EXPECT_EQ(text_of(log, 3), "latest");
}

TEST(ChatLog, APageOlderThanWhatIsRememberedIsReadAgain) {
  ChatLog log = started();
  for (uint64_t seq = 11; seq < 12 + ChatLog::kRecentMax; ++seq)
    (void)log.live(event(seq, Kind::kEdit, 7));
  EXPECT_FALSE(log.page(page_of(1, 4, 10)));
}

TEST(ChatLog, ReactionsAreCountedByWhoReacted) {
  ChatLog log = started();
  (void)log.live(event(11));
  (void)log.live(reaction(12, 11, "ann", true));
  (void)log.live(reaction(13, 11, "ann", true));
  (void)log.live(reaction(14, 11, "me", true));
  const std::vector<Reaction> two{{"+", 2, true}};
  EXPECT_EQ(log.entries().at(11).message.reactions, two);
  (void)log.live(reaction(15, 11, "ann", false));
  (void)log.live(reaction(16, 11, "me", false));
  EXPECT_TRUE(log.entries().at(11).message.reactions.empty());
  EXPECT_TRUE(log.unsure().empty());
}

TEST(ChatLog, ACountedStrangerMakesTheCountUnsure) {
  ChatLog log(kMe);
  Page page = page_of(5, 10, 10);
  page.messages[0].reactions = {{"+", 3, false}};
  EXPECT_TRUE(log.page(page));
  (void)log.live(reaction(11, 5, "ann", true));
  EXPECT_EQ(log.unsure(), std::set<EventId>{id_of(5)});
}

TEST(ChatLog, TrimKeepsWhatIsNearest) {
  ChatLog log = started();
  log.trim(10, 3);
  EXPECT_EQ(log.stretch(10), (SeqRange{8, 10}));
  EXPECT_EQ(log.stretch(6), std::nullopt);
  log.trim(8, 2);
  EXPECT_EQ(log.stretch(8), (SeqRange{8, 9}));
  EXPECT_EQ(log.live(event(11)), ChatLog::Took::kApplied);
}

TEST(ChatLog, LongTextsShortenTheWindow) {
  ChatLog log = started();
  for (uint64_t seq = 11; seq < 40; ++seq) {
    Event big = event(seq);
    big.body.text.assign(16'000, 'x');
    (void)log.live(big);
    log.trim(seq, 1000, 100'000);
  }
  EXPECT_LT(log.entries().size(), 8u);
}

}  // namespace
}  // namespace chat::client
