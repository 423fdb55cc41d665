#include "connect/protocol/error.h"

#include <array>

namespace chat::protocol {
namespace {

struct Description {
  std::string_view name;
  int http_status;
};

// In the order of ErrorCode's numbers.
constexpr std::array<Description, kErrorCodes> kDescriptions = {{
    {"internal", 500},           {"token_missing", 401},      {"token_invalid", 401},
    {"token_expired", 401},      {"forbidden", 403},          {"origin_not_allowed", 403},
    {"not_found", 404},          {"method_not_allowed", 405}, {"conflict", 409},
    {"key_reused", 409},         {"too_large", 413},          {"media_type", 415},
    {"json_invalid", 400},       {"field_missing", 400},      {"field_invalid", 400},
    {"field_unknown_type", 400}, {"key_invalid", 400},        {"key_expired", 400},
    {"key_in_future", 400},      {"cursor_invalid", 400},     {"unknown_operation", 400},
    {"sync_required", 409},      {"rate_limited", 429},       {"overloaded", 503},
    {"unavailable", 503},        {"retry_in_order", 409},
}};

// Long enough for a burst to pass, short enough for a person not to notice.
constexpr int64_t kRetryAfterMs = 1000;

const Description& description_of(ErrorCode code) {
  return kDescriptions[static_cast<uint32_t>(error_code_from(static_cast<uint32_t>(code)))];
}

}  // namespace

std::string_view name_of(ErrorCode code) { return description_of(code).name; }

int http_status_of(ErrorCode code) { return description_of(code).http_status; }

ErrorCode error_code_from(uint32_t number) {
  return number < kErrorCodes ? static_cast<ErrorCode>(number) : ErrorCode::kInternal;
}

// An inner part's message may name files and hosts: it stays inside.
Error from_base(const base::Error& error) {
  switch (error.code) {
    case base::Code::kOverloaded:
      return {ErrorCode::kOverloaded, "too much to do at the moment, nothing was taken on", "",
              kRetryAfterMs};
    case base::Code::kConflict:
    case base::Code::kUnavailable:
      return {ErrorCode::kUnavailable, "the outcome is unknown, try again with the same key", "",
              kRetryAfterMs};
    case base::Code::kInvalid:
    case base::Code::kNotFound:
    case base::Code::kCorrupt:
    case base::Code::kInternal: break;
  }
  return {ErrorCode::kInternal, "something failed inside the server"};
}

}  // namespace chat::protocol
