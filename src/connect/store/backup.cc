#include "connect/store/backup.h"

#include <filesystem>
#include <utility>

#include "connect/store/files.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;

base::Unexpected<base::Error> refuse(const fs::path& path, const std::string& why) {
  return base::unexpected(base::Code::kInvalid, path.string() + " " + why);
}

base::Status check_backup(const fs::path& backup) {
  std::error_code error;
  if (!fs::is_directory(backup, error)) return refuse(backup, "is no directory");
  if (!fs::exists(backup / "FORMAT", error) || !fs::exists(backup / "secret", error) ||
      !fs::exists(backup / "db" / "CURRENT", error))
    return refuse(backup, "is no backup: it lacks FORMAT, secret or db/CURRENT");
  TRY(read_format(backup));
  return base::ok();
}

}  // namespace

base::Status checkpoint(const RocksDbStore& store, const DataDirectory& directory,
                        const std::string& path) {
  const fs::path place = tidy_path(path);
  std::error_code error;
  if (place.empty() || fs::exists(place, error))
    return refuse(place, "exists: a backup needs a new directory");
  TRY_ASSIGN(NewDirectory backup, NewDirectory::beside(place));
  TRY(store.copy_to((backup.path() / "db").string()));
  TRY(write_identity(backup.path(), directory.secret()));
  return backup.move_into_place();
}

base::Status restore(const std::string& backup, const std::string& directory) {
  const fs::path from = tidy_path(backup);
  const fs::path place = tidy_path(directory);
  TRY(check_backup(from));
  std::error_code error;
  if (place.empty() || (fs::exists(place, error) && !fs::is_empty(place, error)) || error)
    return refuse(place, "is not empty: a backup is restored to a new or an empty directory");
  if (place.has_parent_path()) fs::create_directories(place.parent_path(), error);
  TRY_ASSIGN(NewDirectory made, NewDirectory::beside(place));
  TRY(copy_durably(from / "db", made.path() / "db"));
  // Written anew and not copied, so that the secret is nobody else's to read.
  TRY_ASSIGN(const auto secret, read_secret(from));
  TRY(write_identity(made.path(), secret));
  return made.move_into_place();
}

}  // namespace chat::store
