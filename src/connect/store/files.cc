#include "connect/store/files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace chat::store {
namespace {

namespace fs = std::filesystem;

// A descriptor that is closed at the end of its scope.
class Descriptor final {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

base::Status write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("cannot write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return base::ok();
}

base::Status copy_entry(const fs::directory_entry& entry, const fs::path& to) {
  std::error_code error;
  if (entry.is_directory(error)) {
    if (!fs::create_directory(to, error)) {
      errno = error.value();
      return system_error("cannot create", to);
    }
    return base::ok();
  }
  if (!fs::copy_file(entry.path(), to, error)) {
    errno = error.value();
    return system_error("cannot copy to", to);
  }
  return sync_path(to);
}

}  // namespace

base::Unexpected<base::Error> system_error(std::string_view what, const fs::path& path) {
  const int number = errno;
  base::Code code = base::Code::kUnavailable;
  if (number == ENOENT) code = base::Code::kNotFound;
  if (number == EACCES || number == EPERM || number == ENOTDIR) code = base::Code::kInvalid;
  return base::unexpected(code,
                          std::string(what) + " " + path.string() + ": " + std::strerror(number));
}

base::Result<std::string> read_small_file(const fs::path& path, size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error("cannot open", path);
  std::string bytes(bytes_max + 1, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read", path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > bytes_max)
    return base::unexpected(base::Code::kInvalid, path.string() + " is larger than it may be");
  bytes.resize(size);
  return bytes;
}

base::Status write_file(const fs::path& path, std::string_view bytes, int mode) {
  const fs::path temporary = path.string() + ".new";
  {
    const Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return system_error("cannot create", temporary);
    // One that an earlier attempt left behind keeps its own mode.
    if (fchmod(file.get(), static_cast<mode_t>(mode)) != 0)
      return system_error("cannot set the mode of", temporary);
    TRY(write_all(file.get(), bytes, temporary));
    if (fsync(file.get()) != 0) return system_error("cannot sync", temporary);
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) return system_error("cannot create", path);
  return sync_path(path.parent_path());
}

base::Status sync_path(const fs::path& path) {
  const fs::path named = path.empty() ? fs::path(".") : path;
  const Descriptor file(open(named.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error("cannot open", named);
  if (fsync(file.get()) != 0) return system_error("cannot sync", named);
  return base::ok();
}

base::Status copy_durably(const fs::path& from, const fs::path& to) {
  std::error_code error;
  const fs::directory_entry top(from, error);
  TRY(copy_entry(top, to));
  if (!top.is_directory(error)) return base::ok();
  fs::directory_iterator entries(from, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    TRY(copy_durably(entries->path(), to / entries->path().filename()));
  errno = error.value();
  if (error) return system_error("cannot list", from);
  return sync_path(to);
}

fs::path tidy_path(const std::string& path) {
  fs::path tidy = fs::path(path).lexically_normal();
  return tidy.has_filename() ? tidy : tidy.parent_path();
}

NewDirectory::NewDirectory(fs::path path, fs::path place)
    : path_(std::move(path)), place_(std::move(place)) {}

NewDirectory::NewDirectory(NewDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), place_(std::move(other.place_)) {}

NewDirectory::~NewDirectory() {
  std::error_code ignored;  // what stays behind is named as incomplete
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

base::Result<NewDirectory> NewDirectory::beside(const fs::path& place) {
  std::string name = place.string() + ".incomplete-XXXXXX";
  if (mkdtemp(name.data()) == nullptr)
    return system_error("cannot create a directory beside", place);
  return NewDirectory(name, place);
}

base::Status NewDirectory::move_into_place() {
  TRY(sync_path(path_));
  if (rename(path_.c_str(), place_.c_str()) != 0) return system_error("cannot create", place_);
  path_.clear();
  return sync_path(place_.parent_path());
}

}  // namespace chat::store
