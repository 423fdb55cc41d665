#include "connect/gateway/key_file.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "connect/base/log.h"
#include "connect/crypto/digest.h"
#include "connect/protocol/json_in.h"

namespace chat::gateway {
namespace {

using base::Code;
using base::Result;
using base::unexpected;
using crypto::SignatureKey;
using protocol::json::Value;

constexpr size_t kSecretFileBytesMax = 1024;

std::string_view text_of(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(Value::Type::kString) ? std::string_view(value->string)
                                                             : std::string_view();
}

Result<std::string> bytes_of(const Value& jwk, std::string_view name) {
  const auto bytes = crypto::from_base64url(text_of(jwk, name));
  if (!bytes || bytes->empty())
    return unexpected(Code::kInvalid, "its `" + std::string(name) + "` is no base64url");
  return *bytes;
}

bool may_verify(const Value& jwk) {
  const std::string_view use = text_of(jwk, "use");
  if (!use.empty() && use != "sig") return false;
  const Value* operations = jwk.find("key_ops");
  if (operations == nullptr) return true;
  return std::any_of(operations->array.begin(), operations->array.end(),
                     [](const Value& operation) { return operation.string == "verify"; });
}

// The one algorithm of ours that keys of this type and curve have; empty: none.
std::string_view algorithm_of_type(const Value& jwk) {
  const std::string_view type = text_of(jwk, "kty");
  const std::string_view curve = text_of(jwk, "crv");
  if (type == "RSA") return "RS256";
  if (type == "oct") return "HS256";
  if (type == "EC" && curve == "P-256") return "ES256";
  if (type == "OKP" && curve == "Ed25519") return "EdDSA";
  return {};
}

bool is_usable(const Value& jwk) {
  const std::string_view algorithm = algorithm_of_type(jwk);
  const std::string_view said = text_of(jwk, "alg");
  return !algorithm.empty() && (said.empty() || said == algorithm) && may_verify(jwk);
}

Result<SignatureKey> key_of(const Value& jwk) {
  const std::string_view type = text_of(jwk, "kty");
  if (type == "oct") {
    TRY_ASSIGN(const std::string secret, bytes_of(jwk, "k"));
    return SignatureKey::from_secret(secret);
  }
  if (type == "RSA") {
    TRY_ASSIGN(const std::string n, bytes_of(jwk, "n"));
    TRY_ASSIGN(const std::string e, bytes_of(jwk, "e"));
    return SignatureKey::from_rsa(n, e);
  }
  TRY_ASSIGN(const std::string x, bytes_of(jwk, "x"));
  if (type == "OKP") return SignatureKey::from_ed25519(x);
  TRY_ASSIGN(const std::string y, bytes_of(jwk, "y"));
  return SignatureKey::from_p256(x, y);
}

Result<TrustedKey> trusted_of(const Value& jwk) {
  const Value* kid = jwk.find("kid");
  if (kid != nullptr && (!kid->is(Value::Type::kString) || !is_key_id(kid->string)))
    return unexpected(Code::kInvalid,
                      "its `kid` is not 1 to 128 printable characters without / \\ or quotes");
  TRY_ASSIGN(SignatureKey key, key_of(jwk));
  return TrustedKey{kid == nullptr ? std::string() : kid->string, std::move(key)};
}

Result<std::vector<TrustedKey>> parse_jwks(std::string_view text) {
  auto document = protocol::json::parse(text);
  if (!document) return unexpected(Code::kInvalid, "no JWK set: " + document.error().message);
  const Value* set = document->find("keys");
  const std::vector<Value> entries =
      set != nullptr ? set->array : std::vector<Value>{std::move(*document)};
  std::vector<TrustedKey> keys;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!is_usable(entries[i])) continue;
    auto trusted = trusted_of(entries[i]);
    if (!trusted)
      return unexpected(Code::kInvalid,
                        "key " + std::to_string(i + 1) + " of the set: " + trusted.error().message);
    const bool doubled = std::any_of(keys.begin(), keys.end(), [&trusted](const TrustedKey& key) {
      return !key.kid.empty() && key.kid == trusted->kid;
    });
    if (doubled) return unexpected(Code::kInvalid, "two keys of the set have the same `kid`");
    keys.push_back(std::move(*trusted));
  }
  if (keys.empty())
    return unexpected(Code::kInvalid, "the set has no key for RS256, ES256, EdDSA or HS256");
  return keys;
}

// A secret that was written by an editor or `openssl rand -hex 32` ends its line; one of random
// bytes may end in any of them.
std::string_view without_line_end(std::string_view secret) {
  std::string_view line = secret;
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool printable = std::all_of(line.begin(), line.end(), [](char c) {
    return std::isprint(static_cast<unsigned char>(c)) != 0;
  });
  return printable ? line : secret;
}

// A file that was meant as something else must not become a secret: what a public key file holds is
// known to everybody.
Result<SignatureKey> secret_of_file(std::string_view bytes) {
  const bool is_der = bytes[0] == 0x30 && bytes.size() > 2 && (bytes[1] & 0x80) != 0;
  if (is_der || bytes.starts_with("ssh-") || bytes.starts_with("ecdsa-"))
    return unexpected(Code::kInvalid, "it is a key in DER or OpenSSH form, PEM is read");
  if (bytes.size() > kSecretFileBytesMax)
    return unexpected(Code::kInvalid, "it is no PEM and no JWK set, and for a secret of HS256 " +
                                          std::to_string(bytes.size()) + " bytes are too many");
  return SignatureKey::from_secret(without_line_end(bytes));
}

}  // namespace

