// Redaction notes: which chats were redacted since what was replaced last left the files. A note
// is written in the batch of its redaction, so it survives whatever the redaction survives, and is
// forgotten only when the files have been written anew.
// Thread rule: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "connect/base/result.h"
#include "connect/protocol/ids.h"
#include "connect/store/rocksdb_database.h"

namespace chat::store {

struct RedactionNote {
  protocol::ChatId chat;
  std::string key;  // in `meta`
};

// In the order of chats.
base::Result<std::vector<RedactionNote>> read_redaction_notes(const Database& database,
                                                              size_t limit);
// Not synced: a note that comes back costs one compaction.
base::Status forget_redaction_notes(const Database& database, const std::vector<std::string>& keys);

}  // namespace chat::store
