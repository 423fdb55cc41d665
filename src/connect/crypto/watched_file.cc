#include "connect/crypto/watched_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace chat::crypto {

using base::Code;

base::Result<FileStamp> stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    return base::unexpected(errno == ENOENT ? Code::kNotFound : Code::kInvalid,
                            path + ": " + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return base::unexpected(Code::kInvalid, path + " is no file");
  return FileStamp{status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec,
                   static_cast<uint64_t>(status.st_size), status.st_ino};
}

base::Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  TRY_ASSIGN(const FileStamp stamp, stamp_of(path));
  if (stamp.bytes > bytes_max)
    return base::unexpected(Code::kInvalid, path + " has " + std::to_string(stamp.bytes) +
                                                " bytes, at most " + std::to_string(bytes_max) +
                                                " are read");
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    return base::unexpected(Code::kInvalid, path + " cannot be read: " + std::strerror(errno));
  return bytes;
}

}  // namespace chat::crypto
