// BodyReader: the bytes of a request's body, by their length or in chunks (RFC 9112 section 7.1).
//
//   chunk = hex [";" extension] CRLF bytes CRLF;  last: "0" [";" extension] CRLF *(trailer CRLF)
//   CRLF
//
// Our own, because the parser that reads the head is lenient about chunks and trailers, and what it
// makes of a broken one depends on how the bytes were cut.
// Thread rule: belongs to one connection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chat::gateway {

class BodyReader {
 public:
  enum class Status { kDone, kNeedMore, kBroken, kTooLarge };

  // `length`: the body's; nothing: it comes in chunks.
  BodyReader(std::optional<size_t> length, size_t bytes_max);

  // Reads from `data` and says in `consumed` how much of it was used. After kNeedMore call with
  // more bytes behind what was not consumed, which is less than a line.
  Status next(std::string_view data, size_t& consumed);
  std::string take() { return std::move(body_); }
  [[nodiscard]] size_t held_bytes() const { return body_.size(); }

 private:
  enum class State { kSize, kBytes, kBytesEnd, kTrailers, kDone };

  // One step; kDone: go on with the next.
  Status step(std::string_view rest, size_t& used);
  Status read_size(std::string_view line);
  Status read_bytes(std::string_view rest, size_t& used);
  Status read_trailer(std::string_view line);

  const bool is_chunked_;
  const size_t bytes_max_;
  State state_;
  size_t left_ = 0;           // of the chunk or the body
  size_t trailer_bytes_ = 0;  // read so far
  std::string body_;
};

}  // namespace chat::gateway
