// DataDirectory: the directory in which one machine keeps everything.
//
//     FORMAT   "connect 1\n": what this is, and of which version
//     LOCK     held (flock) by the process that uses it; its number is inside
//     secret   32 random bytes, mode 0600: development tokens and cursors' seals derive from it
//     db/      the chat database
//
// FORMAT is written last, so a directory that holds it is whole; one that holds nothing but LOCK
// and secret is a creation that was cut, and is completed.
//
// Thread rule: constant once it is open; any thread. Owner: main.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "connect/base/result.h"

namespace chat::store {

inline constexpr int kFormatVersion = 1;
inline constexpr size_t kSecretBytes = 32;

class DataDirectory final {
 public:
  // Opens the directory, or creates it where there is nothing or an empty directory, and holds its
  // lock until destroyed. Refused with kInvalid, and a message that names it and says what to do:
  // files of something else, a newer format, a secret that others may read. kUnavailable: another
  // process uses it.
  static base::Result<std::unique_ptr<DataDirectory>> open(const std::string& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string database_path() const { return (path_ / "db").string(); }
  const std::array<uint8_t, kSecretBytes>& secret() const { return secret_; }

 private:
  explicit DataDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  base::Status lock();
  base::Status load();

  const std::filesystem::path path_;
  int lock_fd_ = -1;  // held until destroyed
  std::array<uint8_t, kSecretBytes> secret_{};
};

// Writes FORMAT and the secret into a directory that is being made.
base::Status write_identity(const std::filesystem::path& directory,
                            const std::array<uint8_t, kSecretBytes>& secret);
// The version in the directory's FORMAT, when this program can use it; kNotFound: it has no FORMAT.
base::Result<int> read_format(const std::filesystem::path& directory);
base::Result<std::array<uint8_t, kSecretBytes>> read_secret(const std::filesystem::path& directory);

}  // namespace chat::store
