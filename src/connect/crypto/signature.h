// Keys that sign and verify tokens: RS256, ES256, EdDSA (Ed25519) and HS256, over OpenSSL. The
// algorithm is a property of the key, so that nobody can ask a key to be used with another one.
// Thread rule: a SignatureKey is immutable; copies share it and may be used from any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "connect/base/result.h"

namespace chat::crypto {

enum class Algorithm { kRs256, kEs256, kEdDsa, kHs256 };
std::string_view name_of(Algorithm algorithm);  // "RS256", as RFC 7518 writes it

// RFC 7518 section 3.3 wants 2,048 bits, section 3.2 a secret as long as the hash.
inline constexpr int kRsaBitsMin = 2048;
inline constexpr int kRsaBitsMax = 8192;  // a verification's time grows with the square
inline constexpr size_t kSecretBytesMin = 32;

class SignatureKey final {
 public:
  // A PEM of one private or public key: RSA, EC on P-256 or Ed25519; the type gives the algorithm.
  static base::Result<SignatureKey> from_pem(std::string_view pem);
  // The bytes of a secret, for HS256.
  static base::Result<SignatureKey> from_secret(std::string_view secret);
  // Public keys from the decoded members of a JWK (RFC 7518 section 6, RFC 8037 section 2).
  static base::Result<SignatureKey> from_rsa(std::string_view n, std::string_view e);
  static base::Result<SignatureKey> from_p256(std::string_view x, std::string_view y);
  static base::Result<SignatureKey> from_ed25519(std::string_view x);

  Algorithm algorithm() const;
  bool can_sign() const;  // false for a public key
  // 64 hex digits that name the key by what it is; a private key and its public key share them.
  const std::string& fingerprint() const;

  // The signature as a JWS carries it: 64 bytes of r and s for ES256, not DER.
  bool verify(std::string_view message, std::string_view signature) const;
  // kInvalid for a public key.
  base::Result<std::string> sign(std::string_view message) const;

 private:
  struct Impl;
  explicit SignatureKey(std::shared_ptr<const Impl> impl);
  static base::Result<SignatureKey> from_native(void* native, bool is_private);

  std::shared_ptr<const Impl> impl_;  // shared: every copy of the key, none can change it
};

}  // namespace chat::crypto