Result<std::vector<TrustedKey>> parse_keys(std::string_view bytes) {
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == bytes.npos) return unexpected(Code::kInvalid, "it is empty");
  if (bytes[first] == '{') return parse_jwks(bytes);
  auto key = bytes.find("-----BEGIN ") != bytes.npos ? SignatureKey::from_pem(bytes)
                                                     : secret_of_file(bytes);
  if (!key) return base::Unexpected{std::move(key.error())};
  std::vector<TrustedKey> keys;
  keys.push_back(TrustedKey{{}, std::move(*key)});
  return keys;
}

Result<SignatureKey> load_signing_key(const std::string& path) {
  TRY_ASSIGN(const std::string bytes, crypto::read_file(path));
  auto keys = parse_keys(bytes);
  if (!keys) return unexpected(keys.error().code, path + ": " + keys.error().message);
  const auto signer = std::find_if(
      keys->begin(), keys->end(), [](const TrustedKey& trusted) { return trusted.key.can_sign(); });
  if (signer == keys->end())
    return unexpected(Code::kInvalid, path + " holds public keys only: they cannot sign");
  return signer->key;
}

KeyRing::KeyRing(std::vector<File> files) : files_(std::move(files)) {}

Result<KeyRing::File> KeyRing::load_file(const std::string& path) {
  // The stamp is taken first: what changes while the file is read is seen by the next refresh.
  TRY_ASSIGN(const crypto::FileStamp stamp, crypto::stamp_of(path));
  TRY_ASSIGN(const std::string bytes, crypto::read_file(path));
  auto keys = parse_keys(bytes);
  if (!keys) return unexpected(keys.error().code, path + ": " + keys.error().message);
  return File{path, stamp, std::move(*keys)};
}

Result<std::vector<TrustedKey>> KeyRing::merge(const std::vector<File>& files) {
  std::vector<TrustedKey> all;
  for (const File& file : files) all.insert(all.end(), file.keys.begin(), file.keys.end());
  if (all.size() > kTrustedKeysMax)
    return unexpected(Code::kInvalid, "the key files hold " + std::to_string(all.size()) +
                                          " keys, at most " + std::to_string(kTrustedKeysMax) +
                                          " are trusted at a time");
  return all;
}

Result<std::unique_ptr<KeyRing>> KeyRing::load(const std::vector<std::string>& paths) {
  std::vector<File> files;
  for (const std::string& path : paths) {
    TRY_ASSIGN(File file, load_file(path));
    files.push_back(std::move(file));
  }
  TRY_ASSIGN(std::vector<TrustedKey> keys, merge(files));
  std::unique_ptr<KeyRing> ring(new KeyRing(std::move(files)));
  ring->keys_ = std::make_shared<const KeySet>(std::move(keys));
  return ring;
}

std::shared_ptr<const KeySet> KeyRing::snapshot() const {
  std::lock_guard lock(mutex_);
  return keys_;
}

bool KeyRing::refresh_file(File& file) {
  const auto stamp = crypto::stamp_of(file.path);
  const crypto::FileStamp now = stamp ? *stamp : crypto::FileStamp{};
  if (now == file.stamp) {
    file.broken.reset();
    return false;
  }
  auto loaded = load_file(file.path);
  if (loaded) {
    base::log_info("key file read again", {{"file", file.path}, {"keys", loaded->keys.size()}});
    file = std::move(*loaded);
    return true;
  }
  // Its stamp stays the one of the keys it gave, so that it is tried again.
  if (std::exchange(file.broken, now) == now) return false;
  base::log_error("key file is broken, its old keys stay trusted",
                  {{"file", file.path}, {"why", loaded.error().message}});
  return false;
}

bool KeyRing::refresh() {
  std::lock_guard refreshing(refresh_mutex_);
  bool changed = false;
  for (File& file : files_) changed |= refresh_file(file);
  if (!changed) return false;
  auto keys = merge(files_);
  if (keys) {
    replace(std::move(*keys));
    return true;
  }
  base::log_error("too many keys, none is added", {{"why", keys.error().message}});
  std::vector<TrustedKey> rest = still_held();
  if (rest.size() == snapshot()->keys().size()) return false;
  replace(std::move(rest));
  return true;
}

// The trusted keys that some file still holds under the same name.
std::vector<TrustedKey> KeyRing::still_held() const {
  std::vector<TrustedKey> rest;
  for (const TrustedKey& key : snapshot()->keys()) {
    const auto is_it = [&key](const TrustedKey& other) {
      return other.kid == key.kid && other.key.fingerprint() == key.key.fingerprint();
    };
    if (std::ranges::any_of(
            files_, [&](const File& file) { return std::ranges::any_of(file.keys, is_it); }))
      rest.push_back(key);
  }
  return rest;
}

void KeyRing::replace(std::vector<TrustedKey> keys) {
  {
    std::lock_guard lock(mutex_);
    keys_ = std::make_shared<const KeySet>(std::move(keys));
  }
  ++version_;
}

}  // namespace chat::gateway
