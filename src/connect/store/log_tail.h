// The end of a write-ahead log of RocksDB as a crash may leave it, and dropping it.
//
// Every commit is one record, and the next is written only when it has been synced: so a power cut
// leaves at most the last record unfinished, and nobody was told that it is stored. The file may be
// too short for it, or be long enough while sectors of it never reached the disk and read as
// zeros. RocksDB drops the former by itself and takes the latter for damage, as it does a flipped
// bit. Files of the store's directory; thread rule: only while nobody else has the database open.
#pragma once

#include <cstdint>
#include <filesystem>

#include "connect/base/result.h"

namespace chat::store {

struct LogTail {
  enum class State {
    kWhole,        // ends with a whole record
    kTorn,         // ends with a record that is short, or lacks sectors
    kDamagedLast,  // the last record fails its checksum, though none of its sectors is missing
    kDamagedAmid,  // a record fails its checksum and others follow
  };
  State state = State::kWhole;
  uint64_t whole_bytes = 0;  // up to the first record that is not whole
};

base::Result<LogTail> read_log_tail(const std::filesystem::path& log);

// Cuts a torn record off the newest log in the directory, if there is one, and says so in the
// program's log. kCorrupt when it is damaged: that record may have been acknowledged.
base::Status drop_torn_tail(const std::filesystem::path& directory);

}  // namespace chat::store
