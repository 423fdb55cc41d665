// The authenticators: tokens of an identity provider, checked by key files, and tokens that the
// server mints itself for development. Both are immutable but for the keys; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connect/base/result.h"
#include "connect/gateway/authenticator.h"
#include "connect/gateway/dev_login.h"
#include "connect/gateway/jwt.h"
#include "connect/gateway/key_file.h"

namespace chat::gateway {

class JwtAuthenticator final : public Authenticator {
 public:
  static base::Result<std::unique_ptr<JwtAuthenticator>> load(
      const std::vector<std::string>& key_files, TokenRules rules);

  protocol::Result<Identity> authenticate(std::string_view token, int64_t now_ms) const override;
  bool trusts(const Identity& identity) const override;
  uint64_t version() const override;
  // Reads changed key files again (KeyRing::refresh).
  bool refresh();

 private:
  JwtAuthenticator(std::unique_ptr<KeyRing> ring, TokenRules rules);

  const std::unique_ptr<KeyRing> ring_;
  const TokenRules rules_;
};

// Signs with a secret that follows from the data directory's: its tokens are good for this
// directory's server only, and whoever can read the directory can mint them.
class DevAuthenticator final : public Authenticator, public DevLogin {
 public:
  static constexpr int64_t kTokenLifetimeMs = 24LL * 3600 * 1000;

  explicit DevAuthenticator(std::span<const uint8_t> directory_secret);

  protocol::Result<Identity> authenticate(std::string_view token, int64_t now_ms) const override;
  bool trusts(const Identity& identity) const override;
  uint64_t version() const override { return 1; }
  protocol::Result<Login> login(const protocol::UserId& user, int64_t now_ms) override;
  // A token of any user.
  std::string mint(const protocol::UserId& user, int64_t now_ms, int64_t lifetime_ms) const;

 private:
  KeySet keys_;
};

}  // namespace chat::gateway
