// A frame, RFC 6455 section 5.2:
//
//   byte 0   FIN 1 bit, reserved 3 bits (0), opcode 4 bits
//   byte 1   MASK 1 bit, length 7 bits: up to 125; 126: 2 bytes follow; 127: 8 bytes follow
//   0, 2, 8  the length, big-endian, in the shortest form that holds it
//   0, 4     the masking key
//   length   the payload, byte i XORed with byte i mod 4 of the masking key
#include "connect/protocol/frame.h"

#include <simdjson.h>

#include <cstring>

#include "connect/base/check.h"
#include "connect/crypto/digest.h"

namespace chat::protocol {
namespace {

constexpr uint8_t kFinBit = 0x80;
constexpr uint8_t kReservedBits = 0x70;
constexpr uint8_t kMaskBit = 0x80;
constexpr size_t kMaskBytes = 4;
constexpr size_t kControlBytesMax = 125;
constexpr size_t kCloseReasonBytesMax = kControlBytesMax - 2;

// A text of 64 KiB in fragments of 64 bytes is a thousand of them; below that average a sender only
// wants to keep us busy. The first 64 are free, so that a small message may end in small pieces.
constexpr size_t kFragmentsFree = 64;
constexpr size_t kFragmentBytesAverageMin = 64;

constexpr std::string_view kHandshakeGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

uint64_t big_endian(const char* bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

void append_big_endian(std::string& out, uint64_t value, size_t size) {
  for (size_t i = size; i-- > 0;) out += static_cast<char>(value >> (8 * i));
}

// How many bytes carry the length after byte 1.
size_t length_bytes(uint8_t second) {
  const uint8_t length = second & 0x7f;
  return length == 126 ? 2 : length == 127 ? 8 : 0;
}

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

// RFC 6455 section 7.4 and IANA's registry: what may stand in a close frame.
bool may_be_sent(uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

// XORs in place, eight bytes at a time. The mask is in the order of its bytes in memory.
void apply_mask(char* data, size_t size, uint32_t mask) {
  const uint64_t twice = static_cast<uint64_t>(mask) << 32 | mask;
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, data + i, 8);
    word ^= twice;
    std::memcpy(data + i, &word, 8);
  }
  char bytes[kMaskBytes];
  std::memcpy(bytes, &mask, kMaskBytes);
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ bytes[i % kMaskBytes]);
}

void append_header(std::string& out, Opcode opcode, size_t size, uint8_t mask_bit) {
  out += static_cast<char>(kFinBit | static_cast<uint8_t>(opcode));
  if (size <= 125) {
    out += static_cast<char>(mask_bit | size);
  } else if (size <= 0xffff) {
    out += static_cast<char>(mask_bit | 126);
    append_big_endian(out, size, 2);
  } else {
    out += static_cast<char>(mask_bit | 127);
    append_big_endian(out, size, 8);
  }
}

}  // namespace

FrameReader::Status FrameReader::fail(CloseCode code, const char* reason) {
  failure_ = {code, reason};
  return Status::kFailed;
}

// Everything that can be judged from the header alone is judged before the payload is waited for.
FrameReader::Status FrameReader::read_header(const char* data, size_t size, Header& header) {
  if (size < 2) return Status::kNeedMore;
  const auto first = static_cast<uint8_t>(data[0]);
  const auto second = static_cast<uint8_t>(data[1]);
  if (first & kReservedBits) return fail(CloseCode::kProtocolError, "reserved bits are set");
  if (!is_known(first & 0x0f)) return fail(CloseCode::kProtocolError, "the opcode is reserved");
  header.opcode = static_cast<Opcode>(first & 0x0f);
  header.last = first & kFinBit;
  const bool masked = second & kMaskBit;
  if (masked != (end_ == End::kServer))
    return fail(CloseCode::kProtocolError,
                masked ? "a server's frame is masked" : "a client's frame is not masked");
  if (header.is_control() && (!header.last || (second & 0x7f) > kControlBytesMax))
    return fail(CloseCode::kProtocolError, "a control frame is fragmented or too long");
  if (!header.is_control() && assembling_.has_value() != (header.opcode == Opcode::kContinuation))
    return fail(CloseCode::kProtocolError, assembling_ ? "a message begins inside another"
                                                       : "a continuation continues nothing");
  return read_length(data, size, header);
}

