// Files that survive a crash: what these functions report done is on the disk, or not there at
// all. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "connect/base/result.h"

namespace chat::store {

// "<what> <path>: <the system's reason>", with the code that errno calls for.
base::Unexpected<base::Error> system_error(std::string_view what,
                                           const std::filesystem::path& path);

// The file's bytes; kNotFound when there is none, kInvalid when there are more than bytes_max.
base::Result<std::string> read_small_file(const std::filesystem::path& path, size_t bytes_max);
// Writes a new file under another name and renames it into place, so that it is whole or absent.
base::Status write_file(const std::filesystem::path& path, std::string_view bytes, int mode);
// Makes what was written to a file, or the entries of a directory, last.
base::Status sync_path(const std::filesystem::path& path);
// Copies a file, or a directory with everything in it, and makes it last.
base::Status copy_durably(const std::filesystem::path& from, const std::filesystem::path& to);
// A path without a trailing slash, so that it has a name and a parent.
std::filesystem::path tidy_path(const std::string& path);

// A new directory beside the place where it will stand once it is whole. Unless it is moved there,
// it is removed.
class NewDirectory final {
 public:
  static base::Result<NewDirectory> beside(const std::filesystem::path& place);
  ~NewDirectory();
  NewDirectory(NewDirectory&& other) noexcept;
  NewDirectory& operator=(NewDirectory&&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Renames it to its place, where there may be nothing but an empty directory.
  base::Status move_into_place();

 private:
  NewDirectory(std::filesystem::path path, std::filesystem::path place);

  std::filesystem::path path_;  // empty: moved, or moved from
  std::filesystem::path place_;
};

}  // namespace chat::store
