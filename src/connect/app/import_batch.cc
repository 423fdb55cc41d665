#include "connect/app/import_batch.h"

#include <utility>

#include "connect/base/json_escape.h"
#include "connect/protocol/json_in.h"
#include "connect/protocol/limits.h"

namespace chat::app {
namespace {

using base::Code;
using base::Result;
using importer::ImportCounts;
using importer::ImportLine;
using protocol::json::Value;

std::string_view text_of(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is(Value::Type::kString) ? std::string_view(value->string)
                                                             : std::string_view();
}

Result<ImportLine> read_line(const Value& object) {
  const Value* ms = object.find("ms");
  const auto from = protocol::UserId::parse(text_of(object, "from"));
  const auto key = protocol::Key::parse(text_of(object, "key"));
  const std::string_view text = text_of(object, "text");
  constexpr int64_t kMsMax = int64_t{1} << 41;  // the year 2039, well within an event id
  if (ms == nullptr || !ms->is(Value::Type::kInteger) || ms->integer < 0 || ms->integer > kMsMax)
    return base::unexpected(Code::kInvalid, "its `ms` is no time");
  if (!from || !key) return base::unexpected(Code::kInvalid, "its `from` or `key` is none");
  if (text.empty() || text.size() > protocol::kTextBytesMax)
    return base::unexpected(Code::kInvalid, "its `text` is not of 1 byte to 16 KiB");
  return ImportLine{ms->integer, *from, std::string(text), *key};
}

uint64_t number_of(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->integer > 0 ? static_cast<uint64_t>(value->integer) : 0;
}

}  // namespace

std::string write_batch(const importer::ChatPlan& plan, std::span<const ImportLine> lines) {
  std::string json = R"({"chat":)";
  base::append_json_string(json, plan.chat.value());
  json += R"(,"title":)";
  base::append_json_string(json, plan.title);
  json += R"(,"lines":[)";
  for (const ImportLine& line : lines) {
    if (json.back() != '[') json += ',';
    json += R"({"ms":)" + std::to_string(line.ms) + R"(,"from":)";
    base::append_json_string(json, line.from.value());
    json += R"(,"key":")" + line.key.text() + R"(","text":)";
    base::append_json_string(json, line.text);
    json += '}';
  }
  return json + "]}";
}

Result<ImportBatch> read_batch(std::string_view json) {
  auto document = protocol::json::parse(json);
  if (!document) return base::unexpected(Code::kInvalid, document.error().message);
  const auto chat = protocol::ChatId::parse(text_of(*document, "chat"));
  const std::string_view title = text_of(*document, "title");
  const Value* lines = document->find("lines");
  if (!chat || title.size() > protocol::kTitleBytesMax || lines == nullptr)
    return base::unexpected(Code::kInvalid, "a batch has a chat, a title and lines");
  ImportBatch batch{*chat, std::string(title), {}};
  for (const Value& object : lines->array) {
    auto line = read_line(object);
    const std::string place = "line " + std::to_string(batch.lines.size() + 1) + ": ";
    if (!line) return base::unexpected(Code::kInvalid, place + line.error().message);
    if (!batch.lines.empty() && line->ms < batch.lines.back().ms)
      return base::unexpected(Code::kInvalid, place + "its time is before the line's above");
    batch.lines.push_back(std::move(*line));
  }
  return batch;
}

std::string write_counts(const ImportCounts& counts) {
  return R"({"added":)" + std::to_string(counts.added) + R"(,"present":)" +
         std::to_string(counts.present) + R"(,"refused":)" + std::to_string(counts.refused) +
         R"(,"future":)" + std::to_string(counts.future) + R"(,"people":)" +
         std::to_string(counts.people) + "}";
}

Result<ImportCounts> read_counts(std::string_view json) {
  auto document = protocol::json::parse(json);
  if (!document || document->find("added") == nullptr)
    return base::unexpected(Code::kInvalid, "the server's answer is no report of an import");
  return ImportCounts{number_of(*document, "added"), number_of(*document, "present"),
                      number_of(*document, "refused"), number_of(*document, "future"),
                      number_of(*document, "people")};
}

}  // namespace chat::app
