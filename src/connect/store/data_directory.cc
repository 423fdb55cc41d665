#include "connect/store/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include "connect/base/random.h"
#include "connect/store/files.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormatName = "connect ";
constexpr size_t kFormatBytesMax = 64;

base::Unexpected<base::Error> refuse(const fs::path& path, const std::string& why) {
  return base::unexpected(base::Code::kInvalid, "the data directory " + path.string() + " " + why);
}

base::Status create(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return base::ok();
  errno = error.value();
  return system_error("cannot create the data directory", path);
}

// Refuses a directory that somebody else uses for something else, before anything is put into it.
base::Status check_ours_or_empty(const fs::path& path) {
  constexpr std::string_view kOfACutCreation[] = {"LOCK", "secret", "secret.new", "FORMAT.new"};
  std::error_code error;
  if (fs::exists(path / "FORMAT", error)) return base::ok();
  fs::directory_iterator entries(path, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (std::ranges::find(kOfACutCreation, name) == std::end(kOfACutCreation))
      return refuse(path, "holds " + name +
                              " but no FORMAT, so it is none of Connect's: name an empty or a new "
                              "directory, or restore a backup to one");
  }
  errno = error.value();
  if (error) return system_error("cannot list the data directory", path);
  return base::ok();
}

// The place of migrations: brings a directory of an older format up to date, step by step. No
// older format was ever released.
base::Status migrate(const fs::path& path, int version) {
  if (version == kFormatVersion) return base::ok();
  return refuse(
      path, "has format " + std::to_string(version) + ", which this program cannot migrate from");
}

}  // namespace

base::Result<std::unique_ptr<DataDirectory>> DataDirectory::open(const std::string& path) {
  if (path.empty()) return base::unexpected(base::Code::kInvalid, "the data directory has no name");
  std::unique_ptr<DataDirectory> directory(new DataDirectory(tidy_path(path)));
  TRY(create(directory->path_));
  TRY(check_ours_or_empty(directory->path_));
  TRY(directory->lock());
  TRY(directory->load());
  return directory;
}

DataDirectory::~DataDirectory() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

base::Status DataDirectory::lock() {
  const fs::path file = path_ / "LOCK";
  lock_fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_fd_ < 0) return system_error("cannot open", file);
  if (flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    const base::Result<std::string> holder = read_small_file(file, kFormatBytesMax);
    return base::unexpected(base::Code::kUnavailable,
                            "the data directory " + path_.string() + " is in use by process " +
                                (holder && !holder->empty() ? *holder : "(unknown)"));
  }
  // The number is for people; the lock is what counts.
  const std::string number = std::to_string(getpid());
  if (ftruncate(lock_fd_, 0) != 0 || pwrite(lock_fd_, number.data(), number.size(), 0) < 0)
    return system_error("cannot write", file);
  return base::ok();
}

base::Status DataDirectory::load() {
  const base::Result<int> version = read_format(path_);
  if (version) {
    TRY(migrate(path_, *version));
  } else if (version.error().code == base::Code::kNotFound) {
    base::SystemRandom random;
    random.fill(secret_);
    TRY(write_identity(path_, secret_));
  } else {
    return base::Unexpected{version.error()};
  }
  TRY_ASSIGN(secret_, read_secret(path_));
  return base::ok();
}

base::Status write_identity(const fs::path& directory,
                            const std::array<uint8_t, kSecretBytes>& secret) {
  const std::string_view bytes(reinterpret_cast<const char*>(secret.data()), secret.size());
  TRY(write_file(directory / "secret", bytes, 0600));
  const std::string format = std::string(kFormatName) + std::to_string(kFormatVersion) + "\n";
  return write_file(directory / "FORMAT", format, 0644);
}

base::Result<int> read_format(const fs::path& directory) {
  const base::Result<std::string> read = read_small_file(directory / "FORMAT", kFormatBytesMax);
  if (!read && read.error().code == base::Code::kNotFound)
    return base::unexpected(base::Code::kNotFound, directory.string() +
                                                       " is no data directory of Connect: there "
                                                       "is no FORMAT in it");
  TRY_ASSIGN(const std::string text, read);
  int version = 0;
  const bool named = text.starts_with(kFormatName) && text.ends_with('\n');
  const char* const first = text.data() + kFormatName.size();
  const char* const last = text.data() + text.size() - 1;
  if (!named || std::from_chars(first, last, version).ptr != last || version < 1)
    return refuse(directory, "has a FORMAT of something else: name another directory");
  if (version > kFormatVersion)
    return refuse(directory, "was written by a newer version (format " + std::to_string(version) +
                                 ", this program knows " + std::to_string(kFormatVersion) +
                                 "): use that version");
  return version;
}

base::Result<std::array<uint8_t, kSecretBytes>> read_secret(const fs::path& directory) {
  const fs::path file = directory / "secret";
  struct stat status {};
  if (stat(file.c_str(), &status) != 0)
    return refuse(directory, "has no secret: put it back from a backup");
  if ((status.st_mode & 077) != 0)
    return refuse(directory, "has a secret that others may read: chmod 600 " + file.string());
  TRY_ASSIGN(const std::string bytes, read_small_file(file, kSecretBytes));
  if (bytes.size() != kSecretBytes)
    return refuse(directory, "has a secret that is cut short: put it back from a backup");
  std::array<uint8_t, kSecretBytes> secret{};
  std::ranges::copy(bytes, secret.begin());
  return secret;
}

}  // namespace chat::store
