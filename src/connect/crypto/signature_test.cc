#include "connect/crypto/signature.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string>
#include <vector>

namespace chat::crypto {
namespace {

// A fresh key pair and its two PEM forms.
class Pair {
 public:
  explicit Pair(EVP_PKEY* key) : key_(key) {}
  ~Pair() { EVP_PKEY_free(key_); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  EVP_PKEY* key() const { return key_; }
  std::string private_pem() const { return pem(true); }
  std::string public_pem() const { return pem(false); }
  std::string number(const char* name, int bytes) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_, name, &value);
    std::string out(static_cast<size_t>(bytes == 0 ? BN_num_bytes(value) : bytes), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
    BN_free(value);
    return out;
  }

 private:
  std::string pem(bool is_private) const {
    BIO* memory = BIO_new(BIO_s_mem());
    if (is_private)
      PEM_write_bio_PrivateKey(memory, key_, nullptr, nullptr, 0, nullptr, nullptr);
    else
      PEM_write_bio_PUBKEY(memory, key_);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string text(data, static_cast<size_t>(size));
    BIO_free(memory);
    return text;
  }

  EVP_PKEY* key_;
};

Pair rsa(unsigned bits) { return Pair(EVP_RSA_gen(bits)); }
Pair ec(const char* curve) { return Pair(EVP_EC_gen(curve)); }
Pair ed25519() { return Pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

void expect_signs_and_verifies(const SignatureKey& signer, const SignatureKey& verifier) {
  EXPECT_TRUE(signer.can_sign());
  EXPECT_EQ(signer.algorithm(), verifier.algorithm());
  EXPECT_EQ(signer.fingerprint(), verifier.fingerprint());
  auto signature = signer.sign("message");
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(verifier.verify("message", *signature));
  EXPECT_FALSE(verifier.verify("massage", *signature));
  EXPECT_FALSE(verifier.verify("message", ""));
  EXPECT_FALSE(verifier.verify("message", signature->substr(1)));
  signature->back() = static_cast<char>(signature->back() ^ 1);
  EXPECT_FALSE(verifier.verify("message", *signature));
}

TEST(SignatureKey, EveryTypeSignsAndVerifiesFromPem) {
  const Pair pairs[] = {rsa(2048), ec("P-256"), ed25519()};
  const Algorithm algorithms[] = {Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa};
  for (size_t i = 0; i < 3; ++i) {
    auto signer = SignatureKey::from_pem(pairs[i].private_pem());
    auto verifier = SignatureKey::from_pem(pairs[i].public_pem());
    ASSERT_TRUE(signer.has_value() && verifier.has_value());
    EXPECT_EQ(verifier->algorithm(), algorithms[i]);
    EXPECT_FALSE(verifier->can_sign());
    EXPECT_FALSE(verifier->sign("message").has_value());
    expect_signs_and_verifies(*signer, *verifier);
  }
}

TEST(SignatureKey, PublicKeysFromTheMembersOfAJwk) {
  const Pair of_rsa = rsa(2048);
  auto from_rsa = SignatureKey::from_rsa(of_rsa.number(OSSL_PKEY_PARAM_RSA_N, 0),
                                         of_rsa.number(OSSL_PKEY_PARAM_RSA_E, 0));
  ASSERT_TRUE(from_rsa.has_value());
  expect_signs_and_verifies(*SignatureKey::from_pem(of_rsa.private_pem()), *from_rsa);

  const Pair of_ec = ec("P-256");
  auto from_ec = SignatureKey::from_p256(of_ec.number(OSSL_PKEY_PARAM_EC_PUB_X, 32),
                                         of_ec.number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
  ASSERT_TRUE(from_ec.has_value());
  expect_signs_and_verifies(*SignatureKey::from_pem(of_ec.private_pem()), *from_ec);

  const Pair of_ed = ed25519();
  std::string x(32, '\0');
  size_t size = x.size();
  EVP_PKEY_get_raw_public_key(of_ed.key(), reinterpret_cast<unsigned char*>(x.data()), &size);
  auto from_ed = SignatureKey::from_ed25519(x);
  ASSERT_TRUE(from_ed.has_value());
  expect_signs_and_verifies(*SignatureKey::from_pem(of_ed.private_pem()), *from_ed);
}

TEST(SignatureKey, ASecretSignsAndVerifies) {
  auto secret = SignatureKey::from_secret(std::string(32, 's'));
  ASSERT_TRUE(secret.has_value());
  expect_signs_and_verifies(*secret, *SignatureKey::from_secret(std::string(32, 's')));
  auto other = SignatureKey::from_secret(std::string(32, 't'));
  EXPECT_NE(secret->fingerprint(), other->fingerprint());
  EXPECT_FALSE(other->verify("message", *secret->sign("message")));
}

// RFC 8037 appendix A.4.
TEST(SignatureKey, VerifiesAPublishedSignature) {
  const std::string x =
      "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23"
      "\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
  const std::string signature =
      "\x86\x0c\x98\xd2\x29\x7f\x30\x60\xa3\x3f\x42\x73\x96\x72\xd6\x1b\x53\xcf\x3a\xde\xfe\xd3\xd3"
      "\xc6\x72\xf3\x20\xdc\x02\x1b\x41\x1e\x9d\x59\xb8\x62\x8d\xc3\x51\xe2\x48\xb8\x8b\x29\x46\x8e"
      "\x0e\x41\x85\x5b\x0f\xb7\xd8\x3b\xb1\x5b\xe9\x02\xbf\xcc\xb8\xcd\x0a\x02";
  auto key = SignatureKey::from_ed25519(x);
  ASSERT_TRUE(key.has_value());
  EXPECT_TRUE(key->verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", signature));
}

struct Refusal {
  base::Result<SignatureKey> made;
  std::string says;
};

TEST(SignatureKey, RefusesWeakAndForeignKeysByName) {
  const std::vector<Refusal> refusals = {
      {SignatureKey::from_secret("0123456789abcdef"), "the key is 16 bytes, HS256 needs 32"},
      {SignatureKey::from_pem(rsa(1024).public_pem()), "1024 bits"},
      {SignatureKey::from_rsa(rsa(1024).number(OSSL_PKEY_PARAM_RSA_N, 0), "\x01\x00\x01"), "bits"},
      {SignatureKey::from_pem(ec("P-384").public_pem()), "ES256 needs P-256"},
      {SignatureKey::from_pem(Pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")).public_pem()),
       "type that is not used"},
      {SignatureKey::from_pem("no PEM"), "no public key"},
      {SignatureKey::from_pem("-----BEGIN CERTIFICATE-----\n"), "certificate"},
      {SignatureKey::from_pem("-----BEGIN PRIVATE KEY-----\n"), "private key cannot be read"},
      {SignatureKey::from_p256(std::string(32, '\1'), std::string(32, '\1')), "no point on P-256"},
      {SignatureKey::from_p256(std::string(31, '\1'), std::string(32, '\1')), "32 bytes each"},
      {SignatureKey::from_ed25519("short"), "32 bytes"},
      {SignatureKey::from_rsa(std::string(2000, '\xff'), "\x03"), "too long"},
      {SignatureKey::from_rsa("", ""), ""},
  };
  for (const Refusal& refusal : refusals) {
    ASSERT_FALSE(refusal.made.has_value()) << refusal.says;
    EXPECT_NE(refusal.made.error().message.find(refusal.says), std::string::npos)
        << refusal.made.error().message;
  }
}

// OpenSSL reads DER; a JWS holds r and s of 32 bytes each, padded on the left.
TEST(SignatureKey, AnEs256SignatureAlwaysHas64Bytes) {
  auto key = SignatureKey::from_pem(ec("P-256").private_pem());
  for (int i = 0; i < 600; ++i) {
    auto signature = key->sign(std::to_string(i));
    ASSERT_EQ(signature->size(), 64u);
    ASSERT_TRUE(key->verify(std::to_string(i), *signature));
  }
}

}  // namespace
}  // namespace chat::crypto
