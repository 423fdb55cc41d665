#include "connect/gateway/jwt_authenticator.h"

#include <utility>

#include "connect/base/check.h"
#include "connect/crypto/digest.h"

namespace chat::gateway {
namespace {

// Names both the issuer and the audience of development tokens.
constexpr std::string_view kDevName = "connect-dev";

KeySet dev_keys(std::span<const uint8_t> directory_secret) {
  const crypto::Digest secret =
      crypto::hmac_sha256(directory_secret, "connect development tokens, version 1");
  auto key = crypto::SignatureKey::from_secret(
      {reinterpret_cast<const char*>(secret.data()), secret.size()});
  CHECK(key.has_value());
  std::vector<TrustedKey> keys;
  keys.push_back(TrustedKey{{}, std::move(*key)});
  return KeySet(std::move(keys));
}

}  // namespace

JwtAuthenticator::JwtAuthenticator(std::unique_ptr<KeyRing> ring, TokenRules rules)
    : ring_(std::move(ring)), rules_(std::move(rules)) {}

base::Result<std::unique_ptr<JwtAuthenticator>> JwtAuthenticator::load(
    const std::vector<std::string>& key_files, TokenRules rules) {
  TRY_ASSIGN(std::unique_ptr<KeyRing> ring, KeyRing::load(key_files));
  return std::unique_ptr<JwtAuthenticator>(new JwtAuthenticator(std::move(ring), std::move(rules)));
}

protocol::Result<Identity> JwtAuthenticator::authenticate(std::string_view token,
                                                          int64_t now_ms) const {
  return check_token(token, *ring_->snapshot(), rules_, now_ms);
}

bool JwtAuthenticator::trusts(const Identity& identity) const {
  return ring_->snapshot()->holds(identity.key_id);
}

uint64_t JwtAuthenticator::version() const { return ring_->version(); }

bool JwtAuthenticator::refresh() { return ring_->refresh(); }

DevAuthenticator::DevAuthenticator(std::span<const uint8_t> directory_secret)
    : keys_(dev_keys(directory_secret)) {}

protocol::Result<Identity> DevAuthenticator::authenticate(std::string_view token,
                                                          int64_t now_ms) const {
  return check_token(token, keys_, {std::string(kDevName), std::string(kDevName)}, now_ms);
}

bool DevAuthenticator::trusts(const Identity& identity) const {
  return keys_.holds(identity.key_id);
}

protocol::Result<Login> DevAuthenticator::login(const protocol::UserId& user, int64_t now_ms) {
  return Login{mint(user, now_ms, kTokenLifetimeMs), now_ms + kTokenLifetimeMs};
}

std::string DevAuthenticator::mint(const protocol::UserId& user, int64_t now_ms,
                                   int64_t lifetime_ms) const {
  auto token = mint_token(
      keys_.keys().front().key, {},
      {user, std::string(kDevName), std::string(kDevName), now_ms, now_ms + lifetime_ms});
  CHECK(token.has_value());
  return std::move(*token);
}

}  // namespace chat::gateway
