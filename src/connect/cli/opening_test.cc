#include "connect/cli/opening.h"

#include <gtest/gtest.h>

namespace chat::cli {
namespace {

using Texts = std::vector<std::string>;

std::string shown(const Opening& opening) {
  std::string text;
  for (const Line& line : opening.lines()) text += text_of(line) + "\n";
  return text;
}

TEST(Opening, HoldsWhatIsTypedForTheChatThatOpens) {
  Opening opening;
  EXPECT_FALSE(opening.hold("nowhere to go"));
  opening.begin(1, "bob");
  EXPECT_EQ(opening.current(), "bob");
  EXPECT_TRUE(opening.hold("hi"));
  EXPECT_TRUE(opening.hold("bob"));
  EXPECT_EQ(shown(opening), "opening bob …\n  hi … waiting\n  bob … waiting\n");
  EXPECT_FALSE(opening.end(7));
  const auto ended = opening.end(1);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->texts, (Texts{"hi", "bob"}));
  EXPECT_TRUE(ended->current);
  EXPECT_FALSE(opening.current());
  EXPECT_EQ(shown(opening), "");
}

TEST(Opening, TextsStayWithTheirOwnChat) {
  Opening opening;
  opening.begin(1, "bob");
  EXPECT_TRUE(opening.hold("for bob"));
  opening.begin(2, "eve");
  EXPECT_TRUE(opening.hold("for eve"));
  const auto bob = opening.end(1);
  ASSERT_TRUE(bob);
  EXPECT_EQ(bob->texts, Texts{"for bob"});
  EXPECT_FALSE(bob->current);
  EXPECT_TRUE(opening.hold("for eve too"));
  EXPECT_EQ(opening.end(2)->texts, (Texts{"for eve", "for eve too"}));
}

TEST(Opening, AChatThatIsChosenMeanwhileTakesTheTexts) {
  Opening opening;
  opening.begin(1, "bob");
  EXPECT_TRUE(opening.hold("for bob"));
  opening.turn_away();
  EXPECT_FALSE(opening.current());
  EXPECT_FALSE(opening.hold("for the chosen one"));
  const auto bob = opening.end(1);
  ASSERT_TRUE(bob);
  EXPECT_EQ(bob->texts, Texts{"for bob"});
  EXPECT_FALSE(bob->current);
}

TEST(Opening, HoldsNoMoreThanTheInputLineTakesBack) {
  Opening opening;
  opening.begin(1, "bob");
  EXPECT_TRUE(opening.hold(std::string(Opening::kHeldBytesMax, 'a')));
  EXPECT_FALSE(opening.hold("b"));
  EXPECT_TRUE(opening.end(1));
  opening.begin(2, "eve");
  EXPECT_TRUE(opening.hold("b"));
}

TEST(Opening, NamesAndTextsAreHarmless) {
  Opening opening;
  opening.begin(1, "b\x1b]0;ob");
  EXPECT_TRUE(opening.hold("\x07"));
  EXPECT_EQ(shown(opening).find_first_of("\x1b\x07"), std::string::npos);
}

}  // namespace
}  // namespace chat::cli
