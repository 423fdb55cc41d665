#include "connect/store/redaction_notes.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <optional>

#include "connect/store/rocksdb_layout.h"

namespace chat::store {

base::Result<std::vector<RedactionNote>> read_redaction_notes(const Database& database,
                                                              size_t limit) {
  const std::string prefix = redaction_note_prefix();
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator({}, database.family(Family::kMeta)));
  std::vector<RedactionNote> notes;
  for (it->Seek(prefix); it->Valid() && notes.size() < limit; it->Next()) {
    const std::string_view key = it->key().ToStringView();
    if (!key.starts_with(prefix)) break;
    const std::optional<std::string_view> chat = chat_of_redaction_note(key);
    if (!chat) return base::unexpected(base::Code::kCorrupt, "a redaction's note does not parse");
    notes.push_back({protocol::ChatId(std::string(*chat)), std::string(key)});
  }
  if (!it->status().ok())
    return base::Unexpected{error_of(it->status(), "the notes of redactions cannot be read")};
  return notes;
}

base::Status forget_redaction_notes(const Database& database,
                                    const std::vector<std::string>& keys) {
  rocksdb::WriteBatch batch;
  for (const std::string& key : keys)
    batch.Delete(database.family(Family::kMeta), key).PermitUncheckedError();
  const rocksdb::Status written = database.db().Write({}, &batch);
  if (!written.ok())
    return base::Unexpected{error_of(written, "the notes of redactions cannot be written")};
  return base::ok();
}

}  // namespace chat::store
