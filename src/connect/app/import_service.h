// ImportService: takes batches of old messages into a running server, as its operations port gets
// them. Keeps the state of the chats that were imported into last, so that a batch does not read
// its chat anew. Thread rule: one thread, which waits for the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>

#include "connect/app/import_batch.h"
#include "connect/importer/chat_importer.h"
#include "connect/persistence/persistence.h"

namespace chat::app {

// An import has four chats open at a time; one of 100,000 members keeps 6 MB.
inline constexpr size_t kOpenImportsMax = 8;

class ImportService final {
 public:
  explicit ImportService(persistence::Persistence& persistence) : persistence_(persistence) {}

  base::Result<importer::ImportCounts> add(const ImportBatch& batch, int64_t now_ms);

 private:
  struct OpenImport {
    protocol::ChatId chat;
    importer::ChatImporter importer;
  };

  importer::ChatImporter& importer_of(const ImportBatch& batch);

  persistence::Persistence& persistence_;
  std::list<OpenImport> open_;  // the latest first
};

}  // namespace chat::app
