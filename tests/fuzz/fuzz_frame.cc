// Any bytes as a stream of frames, at both ends: read at once and read in pieces whose sizes come
// from the input, it must give the same messages and the same end.
#include <algorithm>
#include <vector>

#include "connect/base/check.h"
#include "connect/protocol/frame.h"

namespace chat::protocol {
namespace {

using Status = FrameReader::Status;

// Small, so that the fuzzer reaches it.
constexpr size_t kMessageBytes = 512;

struct Read {
  Opcode opcode;
  std::string payload;
  uint16_t close_code;
  bool operator==(const Read&) const = default;
};

struct Outcome {
  std::vector<Read> messages;
  int failure = 0;
  bool operator==(const Outcome&) const = default;
};

void check_message(const FrameReader::Message& message) {
  CHECK(message.payload.size() <= kMessageBytes);
  CHECK(message.opcode != Opcode::kContinuation);
  if (message.opcode == Opcode::kText || message.opcode == Opcode::kClose)
    CHECK(valid_utf8(message.payload));
}

// Piece i has 1 + sizes[i mod n] bytes.
Outcome read_pieces(End end, std::string_view stream, std::string_view sizes) {
  FrameReader reader(end, kMessageBytes);
  Outcome outcome;
  std::string buffer;
  for (size_t i = 0; !stream.empty(); ++i) {
    const size_t piece =
        sizes.empty() ? stream.size() : 1 + static_cast<uint8_t>(sizes[i % sizes.size()]);
    buffer += stream.substr(0, piece);
    stream.remove_prefix(std::min(piece, stream.size()));
    size_t consumed = 0;
    FrameReader::Message message;
    Status status;
    while ((status = reader.next(buffer.data(), buffer.size(), consumed, message)) ==
           Status::kMessage) {
      check_message(message);
      outcome.messages.push_back(
          {message.opcode, std::string(message.payload), message.close_code});
    }
    CHECK(consumed <= buffer.size());
    if (status == Status::kFailed) {
      outcome.failure = static_cast<int>(reader.failure().code);
      return outcome;
    }
    buffer.erase(0, consumed);
  }
  return outcome;
}

// The first byte says how many of the next are sizes of pieces.
void check(std::string_view input) {
  if (input.empty()) return;
  const size_t count = std::min<size_t>(static_cast<uint8_t>(input[0]) % 16, input.size() - 1);
  const std::string_view sizes = input.substr(1, count), stream = input.substr(1 + count);
  for (End end : {End::kServer, End::kClient}) {
    const Outcome at_once = read_pieces(end, stream, {});
    CHECK(at_once == read_pieces(end, stream, sizes));
    CHECK(at_once == read_pieces(end, stream, std::string_view("\0", 1)));
  }
}

}  // namespace
}  // namespace chat::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chat::protocol::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
