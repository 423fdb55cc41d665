#include "connect/gateway/http_body.h"

#include <algorithm>
#include <charconv>

#include "connect/gateway/http_head.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

// A size of 16 digits and an extension that nobody uses.
constexpr size_t kSizeLineMax = 256;

}  // namespace

BodyReader::BodyReader(std::optional<size_t> length, size_t bytes_max)
    : is_chunked_(!length),
      bytes_max_(bytes_max),
      state_(is_chunked_ ? State::kSize : State::kBytes),
      left_(length.value_or(0)) {}

BodyReader::Status BodyReader::next(std::string_view data, size_t& consumed) {
  consumed = 0;
  if (!is_chunked_ && body_.size() + left_ > bytes_max_) return Status::kTooLarge;
  while (state_ != State::kDone) {
    size_t used = 0;
    const Status status = step(data.substr(consumed), used);
    consumed += used;
    if (status != Status::kDone) return status;
  }
  return Status::kDone;
}

BodyReader::Status BodyReader::step(std::string_view rest, size_t& used) {
  if (state_ == State::kBytes) return read_bytes(rest, used);
  const size_t line_max = state_ == State::kTrailers ? protocol::kHeaderBytesMax : kSizeLineMax;
  const size_t end = rest.find("\r\n");
  const size_t size = std::min(end, rest.size());
  if (size > line_max) return Status::kBroken;
  if (end == std::string_view::npos) return Status::kNeedMore;
  const std::string_view line = rest.substr(0, end);
  used = end + 2;
  switch (state_) {
    case State::kSize: return read_size(line);
    case State::kTrailers: return read_trailer(line);
    default: state_ = State::kSize; return line.empty() ? Status::kDone : Status::kBroken;
  }
}

BodyReader::Status BodyReader::read_bytes(std::string_view rest, size_t& used) {
  used = std::min(left_, rest.size());
  body_ += rest.substr(0, used);
  left_ -= used;
  if (left_ > 0) return Status::kNeedMore;
  state_ = is_chunked_ ? State::kBytesEnd : State::kDone;
  return Status::kDone;
}

BodyReader::Status BodyReader::read_size(std::string_view line) {
  const std::string_view digits = line.substr(0, line.find(';'));
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error == std::errc::result_out_of_range) return Status::kTooLarge;
  if (error != std::errc() || stop != digits.data() + digits.size()) return Status::kBroken;
  if (!is_field_text(line)) return Status::kBroken;
  if (left_ > bytes_max_ - body_.size()) return Status::kTooLarge;
  state_ = left_ == 0 ? State::kTrailers : State::kBytes;
  return Status::kDone;
}

// Trailers are read and dropped: nothing that arrives behind the body may change what came before.
BodyReader::Status BodyReader::read_trailer(std::string_view line) {
  trailer_bytes_ += line.size() + 2;
  if (trailer_bytes_ > protocol::kHeaderBytesMax) return Status::kBroken;
  if (line.empty()) {
    state_ = State::kDone;
    return Status::kDone;
  }
  const size_t colon = line.find(':');
  const bool is_header = colon != std::string_view::npos && is_token(line.substr(0, colon)) &&
                         is_field_text(line.substr(colon + 1));
  return is_header ? Status::kDone : Status::kBroken;
}

}  // namespace chat::gateway
