#include "connect/app/mint.h"

#include <charconv>
#include <span>

#include "connect/base/clock.h"
#include "connect/gateway/jwt_authenticator.h"
#include "connect/gateway/key_file.h"
#include "connect/store/data_directory.h"

namespace chat::app {
namespace {

using base::Code;

int64_t unit_ms(char unit) {
  switch (unit) {
    case 's': return 1'000;
    case 'm': return 60'000;
    case 'h': return 3'600'000;
    case 'd': return 86'400'000;
    default: return 0;
  }
}

}  // namespace

base::Result<int64_t> parse_lifetime(std::string_view text) {
  constexpr int64_t kLifetimeMaxMs = 3653LL * 86'400'000;
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool one_unit = error == std::errc() && end + 1 == text.data() + text.size();
  const int64_t unit = one_unit ? unit_ms(*end) : 0;
  if (unit == 0 || count < 1 || count > kLifetimeMaxMs / unit)
    return base::unexpected(Code::kInvalid,
                            "--ttl is a time like 90s, 15m, 1h or 30d, up to ten years");
  return count * unit;
}

base::Result<std::string> mint(const MintOptions& options) {
  const auto user = protocol::UserId::parse(options.user);
  if (!user) return base::unexpected(Code::kInvalid, "--sub is 1 to 128 bytes");
  TRY_ASSIGN(const int64_t lifetime_ms, parse_lifetime(options.lifetime));
  const int64_t now_ms = base::SystemClock().wall_ms();
  if (options.key_file.empty() && options.data.empty())
    return base::unexpected(Code::kInvalid,
                            "a token needs --jwt-key FILE, or --data DIR of a "
                            "server with --auth dev");
  if (!options.data.empty()) {
    TRY(store::read_format(options.data));
    TRY_ASSIGN(const auto secret, store::read_secret(options.data));
    return gateway::DevAuthenticator(secret).mint(*user, now_ms, lifetime_ms);
  }
  if (!options.kid.empty() && !gateway::is_key_id(options.kid))
    return base::unexpected(Code::kInvalid, "--kid is no key id");
  TRY_ASSIGN(const crypto::SignatureKey key, gateway::load_signing_key(options.key_file));
  return gateway::mint_token(
      key, options.kid, {*user, options.issuer, options.audience, now_ms, now_ms + lifetime_ms});
}

}  // namespace chat::app
