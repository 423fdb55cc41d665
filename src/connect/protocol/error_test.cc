#include "connect/protocol/error.h"

#include <gtest/gtest.h>

#include <set>

namespace chat::protocol {
namespace {

TEST(Error, EveryCodeHasItsOwnNameAndAStatus) {
  std::set<std::string_view> names;
  for (uint32_t number = 0; number < kErrorCodes; ++number) {
    const ErrorCode code = error_code_from(number);
    EXPECT_EQ(static_cast<uint32_t>(code), number);
    names.insert(name_of(code));
    EXPECT_GE(http_status_of(code), 400);
  }
  EXPECT_EQ(names.size(), kErrorCodes);
}

TEST(Error, NamesAndStatusesAreTheProtocols) {
  const struct {
    ErrorCode code;
    std::string_view name;
    int status;
  } table[] = {
      {ErrorCode::kInternal, "internal", 500},
      {ErrorCode::kTokenExpired, "token_expired", 401},
      {ErrorCode::kOriginNotAllowed, "origin_not_allowed", 403},
      {ErrorCode::kNotFound, "not_found", 404},
      {ErrorCode::kMethodNotAllowed, "method_not_allowed", 405},
      {ErrorCode::kKeyReused, "key_reused", 409},
      {ErrorCode::kTooLarge, "too_large", 413},
      {ErrorCode::kMediaType, "media_type", 415},
      {ErrorCode::kFieldUnknownType, "field_unknown_type", 400},
      {ErrorCode::kKeyInFuture, "key_in_future", 400},
      {ErrorCode::kCursorInvalid, "cursor_invalid", 400},
      {ErrorCode::kUnknownOperation, "unknown_operation", 400},
      {ErrorCode::kSyncRequired, "sync_required", 409},
      {ErrorCode::kRateLimited, "rate_limited", 429},
      {ErrorCode::kOverloaded, "overloaded", 503},
      {ErrorCode::kUnavailable, "unavailable", 503},
      {ErrorCode::kRetryInOrder, "retry_in_order", 409},
  };
  for (const auto& row : table) {
    EXPECT_EQ(name_of(row.code), row.name);
    EXPECT_EQ(http_status_of(row.code), row.status) << row.name;
  }
}

TEST(Error, ANumberOfALaterVersionIsInternal) {
  EXPECT_EQ(error_code_from(kErrorCodes), ErrorCode::kInternal);
  EXPECT_EQ(error_code_from(4'000'000'000), ErrorCode::kInternal);
}

TEST(Error, InnerFailuresKeepTheirDetailsInside) {
  const auto outside = [](base::Code code) { return from_base({code, "/secret/path"}); };
  EXPECT_EQ(outside(base::Code::kOverloaded).code, ErrorCode::kOverloaded);
  EXPECT_EQ(outside(base::Code::kUnavailable).code, ErrorCode::kUnavailable);
  EXPECT_EQ(outside(base::Code::kConflict).code, ErrorCode::kUnavailable);
  EXPECT_EQ(outside(base::Code::kCorrupt).code, ErrorCode::kInternal);
  EXPECT_GT(outside(base::Code::kOverloaded).retry_after_ms, 0);
  EXPECT_EQ(outside(base::Code::kInternal).message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace chat::protocol
