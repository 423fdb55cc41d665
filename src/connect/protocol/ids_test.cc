#include "connect/protocol/ids.h"

#include <gtest/gtest.h>

namespace chat::protocol {
namespace {

constexpr std::string_view kKeyText = "0199c2a4-7b1e-7c3d-9a5f-00112233aabb";

TEST(Ids, ChatIdsAreShortAndPlain) {
  for (std::string text : {"a", "A-z.0_9:", "d-0123"}) EXPECT_TRUE(ChatId::parse(text)) << text;
  EXPECT_TRUE(ChatId::parse(std::string(64, 'x')));
  for (std::string text : {"", "a b", "a/b", "a#b", "é", "a\n"})
    EXPECT_FALSE(ChatId::parse(text)) << text;
  EXPECT_FALSE(ChatId::parse(std::string(65, 'x')));
  EXPECT_FALSE(ChatId::parse(std::string_view("a\0b", 3)));
}

TEST(Ids, UserIdsAreAnyTextWithoutNul) {
  EXPECT_EQ(UserId::parse("al ice/é#")->value(), "al ice/é#");
  EXPECT_TRUE(UserId::parse(std::string(128, 'x')));
  EXPECT_FALSE(UserId::parse(""));
  EXPECT_FALSE(UserId::parse(std::string(129, 'x')));
  EXPECT_FALSE(UserId::parse(std::string_view("a\0b", 3)));
  EXPECT_FALSE(UserId::parse("\xff"));
}

TEST(Ids, EventIdsAreTimeAndCounter) {
  constexpr EventId id = EventId::first_of_ms(1795000000001);
  EXPECT_EQ(id.value(), 1795000000001ull << 11);
  EXPECT_EQ(EventId(id.value() + EventId::kCounterMax).ms(), 1795000000001);
  EXPECT_EQ(EventId::first_of_ms(-5).value(), 0u);
}

TEST(Ids, KeyReadsWhatItWrites) {
  const std::optional<Key> key = Key::parse(kKeyText);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->text(), kKeyText);
  EXPECT_EQ(key->ms(), 0x0199c2a47b1e);
  EXPECT_EQ(Key::from_bytes(key->bytes()), key);
  EXPECT_FALSE(Key::from_bytes("short"));
}

TEST(Ids, KeyHasOneSpelling) {
  for (std::string text :
       {"", "0199c2a47b1e7c3d9a5f00112233aabb", "0199C2A4-7b1e-7c3d-9a5f-00112233aabb",
        "0199c2a4-7b1e-4c3d-9a5f-00112233aabb", "0199c2a4-7b1e-7c3d-1a5f-00112233aabb",
        "0199c2a4-7b1e-7c3d-9a5f-00112233aab", "0199c2a4-7b1e-7c3d-9a5f-00112233aabbc",
        "0199c2a4-7b1e-7c3d-9a5f-00112233aabg", "0199c2a4_7b1e-7c3d-9a5f-00112233aabb",
        "{199c2a4-7b1e-7c3d-9a5f-00112233aabb"})
    EXPECT_FALSE(Key::parse(text)) << text;
}

TEST(Ids, MintedKeysHoldTheirTime) {
  std::array<uint8_t, 10> random;
  random.fill(0xff);
  const Key key = Key::mint(1795000000001, random);
  EXPECT_EQ(key.ms(), 1795000000001);
  EXPECT_EQ(key.text().substr(13), "-7fff-bfff-ffffffffffff");
  EXPECT_EQ(Key::parse(key.text()), key);
}

// The ids are stored: they must never change, so the digests are written down here.
TEST(Ids, ChatIdsAreDerived) {
  const UserId alice("alice"), bob("bob");
  EXPECT_EQ(direct_chat_id(alice, bob), direct_chat_id(bob, alice));
  EXPECT_EQ(direct_chat_id(alice, bob).value(), "d-884a452152d3bf048cc051df8f708aff");
  EXPECT_EQ(group_chat_id(alice, *Key::parse(kKeyText)).value(),
            "g-b156d1b894103d99d8bd836d8611d9e9");
  EXPECT_NE(direct_chat_id(UserId("ab"), UserId("c")), direct_chat_id(UserId("a"), UserId("bc")));
  EXPECT_NE(group_chat_id(bob, *Key::parse(kKeyText)), group_chat_id(alice, *Key::parse(kKeyText)));
}

}  // namespace
}  // namespace chat::protocol
