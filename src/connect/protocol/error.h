// The protocol's errors: one shape, stable codes, the same on both transports. Value types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/base/result.h"

namespace chat::protocol {

// The numbers travel on the bus: add at the end, never renumber.
enum class ErrorCode : uint32_t {
  kInternal = 0,
  kTokenMissing = 1,
  kTokenInvalid = 2,
  kTokenExpired = 3,
  kForbidden = 4,
  kOriginNotAllowed = 5,
  kNotFound = 6,
  kMethodNotAllowed = 7,
  kConflict = 8,
  kKeyReused = 9,
  kTooLarge = 10,
  kMediaType = 11,
  kJsonInvalid = 12,
  kFieldMissing = 13,
  kFieldInvalid = 14,
  kFieldUnknownType = 15,
  kKeyInvalid = 16,
  kKeyExpired = 17,
  kKeyInFuture = 18,
  kCursorInvalid = 19,
  kUnknownOperation = 20,
  kSyncRequired = 21,
  kRateLimited = 22,
  kOverloaded = 23,
  kUnavailable = 24,
  kRetryInOrder = 25,
};
inline constexpr uint32_t kErrorCodes = 26;

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;         // for people; never holds text that a client sent
  std::string field;           // the offending field, or empty
  int64_t retry_after_ms = 0;  // 0: not said
};

std::string_view name_of(ErrorCode code);  // "rate_limited"
int http_status_of(ErrorCode code);        // 429
// The code of a record; kInternal for a number this version does not know.
ErrorCode error_code_from(uint32_t number);
// What a failure of an inner part looks like from outside: overloaded, unavailable or internal.
Error from_base(const base::Error& error);

template <typename T>
using Result = base::Result<T, Error>;

inline base::Unexpected<Error> refuse(ErrorCode code, std::string message, std::string field = {},
                                      int64_t retry_after_ms = 0) {
  return {Error{code, std::move(message), std::move(field), retry_after_ms}};
}

}  // namespace chat::protocol
