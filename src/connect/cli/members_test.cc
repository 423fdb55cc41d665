#include "connect/cli/members.h"

#include <gtest/gtest.h>

namespace chat::cli {
namespace {

using client::UserId;

Members people(size_t count, size_t listed) {
  Members members{.count = count, .first = {}};
  for (size_t i = 1; i <= listed; ++i)
    members.first.push_back({UserId("u" + std::to_string(i)), i == 1 ? "owner" : "member"});
  return members;
}

TEST(Members, AFewAreAllNamed) {
  EXPECT_EQ(who_is_in(people(1, 1), {}), "1 member: u1 (owner)");
  EXPECT_EQ(who_is_in(people(3, 3), {}), "3 members: u1 (owner), u2, u3");
}

TEST(Members, ThoseWhoAreHereComeFirst) {
  EXPECT_EQ(who_is_in(people(3, 3), {UserId("u3"), UserId("stranger")}),
            "3 members, here now: u3; u1 (owner), u2");
  EXPECT_EQ(who_is_in(people(2, 2), {UserId("u1"), UserId("u2")}),
            "2 members, here now: u1 (owner), u2");
}

TEST(Members, OfManyTwentyAreNamedAndTheRestCounted) {
  const std::string text = who_is_in(people(1766, 200), {UserId("u150")});
  EXPECT_TRUE(text.starts_with("1,766 members, here now: u150; u1 (owner), u2, ")) << text;
  EXPECT_TRUE(text.ends_with(", u19, and 1,746 more")) << text;
}

}  // namespace
}  // namespace chat::cli