FrameReader::Status FrameReader::read_length(const char* data, size_t size, Header& header) {
  const size_t extended = length_bytes(static_cast<uint8_t>(data[1]));
  if (size < 2 + extended) return Status::kNeedMore;
  const uint64_t length = extended ? big_endian(data + 2, extended) : data[1] & 0x7f;
  if ((extended == 2 && length <= 125) || (extended == 8 && length <= 0xffff))
    return fail(CloseCode::kProtocolError, "the length is not in its shortest form");
  if (length >> 63) return fail(CloseCode::kProtocolError, "the length has its highest bit set");
  if (!header.is_control() && length > message_bytes_max_ - assembled_.size())
    return fail(CloseCode::kTooBig, "the message is too big");
  if (!header.is_control() && fragments_ >= kFragmentsFree &&
      assembled_.size() + length < (fragments_ + 1) * kFragmentBytesAverageMin)
    return fail(CloseCode::kPolicy, "the fragments are too small");
  header.payload_at = 2 + extended + (end_ == End::kServer ? kMaskBytes : 0);
  header.length = static_cast<size_t>(length);
  return size < header.payload_at + header.length ? Status::kNeedMore : Status::kMessage;
}

FrameReader::Status FrameReader::next(char* data, size_t size, size_t& consumed, Message& message) {
  if (failure_.reason != nullptr) return Status::kFailed;
  if (!assembling_ && !assembled_.empty()) std::string().swap(assembled_);
  for (;;) {
    Header header;
    char* frame = data + consumed;
    const Status status = read_header(frame, size - consumed, header);
    if (status != Status::kMessage) return status;
    consumed += header.payload_at + header.length;
    char* payload = frame + header.payload_at;
    if (end_ == End::kServer) {
      uint32_t mask;
      std::memcpy(&mask, payload - kMaskBytes, kMaskBytes);
      apply_mask(payload, header.length, mask);
    }
    const std::string_view bytes(payload, header.length);
    if (header.is_control()) return take_control(header.opcode, bytes, message);
    if (header.last && !assembling_) return take_message(header.opcode, bytes, message);
    if (append_fragment(header, bytes)) continue;
    const Opcode opcode = *assembling_;
    assembling_.reset();
    fragments_ = 0;
    return take_message(opcode, assembled_, message);
  }
}

// True while the message goes on.
bool FrameReader::append_fragment(const Header& header, std::string_view bytes) {
  if (!assembling_) assembling_ = header.opcode;
  ++fragments_;
  assembled_ += bytes;
  return !header.last;
}

FrameReader::Status FrameReader::take_message(Opcode opcode, std::string_view bytes,
                                              Message& message) {
  if (opcode == Opcode::kText && !valid_utf8(bytes))
    return fail(CloseCode::kInvalidUtf8, "the text is not valid UTF-8");
  message = {opcode, bytes, 0};
  return Status::kMessage;
}

FrameReader::Status FrameReader::take_control(Opcode opcode, std::string_view bytes,
                                              Message& message) {
  message = {opcode, bytes, 0};
  if (opcode != Opcode::kClose || bytes.empty()) return Status::kMessage;
  if (bytes.size() < 2) return fail(CloseCode::kProtocolError, "the close code is cut off");
  message.close_code = static_cast<uint16_t>(big_endian(bytes.data(), 2));
  message.payload = bytes.substr(2);
  if (!may_be_sent(message.close_code))
    return fail(CloseCode::kProtocolError, "the close code may not be sent");
  if (!valid_utf8(message.payload))
    return fail(CloseCode::kInvalidUtf8, "the close reason is not valid UTF-8");
  return Status::kMessage;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  append_header(out, opcode, payload.size(), 0);
  out += payload;
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, uint32_t mask) {
  append_header(out, opcode, payload.size(), kMaskBit);
  char bytes[kMaskBytes];
  std::memcpy(bytes, &mask, kMaskBytes);
  out.append(bytes, kMaskBytes);
  const size_t payload_at = out.size();
  out += payload;
  apply_mask(out.data() + payload_at, payload.size(), mask);
}

void append_close_frame(std::string& out, CloseCode code, std::string_view reason) {
  CHECK(reason.size() <= kCloseReasonBytesMax);
  append_header(out, Opcode::kClose, 2 + reason.size(), 0);
  append_big_endian(out, static_cast<uint16_t>(code), 2);
  out += reason;
}

std::string websocket_accept(std::string_view key) {
  const std::array<uint8_t, 20> digest = crypto::sha1(std::string(key).append(kHandshakeGuid));
  return crypto::base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool valid_utf8(std::string_view text) {
  return text.empty() || simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace chat::protocol
