#include "connect/gateway/http_head.h"

#include <algorithm>
#include <cctype>

#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

using protocol::kHeaderBytesMax;
using protocol::kUriBytesMax;

// Browsers and proxies send about 20. 100 of them leave 160 bytes each within kHeaderBytesMax.
constexpr size_t kHeadersMax = 100;
// The request line besides the target: the longest method we know, two spaces, the version.
constexpr size_t kLineSlack = 32;

// What the headers of one request said about its framing.
struct Framing {
  size_t hosts = 0;
  size_t lengths = 0;
  size_t encodings = 0;
  size_t headers = 0;
};

bool equal_ignoring_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<HeadFailure> bad(std::string message) { return HeadFailure{400, std::move(message)}; }

std::optional<HeadFailure> uri_too_long() {
  return HeadFailure{414, "the request target is at most 8,192 bytes"};
}

std::optional<HeadFailure> check_request_line(std::string_view line, bool& is_http_1_0) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return bad("the request line is broken");
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(line.substr(0, first))) return bad("the method is no token");
  if (target.size() > kUriBytesMax) return uri_too_long();
  if (target.empty() || !std::ranges::all_of(target, [](unsigned char c) {
        return c > 0x20 && c < 0x7f && c != '#';
      }))
    return bad("the request target holds a character that must be percent-encoded");
  if (target.front() != '/' && target != "*") return bad("the request target begins with a slash");
  is_http_1_0 = version == "HTTP/1.0";
  if (!is_http_1_0 && version != "HTTP/1.1") return HeadFailure{505, "HTTP/1.1 is spoken here"};
  return std::nullopt;
}

std::optional<HeadFailure> check_length(std::string_view value) {
  if (value.empty() || value.size() > 18 ||
      !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; }))
    return bad("Content-Length is one whole number");
  return std::nullopt;
}

std::optional<HeadFailure> check_header(std::string_view line, Framing& framing) {
  if (line.front() == ' ' || line.front() == '\t') return bad("folded headers are not taken");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return bad("a header is a name, a colon and a value, without a space before the colon");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_field_text(value)) return bad("a header's value holds a control character");
  if (++framing.headers > kHeadersMax) return HeadFailure{431, "at most 100 headers"};
  if (equal_ignoring_case(name, "host")) ++framing.hosts;
  if (equal_ignoring_case(name, "content-length")) {
    ++framing.lengths;
    return check_length(value);
  }
  if (equal_ignoring_case(name, "transfer-encoding")) {
    ++framing.encodings;
    if (!equal_ignoring_case(value, "chunked")) return bad("the only transfer encoding is chunked");
  }
  return std::nullopt;
}

std::optional<HeadFailure> check_framing(const Framing& framing, bool is_http_1_0) {
  if (framing.hosts > 1 || (framing.hosts == 0 && !is_http_1_0))
    return bad("a request has exactly one Host");
  if (framing.lengths > 1) return bad("two lengths of one body");
  if (framing.encodings > 1) return bad("two transfer encodings");
  if (framing.lengths > 0 && framing.encodings > 0)
    return bad("Content-Length and Transfer-Encoding exclude each other");
  if (framing.encodings > 0 && is_http_1_0) return bad("HTTP/1.0 has no transfer encodings");
  return std::nullopt;
}

}  // namespace

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || kMarks.find(static_cast<char>(c)) != kMarks.npos;
  });
}

bool is_field_text(std::string_view text) {
  return std::ranges::all_of(text,
                             [](unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}

std::optional<HeadFailure> check_head(std::string_view head) {
  Framing framing;
  bool is_http_1_0 = false;
  for (bool first = true; head.size() > 2; first = false) {
    const size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.find_first_of("\r\n") != std::string_view::npos)
      return bad("lines end in a carriage return and a line feed");
    auto failure = first ? check_request_line(line, is_http_1_0) : check_header(line, framing);
    if (failure) return failure;
  }
  return check_framing(framing, is_http_1_0);
}

std::optional<HeadFailure> check_partial_head(std::string_view head) {
  // A client that speaks TLS here waits for our answer, and would never end a line.
  if (!head.empty() && head.front() != '\r' && !is_token(head.substr(0, 1)))
    return bad("the method is no token");
  const size_t line_end = head.find("\r\n");
  if (line_end == std::string_view::npos && head.size() > kUriBytesMax + kLineSlack)
    return uri_too_long();
  if (head.size() > kHeaderBytesMax) return HeadFailure{431, "headers are at most 16,384 bytes"};
  return std::nullopt;
}

}  // namespace chat::gateway
