// Key files: what a server trusts tokens by, on disk. A file is one of
//   * a PEM of one public or private key,
//   * a JWK set or a single JWK (RFC 7517), JSON,
//   * anything else: the bytes of an HS256 secret, 32 or more. Of a secret in printable characters
//     the end of its line does not count.
// Functions are pure over the file system; a KeyRing may be used from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/base/result.h"
#include "connect/crypto/signature.h"
#include "connect/crypto/watched_file.h"
#include "connect/gateway/jwt.h"

namespace chat::gateway {

// The keys in a file's bytes. Entries of a JWK set for other uses (`use`, `key_ops`) or of
// algorithms that are not used here are left out; kInvalid, naming the entry, for a weak or broken
// one and when nothing is left.
base::Result<std::vector<TrustedKey>> parse_keys(std::string_view bytes);
// The one key to sign with: a private PEM or a secret.
base::Result<crypto::SignatureKey> load_signing_key(const std::string& path);

// Several key files that are read again when they change.
class KeyRing final {
 public:
  // Refuses, naming it, a file that is missing or broken.
  static base::Result<std::unique_ptr<KeyRing>> load(const std::vector<std::string>& paths);

  // Shared with whoever checks a token at this moment: a refresh replaces the set as a whole and
  // never changes one that is in use.
  std::shared_ptr<const KeySet> snapshot() const;
  // Reads the files that have changed again. A broken or missing one keeps its old keys, is logged
  // as an error each time it changes, and is read again each time. Of too many keys none is added,
  // but those that no file holds any more go. True when the set of keys was replaced.
  bool refresh();
  uint64_t version() const { return version_.load(); }  // rises with each replacement

 private:
  struct File {
    std::string path;
    crypto::FileStamp stamp;
    std::vector<TrustedKey> keys;
    std::optional<crypto::FileStamp> broken{};  // what was logged
  };

  explicit KeyRing(std::vector<File> files);
  static base::Result<File> load_file(const std::string& path);
  static base::Result<std::vector<TrustedKey>> merge(const std::vector<File>& files);
  bool refresh_file(File& file);
  std::vector<TrustedKey> still_held() const;
  void replace(std::vector<TrustedKey> keys);

  std::mutex refresh_mutex_;
  std::vector<File> files_;  // guarded by refresh_mutex_
  mutable std::mutex mutex_;
  std::shared_ptr<const KeySet> keys_;  // guarded by mutex_
  std::atomic<uint64_t> version_{1};
};

}  // namespace chat::gateway
