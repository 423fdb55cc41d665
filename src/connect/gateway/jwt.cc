#include "connect/gateway/jwt.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "connect/base/json_escape.h"
#include "connect/crypto/digest.h"
#include "connect/protocol/json_in.h"

namespace chat::gateway {
namespace {

using protocol::ErrorCode;
using protocol::Result;
using protocol::json::Value;

constexpr size_t kTokenDepthMax = 8;
// Header members that point to a key elsewhere, carry one, or change how a token must be read
// (RFC 7515 section 4.1): a verifier that does not fetch refuses them by name.
constexpr std::array<std::string_view, 5> kRefusedMembers = {"jku", "x5u", "jwk", "x5c", "crit"};

base::Unexpected<protocol::Error> invalid(std::string why) {
  return protocol::refuse(ErrorCode::kTokenInvalid, "the token " + std::move(why));
}

struct Parts {
  std::string_view signed_part;  // header.payload
  std::string header;            // JSON
  std::string payload;           // JSON
  std::string signature;
};

Result<Parts> split(std::string_view token) {
  if (token.size() > kTokenBytesMax) return invalid("is longer than 8 KiB");
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return invalid("is not of three parts");
  const auto header = crypto::from_base64url(token.substr(0, first));
  const auto payload = crypto::from_base64url(token.substr(first + 1, second - first - 1));
  const auto signature = crypto::from_base64url(token.substr(second + 1));
  if (!header || !payload || !signature) return invalid("is no base64url");
  return Parts{token.substr(0, second), *header, *payload, *signature};
}

Result<Value> parse_object(std::string_view text, const char* what) {
  auto value = protocol::json::parse(text, kTokenDepthMax);
  if (!value || !value->is(Value::Type::kObject))
    return invalid("has a " + std::string(what) + " that is no JSON object");
  return std::move(*value);
}

struct Header {
  std::string algorithm;
  std::string kid;  // empty: absent
};

Result<Header> read_header(std::string_view text) {
  TRY_ASSIGN(const Value header, parse_object(text, "header"));
  for (std::string_view name : kRefusedMembers)
    if (header.find(name) != nullptr)
      return invalid("has `" + std::string(name) + "` in its header, which is not accepted");
  const Value* algorithm = header.find("alg");
  if (algorithm == nullptr || !algorithm->is(Value::Type::kString))
    return invalid("has no `alg` in its header");
  const Value* kid = header.find("kid");
  if (kid == nullptr) return Header{algorithm->string, {}};
  if (!kid->is(Value::Type::kString) || !is_key_id(kid->string))
    return invalid("has a `kid` that no key can have");
  return Header{algorithm->string, kid->string};
}

bool signed_by(const TrustedKey& trusted, const Header& header, const Parts& parts) {
  return crypto::name_of(trusted.key.algorithm()) == header.algorithm &&
         trusted.key.verify(parts.signed_part, parts.signature);
}

// Keys that the header names by its kid are the only ones asked (one, but for two key files); keys
// without a kid are asked for every token of their algorithm.
Result<const crypto::SignatureKey*> find_signer(const KeySet& keys, const Header& header,
                                                const Parts& parts) {
  bool named = false;
  for (const TrustedKey& trusted : keys.keys()) {
    if (header.kid.empty() || trusted.kid != header.kid) continue;
    if (signed_by(trusted, header, parts)) return &trusted.key;
    named = true;
  }
  if (named) return invalid("is not signed by the key that its `kid` names");
  for (const TrustedKey& trusted : keys.keys()) {
    if (!header.kid.empty() && !trusted.kid.empty()) continue;
    if (signed_by(trusted, header, parts)) return &trusted.key;
  }
  return invalid("is not signed by a key that is trusted here");
}

// A NumericDate (RFC 7519 section 2) in ms, down to the millisecond before; nothing when it is
// none.
std::optional<int64_t> milliseconds(const Value* value) {
  if (value == nullptr) return std::nullopt;
  if (!value->is(Value::Type::kInteger) && !value->is(Value::Type::kNumber)) return std::nullopt;
  constexpr double kSecondsMax = 1e11;  // the year 5138, far from where the product overflows
  const double seconds = value->number;
  if (!(seconds >= 0 && seconds <= kSecondsMax)) return std::nullopt;
  return static_cast<int64_t>(std::floor(seconds * 1000));
}

bool names(const Value* audience, std::string_view wanted) {
  if (audience == nullptr) return false;
  if (audience->is(Value::Type::kString)) return audience->string == wanted;
  return std::any_of(audience->array.begin(), audience->array.end(), [wanted](const Value& entry) {
    return entry.is(Value::Type::kString) && entry.string == wanted;
  });
}

Result<Identity> check_claims(const Value& claims, const TokenRules& rules, int64_t now_ms) {
  const Value* issuer = claims.find("iss");
  if (!rules.issuer.empty() &&
      (issuer == nullptr || !issuer->is(Value::Type::kString) || issuer->string != rules.issuer))
    return invalid("is of another issuer");
  if (!rules.audience.empty() && !names(claims.find("aud"), rules.audience))
    return invalid("is for another audience");
  const Value* subject = claims.find("sub");
  const auto user = subject == nullptr || !subject->is(Value::Type::kString)
                        ? std::nullopt
                        : protocol::UserId::parse(subject->string);
  if (!user) return invalid("has no `sub` of 1 to 128 bytes");
  const auto expires_ms = milliseconds(claims.find("exp"));
  if (!expires_ms) return invalid("has no `exp` in seconds");
  if (const Value* not_before = claims.find("nbf")) {
    const auto from_ms = milliseconds(not_before);
    if (!from_ms) return invalid("has an `nbf` that is not in seconds");
    if (*from_ms > now_ms + kNotBeforeLeewayMs) return invalid("is not valid yet");
  }
  if (*expires_ms <= now_ms)
    return protocol::refuse(ErrorCode::kTokenExpired, "the token has expired");
  return Identity{*user, *expires_ms, {}};
}

void append_claim(std::string& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  json += json.size() > 1 ? "," : "";
  base::append_json_string(json, name);
  json += ':';
  base::append_json_string(json, value);
}

}  // namespace

bool KeySet::holds(std::string_view fingerprint) const {
  return std::any_of(keys_.begin(), keys_.end(), [fingerprint](const TrustedKey& trusted) {
    return trusted.key.fingerprint() == fingerprint;
  });
}

bool is_key_id(std::string_view text) {
  if (text.empty() || text.size() > 128 || text.find("..") != text.npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("/\\'\"<>|;&$`").find(c) == std::string_view::npos;
  });
}

