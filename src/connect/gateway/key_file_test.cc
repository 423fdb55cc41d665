#include "connect/gateway/key_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "connect/crypto/digest.h"
#include "connect/gateway/jwt_authenticator.h"
#include "connect/gateway/test_keys.h"

namespace chat::gateway {
namespace {

using crypto::Algorithm;
using protocol::UserId;

const std::string kSecretJwk =
    R"({"kty":"oct","kid":"s","k":"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M"})";

std::string set_of(const std::string& entries) { return R"({"keys":[)" + entries + "]}"; }

TEST(ParseKeys, EveryFormOfFile) {
  struct Form {
    std::string bytes;
    Algorithm algorithm;
    std::string kid;
  };
  const std::vector<Form> forms = {
      {test_keys::kRsaPublic, Algorithm::kRs256, ""},
      {"# a comment\n" + std::string(test_keys::kRsaPrivate), Algorithm::kRs256, ""},
      {test_keys::kEcPublic, Algorithm::kEs256, ""},
      {test_keys::kEdPublic, Algorithm::kEdDsa, ""},
      {std::string(32, 'k') + "\n", Algorithm::kHs256, ""},
      {std::string(32, '\xff'), Algorithm::kHs256, ""},
      {kSecretJwk, Algorithm::kHs256, "s"},
      {set_of(test_keys::kRsaJwk), Algorithm::kRs256, "rsa-1"},
      {set_of(test_keys::kEcJwk), Algorithm::kEs256, "ec-1"},
      {set_of(test_keys::kEdJwk), Algorithm::kEdDsa, "ed-1"},
  };
  for (const Form& form : forms) {
    auto keys = parse_keys(form.bytes);
    ASSERT_TRUE(keys.has_value()) << form.bytes << ": " << keys.error().message;
    ASSERT_EQ(keys->size(), 1u);
    EXPECT_EQ(keys->front().key.algorithm(), form.algorithm);
    EXPECT_EQ(keys->front().kid, form.kid);
  }
}

TEST(ParseKeys, ALineEndIsNoPartOfAPrintableSecret) {
  const std::string fingerprint = parse_keys(std::string(40, 'k'))->front().key.fingerprint();
  EXPECT_EQ(parse_keys(std::string(40, 'k') + "\r\n")->front().key.fingerprint(), fingerprint);
  EXPECT_NE(parse_keys(std::string(40, 'k') + " ")->front().key.fingerprint(), fingerprint);
}

TEST(ParseKeys, APublicJwkIsThePemsKey) {
  EXPECT_EQ(parse_keys(set_of(test_keys::kRsaJwk))->front().key.fingerprint(),
            parse_keys(test_keys::kRsaPublic)->front().key.fingerprint());
}

TEST(ParseKeys, KeysForOtherUsesAreLeftOut) {
  const std::string other =
      R"({"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"},{"kty":"RSA","alg":"RS512","n":"AQAB"},)"
      R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"},)"
      R"({"kty":"oct","key_ops":["encrypt"],"k":"AA"},)"
      R"({"kty":"new"},7)";
  auto keys = parse_keys(set_of(other + "," + kSecretJwk));
  ASSERT_TRUE(keys.has_value()) << keys.error().message;
  EXPECT_EQ(keys->size(), 1u);
  EXPECT_FALSE(parse_keys(set_of(other)).has_value());
}

TEST(ParseKeys, RefusesByName) {
  struct Refusal {
    std::string bytes;
    std::string says;
  };
  const std::vector<Refusal> refusals = {
      {"", "empty"},
      {"\n", "empty"},
      {"short", "the key is 5 bytes, HS256 needs 32"},
      {std::string(31, 'k') + "\n", "31 bytes"},
      {std::string(5000, 'k'), "too many"},
      {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIkcLAAAAAAAAAAAAAAAAAAAAAAAA a@b", "OpenSSH"},
      {"\x30\x82" + std::string(300, 'k'), "DER"},
      {"{\"keys\":[", "no JWK set"},
      {"{\"keys\":[]}", "no key for"},
      {set_of(R"({"kty":"oct","k":"c2hvcnQ"})"), "key 1 of the set: the key is 5 bytes"},
      {set_of(R"({"kty":"oct","k":"!"})"), "`k` is no base64url"},
      {set_of(R"({"kty":"oct","kid":"a/../b","k":"c2hvcnQ"})"), "`kid`"},
      {set_of(kSecretJwk + "," + kSecretJwk), "same `kid`"},
  };
  for (const Refusal& refusal : refusals) {
    auto keys = parse_keys(refusal.bytes);
    ASSERT_FALSE(keys.has_value()) << refusal.says;
    EXPECT_NE(keys.error().message.find(refusal.says), std::string::npos) << keys.error().message;
  }
}

class KeyRingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "key_ring_XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string write(const std::string& name, const std::string& bytes) const {
    // Replaced by renaming, so that the inode tells the change even within one clock tick.
    std::ofstream(dir_ + "/new", std::ios::binary) << bytes;
    std::filesystem::rename(dir_ + "/new", dir_ + "/" + name);
    return dir_ + "/" + name;
  }
  std::string dir_;
};

TEST_F(KeyRingTest, AKeyThatDisappearsIsNoLongerTrusted) {
  const std::string first = write("first", std::string(32, 'a'));
  const std::string second = write("second", std::string(32, 'b'));
  auto authenticator = JwtAuthenticator::load({first, second}, {});
  ASSERT_TRUE(authenticator.has_value());
  const auto key = *load_signing_key(first);
  const std::string token = *mint_token(key, "", {UserId("a"), "", "", 0, 10'000});
  auto identity = (*authenticator)->authenticate(token, 0);
  ASSERT_TRUE(identity.has_value());
  EXPECT_TRUE((*authenticator)->trusts(*identity));
  const uint64_t version = (*authenticator)->version();
  EXPECT_FALSE((*authenticator)->refresh());

  write("first", std::string(32, 'c'));
  EXPECT_TRUE((*authenticator)->refresh());
  EXPECT_GT((*authenticator)->version(), version);
  EXPECT_FALSE((*authenticator)->trusts(*identity));
  EXPECT_FALSE((*authenticator)->authenticate(token, 0).has_value());
}

TEST_F(KeyRingTest, ABrokenOrMissingFileKeepsItsOldKeys) {
  const std::string path = write("key", std::string(32, 'a'));
  auto ring = KeyRing::load({path});
  ASSERT_TRUE(ring.has_value());
  const std::string fingerprint = (*ring)->snapshot()->keys().front().key.fingerprint();
  write("key", "weak");
  EXPECT_FALSE((*ring)->refresh());
  EXPECT_TRUE((*ring)->snapshot()->holds(fingerprint));
  std::filesystem::remove(path);
  EXPECT_FALSE((*ring)->refresh());
  EXPECT_TRUE((*ring)->snapshot()->holds(fingerprint));
  write("key", std::string(32, 'b'));
  EXPECT_TRUE((*ring)->refresh());
  EXPECT_FALSE((*ring)->snapshot()->holds(fingerprint));
}

TEST_F(KeyRingTest, ASnapshotInUseDoesNotChange) {
  const std::string path = write("key", std::string(32, 'a'));
  auto ring = KeyRing::load({path});
  const auto before = (*ring)->snapshot();
  write("key", std::string(32, 'b'));
  (*ring)->refresh();
  EXPECT_EQ(before->keys().size(), 1u);
  EXPECT_FALSE(before->holds((*ring)->snapshot()->keys().front().key.fingerprint()));
}

TEST_F(KeyRingTest, NamesTheFileThatCannotBeUsed) {
  const std::string good = write("good", std::string(32, 'a'));
  const std::string weak = write("weak", "weak");
  for (const std::string& bad : {weak, dir_ + "/none", dir_}) {
    auto ring = KeyRing::load({good, bad});
    ASSERT_FALSE(ring.has_value());
    EXPECT_NE(ring.error().message.find(bad), std::string::npos) << ring.error().message;
  }
  const std::string public_only = write("public", test_keys::kRsaPublic);
  EXPECT_FALSE(load_signing_key(public_only).has_value());
}

// As JWKs with the names k<first>, k<first + 1>, …
std::string secrets(size_t first, size_t count) {
  std::string entries;
  for (size_t i = first; i < first + count; ++i) {
    const std::string secret = crypto::base64url(std::string(32 + i, 'a'));
    entries += std::string(entries.empty() ? "" : ",") + R"({"kty":"oct","kid":"k)" +
               std::to_string(i) + R"(","k":")" + secret + "\"}";
  }
  return set_of(entries);
}

TEST_F(KeyRingTest, OfTooManyKeysNoneIsAddedButThoseThatAreGoneGo) {
  const std::string path = write("keys", secrets(0, 3));
  auto ring = KeyRing::load({path, write("other", std::string(32, 'b'))});
  ASSERT_TRUE(ring.has_value()) << ring.error().message;
  const uint64_t version = (*ring)->version();
  write("keys", secrets(1, kTrustedKeysMax));
  EXPECT_TRUE((*ring)->refresh());
  EXPECT_GT((*ring)->version(), version);
  EXPECT_EQ((*ring)->snapshot()->keys().size(), 3u);
  EXPECT_FALSE(
      (*ring)->snapshot()->holds(parse_keys(std::string(32, 'a'))->front().key.fingerprint()));
  EXPECT_FALSE((*ring)->refresh());
  write("keys", secrets(1, kTrustedKeysMax - 1));
  EXPECT_TRUE((*ring)->refresh());
  EXPECT_EQ((*ring)->snapshot()->keys().size(), kTrustedKeysMax);
}

TEST_F(KeyRingTest, TooManyKeysAreRefused) {
  std::vector<std::string> paths;
  for (size_t i = 0; i <= kTrustedKeysMax; ++i)
    paths.push_back(write("key" + std::to_string(i), std::string(32 + i, 'a')));
  EXPECT_FALSE(KeyRing::load(paths).has_value());
  paths.pop_back();
  EXPECT_TRUE(KeyRing::load(paths).has_value());
}

}  // namespace
}  // namespace chat::gateway
