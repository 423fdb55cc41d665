// HTTP/1.1 on plain buffers: bytes in, requests or refusals out; answers in, bytes out. Strict
// where leniency lets two parties read one request differently (RFC 9112 section 11). Thread rule:
// an HttpReader belongs to one connection; the rest are pure functions.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connect/gateway/http_head.h"
#include "connect/gateway/user_queues.h"
#include "connect/protocol/error.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

struct HttpRequest {
  using Header = std::pair<std::string, std::string>;

  Method method = Method::kGet;
  std::string path;             // as it was sent: percent-encoded, begins with a slash
  std::string query;            // what follows the question mark, percent-encoded
  std::vector<Header> headers;  // names in lower case
  std::string body;
  bool keep_alive = true;

  // The first header of the name (in lower case), empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] size_t count(std::string_view name) const;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";  // not sent when there is no body
  // In place of `body`: bytes that outlive every connection. They are written as the peer takes
  // them, and never wait as a whole.
  std::string_view lasting_body;
  std::vector<HttpRequest::Header> headers;
  bool close = false;  // the connection ends after this answer
  // Why it refuses; nothing when it does not, or when somebody else has counted it.
  std::optional<protocol::ErrorCode> refused;
  // Of the user to whom a large answer goes; null: it stays whose it was.
  QueueAccount queue;
};

// The answer of a refusal; 429 and 503 also carry Retry-After. `status` 0: that of the error's
// code.
HttpAnswer refusal(const protocol::Error& error, int status = 0);

// Appends the answer's bytes, but not those of a lasting body. `head`: the request was a HEAD, the
// body stays away. Answers without a Cache-Control of their own get `no-store`.
void append_answer(std::string& out, const HttpAnswer& answer, bool head, bool keep_alive);

// Percent-decoding; nothing for a broken escape.
std::optional<std::string> percent_decoded(std::string_view text);

// Whether a comma-separated header names the token (in lower case), whatever its case.
bool lists_token(std::string_view header, std::string_view token);

class HttpReader {
 public:
  enum class Status { kRequest, kNeedMore, kFailed };

  explicit HttpReader(size_t body_bytes_max = protocol::kMessageBytesMax);
  ~HttpReader();

  // Reads from `data` and says in `consumed` how much of it was used. After kNeedMore call with
  // more bytes behind what was not consumed. After kRequest, `request` is complete and the rest
  // belongs to the next one. After kFailed, answer failure() and close.
  Status next(const char* data, size_t size, size_t& consumed, HttpRequest& request);

  // The head is complete, the body is not, and the client waits to be told to send it. Says so
  // once a request.
  bool wants_continue();
  // The request whose body is on its way. Null: there is none.
  [[nodiscard]] const HttpRequest* head() const;
  // Drops what has come of the request: nothing more is read.
  void drop();
  // Bytes of a body that is on its way.
  [[nodiscard]] size_t held_bytes() const;
  // Nothing of a request has come yet.
  [[nodiscard]] bool idle() const { return body_ == nullptr && scanned_ == 0; }
  [[nodiscard]] const HttpAnswer& failure() const { return failure_; }

 private:
  struct Body;

  Status fail(int status, const protocol::Error& error);
  Status fail(const HeadFailure& failure);
  Status fail_too_large();
  Status read_head(std::string_view data, size_t& consumed);
  Status parse_head(std::string_view head);
  Status read_body(std::string_view data, size_t& consumed, HttpRequest& request);
  Status need_more_head(std::string_view data);

  size_t body_bytes_max_;
  size_t scanned_ = 0;          // how far the end of the head was looked for
  std::unique_ptr<Body> body_;  // from the end of the head to the end of the body
  HttpAnswer failure_;
};

}  // namespace chat::gateway
