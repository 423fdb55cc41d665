// A file of keys or certificates as the program last read it: whether it has changed since, and its
// bytes. Pure functions over the file system, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "connect/base/result.h"

namespace chat::crypto {

// Key files are a few KB; a key set of 64 RSA keys is 64 x 1 KB.
inline constexpr size_t kKeyFileBytesMax = 256 * 1024;

// Differs when the file was written or replaced.
struct FileStamp {
  int64_t modified_ns = 0;
  uint64_t bytes = 0;
  uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
};

// kNotFound when there is no such file; kInvalid when it is no regular file.
base::Result<FileStamp> stamp_of(const std::string& path);
// The whole file; kInvalid above `bytes_max`.
base::Result<std::string> read_file(const std::string& path, size_t bytes_max = kKeyFileBytesMax);

}  // namespace chat::crypto
