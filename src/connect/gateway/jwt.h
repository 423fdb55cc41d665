// Tokens: JSON Web Tokens in compact form (RFC 7519, RFC 7515), checked without any I/O: nothing in
// a token makes us fetch, open or look up anything but one of the keys that are already trusted.
// A key has one algorithm; the token's header may only agree with it (RFC 8725 section 3.1).
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connect/crypto/signature.h"
#include "connect/gateway/authenticator.h"
#include "connect/protocol/error.h"

namespace chat::gateway {

// Ours are 300 bytes; identity providers' with many claims are 2-4 KB.
inline constexpr size_t kTokenBytesMax = 8 * 1024;
// A token without a `kid` is tried with every key of its algorithm: 32 x 50 us at most.
inline constexpr size_t kTrustedKeysMax = 32;
// How far an issuer's clock may be ahead of ours: for `nbf` only. `exp` gets no leeway: a token
// that has expired by our clock is expired.
inline constexpr int64_t kNotBeforeLeewayMs = 60'000;

struct TrustedKey {
  std::string kid;  // from a key set; empty: fits any token of its algorithm
  crypto::SignatureKey key;
};

// The keys that are trusted at one moment.
class KeySet {
 public:
  explicit KeySet(std::vector<TrustedKey> keys) : keys_(std::move(keys)) {}
  const std::vector<TrustedKey>& keys() const { return keys_; }
  // By the key's fingerprint.
  bool holds(std::string_view fingerprint) const;

 private:
  std::vector<TrustedKey> keys_;
};

struct TokenRules {
  std::string issuer;    // what `iss` must be; empty: any
  std::string audience;  // what `aud` must be or contain; empty: any
};

// A kid that we take: 1-128 printable ASCII characters, none of which is used in paths or quotes.
bool is_key_id(std::string_view text);

// The identity that the token proves, its key_id the fingerprint of the key. token_invalid for what
// is not to be believed at all, token_expired for what was good until `exp`.
protocol::Result<Identity> check_token(std::string_view token, const KeySet& keys,
                                       const TokenRules& rules, int64_t now_ms);

struct TokenClaims {
  protocol::UserId user;
  std::string issuer;    // empty: left out
  std::string audience;  // empty: left out
  int64_t issued_ms = 0;
  int64_t expires_ms = 0;  // rounded down to a second
};
// kInvalid when the key cannot sign. `kid` may be empty.
base::Result<std::string> mint_token(const crypto::SignatureKey& key, std::string_view kid,
                                     const TokenClaims& claims);

}  // namespace chat::gateway
