// WebSocket framing (RFC 6455), pure: bytes in, messages out, for both ends. Strict: what the RFC
// forbids is refused with its close code before anything is allocated for it.
// Thread rule: a FrameReader belongs to one connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connect/protocol/limits.h"

namespace chat::protocol {

enum class Opcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// Close codes: RFC 6455's and our own.
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidUtf8 = 1007,
  kPolicy = 1008,
  kTooBig = 1009,
  kServiceRestart = 1012,
  kNoHello = 4401,
  kTokenExpired = 4402,
  kTooSlow = 4408,
  kTooMany = 4429,
  kTokenRefused = 4501,
  kTokenRevoked = 4503,
  kReplaced = 4509,
};

// Which end we are: a server requires masked frames, a client unmasked ones.
enum class End { kServer, kClient };

class FrameReader {
 public:
  // A whole message or a control frame. `payload` is unmasked; it points into the buffer given to
  // next() or into the reader, and is valid until the next call.
  struct Message {
    Opcode opcode = Opcode::kText;  // kText, kBinary, kClose, kPing, kPong
    std::string_view payload;       // kClose: the reason without the code
    uint16_t close_code = 0;        // kClose: 0 when the peer gave none
  };
  struct Failure {
    CloseCode code;
    const char* reason;
  };
  enum class Status { kMessage, kNeedMore, kFailed };

  explicit FrameReader(End end, size_t message_bytes_max = kMessageBytesMax)
      : end_(end), message_bytes_max_(message_bytes_max) {}

  // Reads from `data[consumed…)`, unmasking in place, and moves `consumed` past what was used. Call
  // again after kMessage; after kNeedMore call with more bytes behind what was not consumed. Text
  // is checked as UTF-8. A message of more than 64 fragments that average less than 64 bytes is
  // refused (1008).
  Status next(char* data, size_t size, size_t& consumed, Message& message);
  const Failure& failure() const { return failure_; }  // after kFailed, which is for good
  // Bytes of a fragmented message whose end has not come.
  size_t held_bytes() const { return assembled_.size(); }

 private:
  End end_;
  size_t message_bytes_max_;
  std::string assembled_;  // of a fragmented message
  std::optional<Opcode> assembling_;
  size_t fragments_ = 0;
  Failure failure_{};

  struct Header {
    Opcode opcode = Opcode::kText;
    bool last = false;  // of its message
    size_t payload_at = 0;
    size_t length = 0;
    bool is_control() const { return opcode >= Opcode::kClose; }
  };
  // kMessage here: the whole frame is there.
  Status read_header(const char* data, size_t size, Header& header);
  Status read_length(const char* data, size_t size, Header& header);
  bool append_fragment(const Header& header, std::string_view bytes);
  Status take_message(Opcode opcode, std::string_view bytes, Message& message);
  Status take_control(Opcode opcode, std::string_view bytes, Message& message);
  Status fail(CloseCode code, const char* reason);
};

// Appends one unfragmented, unmasked frame (a server's).
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
// The same, masked (a client's).
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, uint32_t mask);
void append_close_frame(std::string& out, CloseCode code, std::string_view reason);

// The Sec-WebSocket-Accept of a Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);

bool valid_utf8(std::string_view text);

}  // namespace chat::protocol
