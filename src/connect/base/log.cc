#include "connect/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "connect/base/json_escape.h"

namespace chat::base {
namespace {

spdlog::logger& logger() {
  // The time and the level are spdlog's; the rest of the line is written by log().
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("connect",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                      spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

void append_field(std::string& line, const LogField& field) {
  line += ',';
  append_json_string(line, field.name);
  line += ':';
  if (const auto* text = std::get_if<std::string_view>(&field.value))
    append_json_string(line, *text);
  if (const auto* whole = std::get_if<int64_t>(&field.value)) line += std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&field.value)) line += std::to_string(*real);
  if (const auto* flag = std::get_if<bool>(&field.value)) line += *flag ? "true" : "false";
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(spdlog_level(level)); }

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!logger().should_log(spdlog_level(level))) return;
  std::string line = R"("event":)";
  append_json_string(line, event);
  for (const LogField& field : fields) append_field(line, field);
  logger().log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace chat::base
