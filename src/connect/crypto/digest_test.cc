#include "connect/crypto/digest.h"

#include <gtest/gtest.h>

namespace chat::crypto {
namespace {

// FIPS 180-2's examples.
TEST(Digest, Sha256OfKnownText) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, Sha1OfKnownText) {
  EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

// RFC 4231, test case 2.
TEST(Digest, HmacOfKnownText) {
  const std::array<uint8_t, 4> secret = {'J', 'e', 'f', 'e'};
  EXPECT_EQ(hex(hmac_sha256(secret, "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, EqualityIsOfAllBytes) {
  EXPECT_TRUE(equal_in_constant_time("same", "same"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("same", "sama"));
  EXPECT_FALSE(equal_in_constant_time("same", "sam"));
}

// RFC 4648 section 10.
TEST(Digest, Base64OfKnownText) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
}

TEST(Digest, Base64urlReadsWhatItWrote) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Digest, Base64urlRefusesWhatIsNotCanonical) {
  for (const char* text : {"A", "AAAAA", "Zg==", "Zm9=", "Zm+v", "Zm/v", "Zh", "Zm9", "Zm 8", "é"})
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
}

}  // namespace
}  // namespace chat::crypto
