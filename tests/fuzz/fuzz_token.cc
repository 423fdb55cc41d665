// Any bytes as a token and as a key file: whatever they are, they are refused or read, never more.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "connect/crypto/digest.h"
#include "connect/gateway/jwt.h"
#include "connect/gateway/key_file.h"

namespace {

using namespace chat;

gateway::KeySet make_keys() {
  std::vector<gateway::TrustedKey> keys;
  keys.push_back({"one", *crypto::SignatureKey::from_secret(std::string(32, 's'))});
  return gateway::KeySet(std::move(keys));
}

void check(const gateway::KeySet& keys, std::string_view token) {
  const auto identity = gateway::check_token(token, keys, {"issuer", ""}, 1'000'000);
  if (identity && (identity->user.value().empty() || identity->expires_ms <= 1'000'000))
    std::abort();
}

// With a good signature around it, so that the claims are reached.
void check_signed(const gateway::KeySet& keys, std::string_view payload) {
  std::string token = crypto::base64url(R"({"alg":"HS256","kid":"one"})");
  token += "." + crypto::base64url(payload);
  token += "." + crypto::base64url(*keys.keys().front().key.sign(token));
  check(keys, token);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const gateway::KeySet keys = make_keys();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(keys, bytes);
  check_signed(keys, bytes);
  static_cast<void>(gateway::parse_keys(bytes));
  return 0;
}
