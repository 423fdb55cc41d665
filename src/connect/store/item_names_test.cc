#include "connect/store/item_names.h"

#include <gtest/gtest.h>

namespace chat::store {
namespace {

using protocol::EventId;

TEST(ItemNames, IdsAreWrittenSoThatNamesSortAsIds) {
  EXPECT_EQ(edit_item(EventId(7)), "edit#0000000000000007");
  EXPECT_EQ(edit_item(EventId(EventId::kMax)), "edit#9007199254740991");
  EXPECT_LT(edit_item(EventId(99)), edit_item(EventId(100)));
  EXPECT_LT(reaction_item("bob", EventId(99)), reaction_item("bob", EventId(100)));
}

TEST(ItemNames, TheIdIsReadBack) {
  for (const uint64_t id : {uint64_t{0}, uint64_t{1}, EventId::kMax}) {
    EXPECT_EQ(id_of_item(edit_item(EventId(id))), EventId(id));
    EXPECT_EQ(id_of_item(reaction_item("a#1", EventId(id))), EventId(id));
  }
  for (const char* name : {"", "chat", "member#0000000000000007", "edit#", "edit#7", "react#bob",
                           "edit#00000000000000x7", "edit#+000000000000007"})
    EXPECT_EQ(id_of_item(name), std::nullopt) << name;
}

TEST(ItemNames, MembersKeepTheirBytes) {
  const std::string user("\x01#\xff", 3);
  EXPECT_EQ(user_of_member_item(member_item(user)), user);
  EXPECT_EQ(user_of_member_item("chat"), "");
}

TEST(ItemNames, AfterPrefixIsTheSmallestGreaterName) {
  EXPECT_EQ(after_prefix("edit#"), "edit$");
  EXPECT_EQ(after_prefix(std::string_view("a\xff\xff", 3)), "b");
  EXPECT_EQ(after_prefix("\xff"), "");
}

}  // namespace
}  // namespace chat::store
