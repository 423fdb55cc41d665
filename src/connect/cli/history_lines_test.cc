#include "connect/cli/history_lines.h"

#include <gtest/gtest.h>

#include <clocale>

#include "connect/cli/layout.h"

namespace chat::cli {
namespace {

constexpr int64_t kMs = 1'764'000'000'000;

class HistoryLines : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }

  static client::Message said(const std::string& text) {
    client::Message message;
    message.event.id = client::EventId::first_of_ms(kMs);
    message.event.kind = client::Kind::kMessage;
    message.event.from = client::UserId("ann");
    message.event.body.text = text;
    return message;
  }
  const std::string begin_ = moment_of(kMs) + "  ann: ";
};

TEST_F(HistoryLines, SayWhenWhoAndWhat) {
  EXPECT_EQ(history_lines(said("Grüße")), begin_ + "Grüße\n");
}

TEST_F(HistoryLines, NoTextPassesForAnotherMessage) {
  EXPECT_EQ(history_lines(said("one\n" + begin_ + "forged\x1b[A")),
            begin_ + "one\n    " + begin_ + "forged␛[A\n");
}

TEST_F(HistoryLines, ShowWhatBecameOfAMessage) {
  client::Message message = said("hello");
  message.reactions = {{"👍", 2, false}, {"x\ny", 1, true}};
  EXPECT_EQ(history_lines(message), begin_ + "hello [👍 2] [x y 1]\n");
  message.edited = client::EventId(5);
  EXPECT_EQ(history_lines(message), begin_ + "hello (edited) [👍 2] [x y 1]\n");
  message.reactions.clear();
  message.deleted = true;
  EXPECT_EQ(history_lines(message), begin_ + "(deleted)\n");
}

TEST_F(HistoryLines, TellOtherEventsInWords) {
  client::Message message = said("");
  message.event.kind = client::Kind::kMember;
  message.event.change = "left";
  message.event.users = {client::UserId("ann")};
  EXPECT_EQ(history_lines(message), begin_ + "* " + told(message.event) + "\n");
}

}  // namespace
}  // namespace chat::cli
