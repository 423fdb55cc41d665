#include "connect/app/import_service.h"

#include <algorithm>

namespace chat::app {

importer::ChatImporter& ImportService::importer_of(const ImportBatch& batch) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&batch](const OpenImport& one) {
    return one.chat == batch.chat;
  });
  if (found != open_.end()) {
    open_.splice(open_.begin(), open_, found);
  } else {
    open_.push_front({batch.chat, {persistence_, batch.chat, batch.title}});
    if (open_.size() > kOpenImportsMax) open_.pop_back();
  }
  return open_.front().importer;
}

base::Result<importer::ImportCounts> ImportService::add(const ImportBatch& batch, int64_t now_ms) {
  return importer_of(batch).add(batch.lines, now_ms);
}

}  // namespace chat::app
