#include "connect/gateway/jwt.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "connect/crypto/digest.h"
#include "connect/gateway/jwt_authenticator.h"
#include "connect/gateway/test_keys.h"

namespace chat::gateway {
namespace {

using crypto::SignatureKey;
using protocol::ErrorCode;
using protocol::UserId;

constexpr int64_t kNow = 1'795'000'000'000;
constexpr int64_t kNowSeconds = kNow / 1000;

SignatureKey rsa() { return *SignatureKey::from_pem(test_keys::kRsaPrivate); }
SignatureKey secret() { return *SignatureKey::from_secret(std::string(32, 's')); }

KeySet rsa_set(const std::string& kid = "one") {
  std::vector<TrustedKey> keys;
  keys.push_back({kid, *SignatureKey::from_pem(test_keys::kRsaPublic)});
  return KeySet(std::move(keys));
}

const TokenRules kRules{"https://issuer.example", "connect"};
constexpr const char* kGoodHeader = R"({"alg":"RS256","kid":"one"})";

std::string good_payload() {
  return R"({"sub":"alice","iss":"https://issuer.example","aud":"connect","exp":)" +
         std::to_string(kNowSeconds + 60) + "}";
}

std::string sign(const SignatureKey& key, std::string_view header, std::string_view payload) {
  std::string token = crypto::base64url(header) + "." + crypto::base64url(payload);
  return token + "." + crypto::base64url(*key.sign(token));
}

TEST(Jwt, AMintedTokenProvesItsUser) {
  const SignatureKey key = rsa();
  auto token = mint_token(key, "one",
                          {UserId("al\"ice"), kRules.issuer, kRules.audience, kNow, kNow + 60'000});
  ASSERT_TRUE(token.has_value());
  auto identity = check_token(*token, rsa_set(), kRules, kNow);
  ASSERT_TRUE(identity.has_value()) << identity.error().message;
  EXPECT_EQ(identity->user.value(), "al\"ice");
  EXPECT_EQ(identity->expires_ms, kNow + 60'000);
  EXPECT_EQ(identity->key_id, key.fingerprint());
  EXPECT_FALSE(
      mint_token(*SignatureKey::from_pem(test_keys::kRsaPublic), "", {UserId("a")}).has_value());
}

struct Case {
  const char* what;
  std::string token;
  ErrorCode code;
};

std::vector<Case> header_cases() {
  const SignatureKey key = rsa();
  const std::string payload = good_payload();
  const auto with = [&](const char* header) { return sign(key, header, payload); };
  const auto unsigned_part = [&](const char* header) {
    return crypto::base64url(header) + "." + crypto::base64url(payload) + ".";
  };
  const SignatureKey confused = *SignatureKey::from_secret(test_keys::kRsaPublic);
  const auto invalid = ErrorCode::kTokenInvalid;
  return {
      {"nothing", "", ErrorCode::kTokenMissing},
      {"alg none, unsigned", unsigned_part(R"({"alg":"none"})"), invalid},
      {"alg none, signed", with(R"({"alg":"none","kid":"one"})"), invalid},
      {"alg NoNe", unsigned_part(R"({"alg":"NoNe"})"), invalid},
      {"HS/RS confusion", sign(confused, R"({"alg":"HS256","kid":"one"})", payload), invalid},
      {"HS/RS confusion without kid", sign(confused, R"({"alg":"HS256"})", payload), invalid},
      {"another algorithm's name", with(R"({"alg":"RS512","kid":"one"})"), invalid},
      {"alg of lower case", with(R"({"alg":"rs256","kid":"one"})"), invalid},
      {"alg no string", with(R"({"alg":["RS256"],"kid":"one"})"), invalid},
      {"no alg", with(R"({"kid":"one"})"), invalid},
      {"alg twice", with(R"({"alg":"RS256","alg":"RS256","kid":"one"})"), invalid},
      {"jku", with(R"({"alg":"RS256","kid":"one","jku":"https://evil.example/k"})"), invalid},
      {"x5u", with(R"({"alg":"RS256","kid":"one","x5u":"https://evil.example/k"})"), invalid},
      {"jwk", with(R"({"alg":"RS256","kid":"one","jwk":{}})"), invalid},
      {"x5c", with(R"({"alg":"RS256","kid":"one","x5c":[]})"), invalid},
      {"crit", with(R"({"alg":"RS256","kid":"one","crit":["b64"],"b64":false})"), invalid},
      {"a path in kid", with(R"({"alg":"RS256","kid":"../../dev/null"})"), invalid},
      {"a quote in kid", with(R"({"alg":"RS256","kid":"x' OR '1"})"), invalid},
      {"NUL in kid", with(R"({"alg":"RS256","kid":"one\u0000"})"), invalid},
      {"an unknown kid", with(R"({"alg":"RS256","kid":"two"})"), invalid},
      {"kid no string", with(R"({"alg":"RS256","kid":1})"), invalid},
      {"header no object", with(R"(["RS256"])"), invalid},
      {"header no JSON", with(R"({"alg":)"), invalid},
      {"header deep", with((R"({"alg":"RS256","x":)" + std::string(100, '[') + "}").c_str()),
       invalid},
  };
}

std::vector<Case> payload_cases() {
  const SignatureKey key = rsa();
  const auto with = [&](const std::string& payload) { return sign(key, kGoodHeader, payload); };
  const std::string exp = R"(,"exp":)" + std::to_string(kNowSeconds + 60);
  const std::string named = R"("iss":"https://issuer.example","aud":"connect")";
  const auto invalid = ErrorCode::kTokenInvalid;
  return {
      {"expired", with(R"({"sub":"a",)" + named + R"(,"exp":)" + std::to_string(kNowSeconds) + "}"),
       ErrorCode::kTokenExpired},
      {"no exp", with(R"({"sub":"a",)" + named + "}"), invalid},
      {"exp text", with(R"({"sub":"a",)" + named + R"(,"exp":"1999999999"})"), invalid},
      {"exp huge", with(R"({"sub":"a",)" + named + R"(,"exp":1e300})"), invalid},
      {"exp negative", with(R"({"sub":"a",)" + named + R"(,"exp":-1})"), invalid},
      {"exp null", with(R"({"sub":"a",)" + named + R"(,"exp":null})"), invalid},
      {"not yet valid",
       with(R"({"sub":"a",)" + named + exp + R"(,"nbf":)" + std::to_string(kNowSeconds + 61) + "}"),
       invalid},
      {"nbf text", with(R"({"sub":"a",)" + named + exp + R"(,"nbf":"0"})"), invalid},
      {"another issuer",
       with(R"({"sub":"a","iss":"https://evil.example","aud":"connect")" + exp + "}"), invalid},
      {"no issuer", with(R"({"sub":"a","aud":"connect")" + exp + "}"), invalid},
      {"another audience",
       with(R"({"sub":"a","iss":"https://issuer.example","aud":"other")" + exp + "}"), invalid},
      {"audiences without ours",
       with(R"({"sub":"a","iss":"https://issuer.example","aud":["x","y",1])" + exp + "}"), invalid},
      {"no audience", with(R"({"sub":"a","iss":"https://issuer.example")" + exp + "}"), invalid},
      {"no sub", with("{" + named + exp + "}"), invalid},
      {"empty sub", with(R"({"sub":"",)" + named + exp + "}"), invalid},
      {"long sub", with(R"({"sub":")" + std::string(129, 'a') + R"(",)" + named + exp + "}"),
       invalid},
      {"NUL in sub", with(R"({"sub":"a\u0000b",)" + named + exp + "}"), invalid},
      {"sub no string", with(R"({"sub":7,)" + named + exp + "}"), invalid},
      {"payload no object", with("7"), invalid},
      {"payload twice sub", with(R"({"sub":"a","sub":"b",)" + named + exp + "}"), invalid},
  };
}

std::vector<Case> form_cases() {
  const std::string good = sign(rsa(), kGoodHeader, good_payload());
  const std::string foreign =
      sign(*SignatureKey::from_pem(test_keys::kOtherRsaPrivate), kGoodHeader, good_payload());
  const size_t dot = good.rfind('.');
  std::string altered = good;
  altered[good.find('.') + 5] ^= 1;
  const auto invalid = ErrorCode::kTokenInvalid;
  return {
      {"text", "hello", invalid},
      {"two parts", good.substr(0, dot), invalid},
      {"four parts", good + ".x", invalid},
      {"no signature", good.substr(0, dot + 1), invalid},
      {"padding", good + "=", invalid},
      {"a space", " " + good, invalid},
      {"a line end", good + "\n", invalid},
      {"altered payload", altered, invalid},
      {"another's signature", foreign, invalid},
      {"too long", good + std::string(kTokenBytesMax, 'A'), invalid},
      {"dots", "..", invalid},
  };
}

TEST(Jwt, RefusesWhatIsNotToBeBelieved) {
  for (const auto& cases : {header_cases(), payload_cases(), form_cases()}) {
    for (const Case& bad : cases) {
      auto identity = check_token(bad.token, rsa_set(), kRules, kNow);
      ASSERT_FALSE(identity.has_value()) << bad.what;
      EXPECT_EQ(identity.error().code, bad.code) << bad.what << ": " << identity.error().message;
      EXPECT_EQ(identity.error().message.find("evil"), std::string::npos) << "text of a client";
    }
  }
}

TEST(Jwt, TakesEveryFormThatIsGood) {
  const SignatureKey key = rsa();
  const std::string exp = R"(,"exp":)" + std::to_string(kNowSeconds + 60);
  const std::string issuer = R"("sub":"alice","iss":"https://issuer.example")";
  const std::vector<std::string> tokens = {
      sign(key, kGoodHeader, good_payload()),
      sign(key, R"({"typ":"JWT","alg":"RS256"})", good_payload()),  // no kid: any RS256 key
      sign(key, kGoodHeader, "{" + issuer + R"(,"aud":["x","connect"])" + exp + "}"),
      sign(key, kGoodHeader,
           "{" + issuer + R"(,"aud":"connect")" + exp + R"(.5,"nbf":)" +
               std::to_string(kNowSeconds + 59) + "}"),
      sign(key, kGoodHeader,
           "{" + issuer + R"(,"aud":"connect","iat":1,"name":{"a":[1,null,true]})" + exp + "}"),
  };
  for (const std::string& token : tokens) {
    auto identity = check_token(token, rsa_set(), kRules, kNow);
    EXPECT_TRUE(identity.has_value()) << identity.error().message;
  }
}

TEST(Jwt, AKeyWithoutKidFitsATokenWithOne) {
  const std::string token = sign(rsa(), R"({"alg":"RS256","kid":"anything"})", good_payload());
  EXPECT_TRUE(check_token(token, rsa_set(""), kRules, kNow).has_value());
  EXPECT_FALSE(check_token(token, rsa_set("other"), kRules, kNow).has_value());
}

TEST(Jwt, EachKeyIsUsedWithItsOwnAlgorithmOnly) {
  std::vector<TrustedKey> keys;
  keys.push_back({"rsa", rsa()});
  keys.push_back({"hmac", secret()});
  const KeySet set(std::move(keys));
  EXPECT_TRUE(check_token(sign(secret(), R"({"alg":"HS256","kid":"hmac"})", good_payload()), set,
                          kRules, kNow)
                  .has_value());
  EXPECT_FALSE(check_token(sign(secret(), R"({"alg":"HS256","kid":"rsa"})", good_payload()), set,
                           kRules, kNow)
                   .has_value());
  EXPECT_FALSE(
      check_token(sign(rsa(), R"({"alg":"RS256","kid":"hmac"})", good_payload()), set, kRules, kNow)
          .has_value());
}

TEST(DevAuthenticator, ItsTokensAreGoodForItsOwnDirectoryOnly) {
  const std::vector<uint8_t> one(32, 1);
  const std::vector<uint8_t> other(32, 2);
  const DevAuthenticator authenticator{one};
  const std::string token = authenticator.mint(UserId("bob"), kNow, 60'000);
  auto identity = authenticator.authenticate(token, kNow);
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->user.value(), "bob");
  EXPECT_TRUE(authenticator.trusts(*identity));
  EXPECT_EQ(authenticator.authenticate(token, kNow + 60'000).error().code,
            ErrorCode::kTokenExpired);
  EXPECT_FALSE(DevAuthenticator{other}.authenticate(token, kNow).has_value());
  EXPECT_FALSE(DevAuthenticator{other}.trusts(*identity));
}

}  // namespace
}  // namespace chat::gateway
