#include "connect/protocol/cursor.h"

#include <gtest/gtest.h>

namespace chat::protocol {
namespace {

CursorSealer sealer_of(uint8_t byte) {
  CursorSealer::Secret secret;
  secret.fill(byte);
  return CursorSealer(secret);
}

TEST(Cursor, OpensWhatItSealed) {
  const CursorSealer sealer = sealer_of(1);
  for (std::string position :
       {std::string(), std::string("c1"), std::string("\0\xff", 2), std::string(1000, 'x')}) {
    const Result<std::string> opened =
        sealer.open("inbox", "alice", sealer.seal("inbox", "alice", position));
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, position);
  }
}

TEST(Cursor, IsBoundToItsCallUserAndSecret) {
  const CursorSealer sealer = sealer_of(1);
  const std::string cursor = sealer.seal("inbox", "alice", "c1");
  EXPECT_FALSE(sealer.open("sync", "alice", cursor));
  EXPECT_FALSE(sealer.open("inbox", "bob", cursor));
  EXPECT_FALSE(sealer.open("inboxa", "lice", cursor));
  EXPECT_FALSE(sealer_of(2).open("inbox", "alice", cursor));
  EXPECT_EQ(sealer.open("sync", "alice", cursor).error().code, ErrorCode::kCursorInvalid);
}

TEST(Cursor, EveryChangedCharacterIsNoticed) {
  const CursorSealer sealer = sealer_of(1);
  const std::string cursor = sealer.seal("inbox", "alice", "c1");
  for (size_t i = 0; i < cursor.size(); ++i) {
    std::string forged = cursor;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sealer.open("inbox", "alice", forged)) << i;
    EXPECT_FALSE(sealer.open("inbox", "alice", cursor.substr(0, i))) << i;
  }
  EXPECT_FALSE(sealer.open("inbox", "alice", cursor + "A"));
  EXPECT_FALSE(sealer.open("inbox", "alice", "no cursor!"));
}

}  // namespace
}  // namespace chat::protocol
