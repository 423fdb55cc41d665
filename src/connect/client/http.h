// HttpClient: the REST side for commands. Blocking, one connection that is kept and made anew when
// it has gone, TLS by the URL's scheme. Every call has a deadline.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connect/base/result.h"
#include "connect/client/url.h"
#include "connect/protocol/error.h"

namespace chat::client {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

class HttpClient {
 public:
  static constexpr int64_t kDeadlineMs = 15'000;
  // A page of 200 messages of 16 KiB of which each byte is escaped as six: 19 MB.
  static constexpr size_t kBodyBytesMax = 20 * 1024 * 1024;

  // `token` may be empty, and so may ca_file: the system's roots.
  static base::Result<std::unique_ptr<HttpClient>> make(std::string_view url,
                                                        const std::string& ca_file,
                                                        std::string token);
  virtual ~HttpClient() = default;

  // kUnavailable when there is no answer in time; the outcome of the call is unknown then. An
  // answer may be a refusal. A GET is tried once more when a kept connection turns out to be gone.
  virtual base::Result<HttpAnswer> call(std::string_view method, std::string_view target,
                                        std::string_view body = {}) = 0;
};

// The error object of an answer that is not 2xx.
protocol::Error error_of(const HttpAnswer& answer);

// Percent-encodes everything but letters, digits and `-._~`: a part of a path, a query's value.
std::string percent_encoded(std::string_view text);

}  // namespace chat::client
