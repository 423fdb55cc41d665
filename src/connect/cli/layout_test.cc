#include "connect/cli/layout.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>
#include <ctime>

#include "connect/cli/text.h"

namespace chat::cli {
namespace {

using client::ChatLog;
using client::Event;
using client::EventId;
using client::Kind;
using client::Seq;
using client::UserId;

constexpr int64_t kNoonMs = 1'795'003'200'000;  // 2026-11-18 12:00:00 UTC

class Layout : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    setenv("TZ", "UTC", 1);
    tzset();
    (void)log.fetched({});
  }
  Event& add(const char* from, const char* text, int64_t ms = kNoonMs) {
    const uint64_t seq = ++last_;
    events.push_back({.id = EventId(EventId::first_of_ms(ms).value() + seq),
                      .seq = Seq(seq),
                      .kind = Kind::kMessage,
                      .from = UserId(from)});
    events.back().body.text = text;
    return events.back();
  }
  std::vector<std::string> lines(int width = 40) {
    for (const Event& event : events) (void)log.live(event);
    LayoutInput input{.log = log,
                      .stretch = {1, last_},
                      .me = UserId("me"),
                      .read_seq = read,
                      .unsent = unsent,
                      .at_end = true,
                      .online = true,
                      .width = width};
    std::vector<std::string> texts;
    for (const Line& line : lay_out(input)) texts.push_back(text_of(line));
    return texts;
  }

  ChatLog log{UserId("me")};
  std::vector<Event> events;
  std::vector<const client::Operation*> unsent;
  uint64_t read = 0;
  uint64_t last_ = 0;
};

TEST_F(Layout, DividesDaysAndSetsInLongTexts) {
  add("ann", "one two three four five six seven");
  add("me", "mine", kNoonMs + 86'400'000);
  EXPECT_EQ(lines(30),
            (std::vector<std::string>{"── Wednesday, 18 November … ──",
                                      "12:00 ann: one two three four", "           five six seven",
                                      "── Thursday, 19 November 2… ──", "12:00 me: mine ✓"}));
}

TEST_F(Layout, ShowsWhatBecameOfAMessage) {
  const EventId target = add("ann", "first").id;
  add("ann", "second");
  Event& edit = add("ann", "better");
  edit.kind = Kind::kEdit;
  edit.target = target;
  Event& reaction = add("me", "");
  reaction.kind = Kind::kReact;
  reaction.target = target;
  reaction.emoji = "+";
  reaction.on = true;
  Event& gone = add("ann", "");
  gone.kind = Kind::kDelete;
  gone.target = events[1].id;
  const auto shown = lines();
  ASSERT_EQ(shown.size(), 4u);
  EXPECT_EQ(shown[1], "12:00 ann: better (edited)");
  EXPECT_EQ(shown[2], "        + 1*");
  EXPECT_EQ(shown[3], "12:00 ann: (deleted)");
}

TEST_F(Layout, TellsWhoCameAndWent) {
  Event& event = add("ann", "");
  event.kind = Kind::kMember;
  event.change = "joined";
  event.users = {UserId("bob"), UserId("eve")};
  EXPECT_EQ(lines()[1], "      · ann added bob, eve");
}

TEST_F(Layout, MarksWhatIsNewAndWhatIsUnsent) {
  add("ann", "old");
  add("ann", "new");
  read = 1;
  client::Operation sending{.kind = Kind::kMessage, .text = "on its way", .made_ms = kNoonMs};
  client::Operation waiting = sending;
  waiting.attempts = 1;
  unsent = {&sending, &waiting};
  const auto shown = lines(40);
  EXPECT_EQ(shown[2], "───────────────── new ─────────────────");
  EXPECT_EQ(shown[4], "12:00 me: on its way … sending");
  EXPECT_EQ(shown[5], "12:00 me: on its way … waiting");
}

TEST_F(Layout, QuotesWhatIsAnswered) {
  const EventId first = add("ann", "a question\nof two lines").id;
  add("bob", "an answer").body.reply_to = first;
  EXPECT_EQ(lines(60)[3], "      ↳ ann: a question of two lines");
}

TEST_F(Layout, NamesAndTextsAreHarmlessAndNoLineIsTooWide) {
  add("\x1b]0;owned\x07",
      "\x1b[2J\u202Eevil 日本語日本語日本語 🙂🙂🙂 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  for (int width = 16; width < 60; ++width)
    for (const std::string& line : lines(width)) {
      EXPECT_LE(width_of(line), width) << line;
      EXPECT_EQ(line.find('\x1b'), std::string::npos);
    }
}

}  // namespace
}  // namespace chat::cli
