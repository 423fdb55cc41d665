#include "connect/gateway/http.h"

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cctype>

#include "connect/gateway/http_body.h"
#include "connect/gateway/http_head.h"
#include "connect/protocol/json_out.h"

namespace chat::gateway {
namespace {

namespace beast_http = boost::beast::http;
using protocol::ErrorCode;
using protocol::kHeaderBytesMax;

Method method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get: return Method::kGet;
    case beast_http::verb::head: return Method::kHead;
    case beast_http::verb::post: return Method::kPost;
    case beast_http::verb::put: return Method::kPut;
    case beast_http::verb::patch: return Method::kPatch;
    case beast_http::verb::delete_: return Method::kDelete;
    case beast_http::verb::options: return Method::kOptions;
    default: return Method::kOther;
  }
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string_view as_view(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string_view reason_of(int status) {
  switch (status) {
    // Not in RFC 9110 under these names; the rest is the library's list.
    case 431: return "Request Header Fields Too Large";
    default:
      return as_view(
          beast_http::obsolete_reason(beast_http::int_to_status(static_cast<unsigned>(status))));
  }
}

HttpRequest request_of(const beast_http::request<beast_http::empty_body>& message) {
  HttpRequest request;
  const std::string_view target = as_view(message.target());
  const size_t mark = std::min(target.find('?'), target.size());
  request.method = method_of(message.method());
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
  request.keep_alive = message.keep_alive();
  for (const auto& field : message)
    request.headers.emplace_back(lower_case(as_view(field.name_string())), as_view(field.value()));
  return request;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &Header::first);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

size_t HttpRequest::count(std::string_view name) const {
  return static_cast<size_t>(std::ranges::count(headers, name, &Header::first));
}

HttpAnswer refusal(const protocol::Error& error, int status) {
  HttpAnswer answer;
  answer.status = status != 0 ? status : protocol::http_status_of(error.code);
  answer.body = protocol::json::error_body(error);
  answer.refused = error.code;
  if (error.retry_after_ms > 0) {
    const int64_t seconds = (error.retry_after_ms + 999) / 1000;
    answer.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  return answer;
}

void append_answer(std::string& out, const HttpAnswer& answer, bool head, bool keep_alive) {
  out += "HTTP/1.1 ";
  out += std::to_string(answer.status);
  out += ' ';
  out += reason_of(answer.status);
  bool says_cache = false;
  for (const auto& [name, value] : answer.headers) {
    out.append("\r\n").append(name).append(": ").append(value);
    says_cache = says_cache || name == "Cache-Control";
  }
  if (!says_cache) out += "\r\nCache-Control: no-store";
  const bool has_no_body = answer.status == 204 || answer.status == 304 || answer.status < 200;
  const size_t size = answer.body.size() + answer.lasting_body.size();
  if (size > 0 && !has_no_body) out.append("\r\nContent-Type: ").append(answer.content_type);
  if (!has_no_body) out.append("\r\nContent-Length: ").append(std::to_string(size));
  // Said in both cases, because HTTP/1.0 clients close unless told otherwise.
  if (answer.status != 101)
    out += keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close";
  out += "\r\n\r\n";
  if (!head && !has_no_body) out += answer.body;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

bool lists_token(std::string_view header, std::string_view token) {
  while (!header.empty()) {
    const size_t comma = std::min(header.find(','), header.size());
    std::string_view item = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (lower_case(item) == token) return true;
  }
  return false;
}

struct HttpReader::Body {
  HttpRequest request;
  BodyReader reader;
  bool wants_continue = false;
};

HttpReader::HttpReader(size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}
HttpReader::~HttpReader() = default;

HttpReader::Status HttpReader::fail(int status, const protocol::Error& error) {
  failure_ = refusal(error, status);
  failure_.close = true;
  return Status::kFailed;
}

HttpReader::Status HttpReader::fail_too_large() {
  return fail(413, {ErrorCode::kTooLarge,
                    "a body is at most " + std::to_string(body_bytes_max_) + " bytes"});
}

bool HttpReader::wants_continue() {
  return body_ != nullptr && std::exchange(body_->wants_continue, false);
}

void HttpReader::drop() { body_ = nullptr; }

size_t HttpReader::held_bytes() const { return body_ == nullptr ? 0 : body_->reader.held_bytes(); }

const HttpRequest* HttpReader::head() const { return body_ == nullptr ? nullptr : &body_->request; }

HttpReader::Status HttpReader::next(const char* data, size_t size, size_t& consumed,
                                    HttpRequest& request) {
  std::string_view rest(data, size);
  consumed = 0;
  if (body_ == nullptr) {
    // Empty lines before a request are skipped (RFC 9112 section 2.2).
    while (rest.starts_with("\r\n")) {
      scanned_ = 0;
      rest.remove_prefix(2);
      consumed += 2;
    }
    size_t used = 0;
    const Status status = read_head(rest, used);
    consumed += used;
    if (status != Status::kRequest) return status;
    rest.remove_prefix(used);
  }
  size_t used = 0;
  const Status status = read_body(rest, used, request);
  consumed += used;
  return status;
}

HttpReader::Status HttpReader::fail(const HeadFailure& failure) {
  const bool too_long = failure.status == 431 || failure.status == 414;
  return fail(failure.status, {too_long ? ErrorCode::kTooLarge : ErrorCode::kFieldInvalid,
                               failure.message, too_long ? "" : "request"});
}

HttpReader::Status HttpReader::need_more_head(std::string_view data) {
  scanned_ = data.size();
  if (const auto failure = check_partial_head(data)) return fail(*failure);
  return Status::kNeedMore;
}

// kRequest: the head is complete, and body_ reads on behind it.
HttpReader::Status HttpReader::read_head(std::string_view data, size_t& consumed) {
  const size_t from = scanned_ < 3 ? 0 : scanned_ - 3;
  const size_t end = data.find("\r\n\r\n", from);
  if (end == std::string_view::npos) return need_more_head(data);
  const std::string_view head = data.substr(0, end + 4);
  if (const auto failure = check_partial_head(head)) return fail(*failure);
  if (const auto failure = check_head(head)) return fail(*failure);
  scanned_ = 0;
  consumed = head.size();
  return parse_head(head);
}

HttpReader::Status HttpReader::parse_head(std::string_view head) {
  beast_http::request_parser<beast_http::empty_body> parser;
  parser.header_limit(kHeaderBytesMax + 1);
  parser.body_limit(boost::none);  // the body is not its business
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if ((error && error != beast_http::error::need_more) || !parser.is_header_done())
    return fail(400, {ErrorCode::kFieldInvalid, "the request's head is broken", "request"});
  std::optional<size_t> length;
  if (!parser.chunked()) length = parser.content_length().value_or(0);
  body_ =
      std::make_unique<Body>(Body{request_of(parser.get()), BodyReader(length, body_bytes_max_)});
  const std::string_view expected = body_->request.header("expect");
  if (!expected.empty() && lower_case(expected) != "100-continue")
    return fail(417, {ErrorCode::kFieldInvalid, "only 100-continue can be expected", "Expect"});
  body_->wants_continue = !expected.empty() && length != 0u;
  return Status::kRequest;
}

HttpReader::Status HttpReader::read_body(std::string_view data, size_t& consumed,
                                         HttpRequest& request) {
  switch (body_->reader.next(data, consumed)) {
    case BodyReader::Status::kNeedMore: return Status::kNeedMore;
    case BodyReader::Status::kTooLarge: return fail_too_large();
    case BodyReader::Status::kBroken:
      return fail(400, {ErrorCode::kFieldInvalid, "the body's chunks are broken", "request"});
    case BodyReader::Status::kDone: break;
  }
  request = std::move(body_->request);
  request.body = body_->reader.take();
  body_ = nullptr;
  return Status::kRequest;
}

}  // namespace chat::gateway
