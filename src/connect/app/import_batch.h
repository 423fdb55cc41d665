// A batch of old messages on its way into a running server, through its operations port:
//
//     {"chat":"…","title":"…","lines":[{"ms":…,"from":"…","key":"…","text":"…"},…]}
//
// and the answer: {"added":…,"present":…,"refused":…,"future":…,"people":…}.
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connect/base/result.h"
#include "connect/importer/chat_importer.h"
#include "connect/importer/import_plan.h"

namespace chat::app {

// 98 lines of 24 KiB of text together, which JSON may write six times as long (`\u0007`), and 110
// bytes around each: 155 KiB. A single line may have 16 KiB, so 98 KiB.
inline constexpr size_t kBatchBytesMax = 256 * 1024;

struct ImportBatch {
  protocol::ChatId chat;
  std::string title;
  std::vector<importer::ImportLine> lines;
};

std::string write_batch(const importer::ChatPlan& plan,
                        std::span<const importer::ImportLine> lines);
// kInvalid, naming the line, for what no import sends.
base::Result<ImportBatch> read_batch(std::string_view json);

std::string write_counts(const importer::ImportCounts& counts);
base::Result<importer::ImportCounts> read_counts(std::string_view json);

}  // namespace chat::app