Result<Identity> check_token(std::string_view token, const KeySet& keys, const TokenRules& rules,
                             int64_t now_ms) {
  if (token.empty()) return protocol::refuse(ErrorCode::kTokenMissing, "there is no token");
  TRY_ASSIGN(const Parts parts, split(token));
  TRY_ASSIGN(const Header header, read_header(parts.header));
  // Nothing in the payload is looked at before the signature is good.
  TRY_ASSIGN(const crypto::SignatureKey* signer, find_signer(keys, header, parts));
  TRY_ASSIGN(const Value claims, parse_object(parts.payload, "payload"));
  TRY_ASSIGN(Identity identity, check_claims(claims, rules, now_ms));
  identity.key_id = signer->fingerprint();
  return identity;
}

base::Result<std::string> mint_token(const crypto::SignatureKey& key, std::string_view kid,
                                     const TokenClaims& claims) {
  std::string header = "{";
  append_claim(header, "alg", crypto::name_of(key.algorithm()));
  append_claim(header, "typ", "JWT");
  append_claim(header, "kid", kid);
  header += '}';
  std::string payload = "{";
  append_claim(payload, "sub", claims.user.value());
  append_claim(payload, "iss", claims.issuer);
  append_claim(payload, "aud", claims.audience);
  payload += ",\"iat\":" + std::to_string(claims.issued_ms / 1000);
  payload += ",\"exp\":" + std::to_string(claims.expires_ms / 1000) + "}";
  std::string token = crypto::base64url(header) + "." + crypto::base64url(payload);
  TRY_ASSIGN(const std::string signature, key.sign(token));
  return token + "." + crypto::base64url(signature);
}

}  // namespace chat::gateway
