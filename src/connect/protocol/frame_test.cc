#include "connect/protocol/frame.h"

#include <gtest/gtest.h>

#include <vector>

namespace chat::protocol {
namespace {

using Status = FrameReader::Status;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (int value : values) out += static_cast<char>(value);
  return out;
}

// One frame from a client, with any first byte.
std::string masked(int first, std::string_view payload) {
  std::string frame;
  append_masked_frame(frame, Opcode::kText, payload, 0x04030201);
  frame[0] = static_cast<char>(first);
  return frame;
}

struct Read {
  Opcode opcode;
  std::string payload;
  uint16_t close_code;
  bool operator==(const Read&) const = default;
};

struct Outcome {
  std::vector<Read> messages;
  int failure = 0;  // the close code, or 0
  bool operator==(const Outcome&) const = default;
};

// Feeds the stream in pieces of `piece` bytes, as a connection does.
Outcome read_all(std::string_view stream, size_t piece, End end = End::kServer,
                 size_t bytes_max = kMessageBytesMax) {
  FrameReader reader(end, bytes_max);
  Outcome outcome;
  std::string buffer;
  while (!stream.empty()) {
    buffer += stream.substr(0, piece);
    stream.remove_prefix(std::min(piece, stream.size()));
    size_t consumed = 0;
    FrameReader::Message message;
    Status status;
    while ((status = reader.next(buffer.data(), buffer.size(), consumed, message)) ==
           Status::kMessage)
      outcome.messages.push_back(
          {message.opcode, std::string(message.payload), message.close_code});
    if (status == Status::kFailed) {
      outcome.failure = static_cast<int>(reader.failure().code);
      return outcome;
    }
    buffer.erase(0, consumed);
  }
  return outcome;
}

TEST(Frame, ReadsWhatTheOtherEndWrote) {
  for (size_t size : {0u, 1u, 7u, 8u, 9u, 125u, 126u, 127u, 65535u, 65536u}) {
    const std::string payload(size, 'x');
    std::string to_server, to_client;
    append_masked_frame(to_server, Opcode::kText, payload, 0xa1b2c3d4);
    append_frame(to_client, Opcode::kText, payload);
    const Outcome expected{{{Opcode::kText, payload, 0}}};
    EXPECT_EQ(read_all(to_server, 1000), expected) << size;
    EXPECT_EQ(read_all(to_client, 1000, End::kClient), expected) << size;
  }
}

// RFC 6455 section 5.7.
TEST(Frame, ReadsTheExamplesOfTheRfc) {
  const Outcome hello{{{Opcode::kText, "Hello", 0}}};
  EXPECT_EQ(read_all(bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}), 99),
            hello);
  EXPECT_EQ(
      read_all(bytes({0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f}), 99, End::kClient),
      hello);
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Frame, AnUnfragmentedMessageIsNotCopied) {
  std::string buffer = masked(0x81, "in place");
  FrameReader reader(End::kServer);
  FrameReader::Message message;
  size_t consumed = 0;
  ASSERT_EQ(reader.next(buffer.data(), buffer.size(), consumed, message), Status::kMessage);
  EXPECT_EQ(consumed, buffer.size());
  EXPECT_EQ(message.payload.data(), buffer.data() + 6);
  EXPECT_EQ(reader.next(buffer.data(), buffer.size(), consumed, message), Status::kNeedMore);
}

TEST(Frame, ControlFramesMayStandBetweenFragments) {
  const std::string stream = masked(0x01, "one ") + masked(0x89, "ping") + masked(0x00, "two ") +
                             masked(0x8a, "") + masked(0x80, "three") + masked(0x82, "\xff") +
                             masked(0x88, bytes({0x03, 0xe8}) + "bye") + masked(0x88, "");
  const Outcome expected{{{Opcode::kPing, "ping", 0},
                          {Opcode::kPong, "", 0},
                          {Opcode::kText, "one two three", 0},
                          {Opcode::kBinary, "\xff", 0},
                          {Opcode::kClose, "bye", 1000},
                          {Opcode::kClose, "", 0}}};
  for (size_t piece = 1; piece <= stream.size(); ++piece)
    EXPECT_EQ(read_all(stream, piece), expected) << piece;
}

TEST(Frame, RefusesWhatTheRfcForbids) {
  const struct {
    const char* why;
    std::string stream;
    int code;
  } table[] = {
      {"unmasked", bytes({0x81, 0x01, 'x'}), 1002},
      {"reserved bit 1", masked(0xc1, "x"), 1002},
      {"reserved bit 2", masked(0xa1, "x"), 1002},
      {"reserved bit 3", masked(0x91, "x"), 1002},
      {"opcode 3", masked(0x83, "x"), 1002},
      {"opcode 7", masked(0x87, "x"), 1002},
      {"opcode 11", masked(0x8b, "x"), 1002},
      {"opcode 15", masked(0x8f, "x"), 1002},
      {"fragmented ping", masked(0x09, "x"), 1002},
      {"long ping", masked(0x89, std::string(126, 'x')), 1002},
      {"long ping, header only", bytes({0x89, 0xfe}), 1002},
      {"continuation of nothing", masked(0x80, "x"), 1002},
      {"continuation after the end", masked(0x81, "x") + masked(0x80, "x"), 1002},
      {"message inside another", masked(0x01, "x") + masked(0x81, "x"), 1002},
      {"2-byte length for 125", bytes({0x81, 0xfe, 0, 125}), 1002},
      {"8-byte length for 65535", bytes({0x81, 0xff, 0, 0, 0, 0, 0, 0, 255, 255}), 1002},
      {"length 2^63", bytes({0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}), 1002},
      {"length 2^63 - 1", bytes({0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255}), 1009},
      {"65,537 bytes, header only", bytes({0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1}), 1009},
      {"fragments of 65,537 bytes", masked(0x01, std::string(65536, 'x')) + masked(0x80, "x"),
       1009},
      {"invalid UTF-8", masked(0x81, "\xc0\x80"), 1007},
      {"a surrogate in UTF-8", masked(0x81, "\xed\xa0\x80"), 1007},
      {"UTF-8 cut at the end", masked(0x81, "\xe2\x82"), 1007},
      {"UTF-8 cut at the end of fragments", masked(0x01, "\xe2") + masked(0x80, "\x82"), 1007},
      {"one-byte close", masked(0x88, "x"), 1002},
      {"close 999", masked(0x88, bytes({0x03, 0xe7})), 1002},
      {"close 1004", masked(0x88, bytes({0x03, 0xec})), 1002},
      {"close 1005", masked(0x88, bytes({0x03, 0xed})), 1002},
      {"close 1006", masked(0x88, bytes({0x03, 0xee})), 1002},
      {"close 1015", masked(0x88, bytes({0x03, 0xf7})), 1002},
      {"close 2999", masked(0x88, bytes({0x0b, 0xb7})), 1002},
      {"close 5000", masked(0x88, bytes({0x13, 0x88})), 1002},
      {"close reason not UTF-8", masked(0x88, bytes({0x03, 0xe8, 0xff})), 1007},
  };
  for (const auto& row : table) {
    for (size_t piece : {size_t{1}, row.stream.size()})
      EXPECT_EQ(read_all(row.stream, piece).failure, row.code) << row.why << " by " << piece;
  }
  EXPECT_EQ(read_all(masked(0x81, "x"), 99, End::kClient).failure, 1002) << "masked by a server";
}

TEST(Frame, AcceptsCloseCodesThatMayBeSent) {
  for (int code : {1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 4408, 4999}) {
    const Outcome outcome = read_all(masked(0x88, bytes({code >> 8, code & 0xff})), 99);
    ASSERT_EQ(outcome.messages.size(), 1u) << code;
    EXPECT_EQ(outcome.messages[0].close_code, code);
  }
}

TEST(Frame, AcceptsUtf8CutBetweenFragments) {
  EXPECT_EQ(read_all(masked(0x01, "\xe2\x82") + masked(0x80, "\xac"), 99),
            (Outcome{{{Opcode::kText, "€", 0}}}));
}

std::string fragmented(size_t fragments, size_t size_of_each) {
  std::string stream = masked(0x01, std::string(size_of_each, 'x'));
  for (size_t i = 2; i < fragments; ++i) stream += masked(0x00, std::string(size_of_each, 'x'));
  return stream + masked(0x80, std::string(size_of_each, 'x'));
}

TEST(Frame, RefusesAFloodOfTinyFragments) {
  EXPECT_EQ(read_all(fragmented(1000, 0), 4096).failure, 1008);
  EXPECT_EQ(read_all(fragmented(65, 63), 4096).failure, 1008);
  EXPECT_EQ(read_all(fragmented(64, 1), 4096).failure, 0);
  EXPECT_EQ(read_all(fragmented(1024, 64), 4096).failure, 0);
}

// Counting begins anew with each message.
TEST(Frame, ManySmallFragmentedMessagesArePermitted) {
  std::string stream;
  for (int i = 0; i < 50; ++i) stream += fragmented(10, 1);
  const Outcome outcome = read_all(stream, 4096);
  EXPECT_EQ(outcome.failure, 0);
  EXPECT_EQ(outcome.messages.size(), 50u);
}

TEST(Frame, AFailureIsForGood) {
  std::string bad = masked(0x83, "x"), good = masked(0x81, "x");
  FrameReader reader(End::kServer);
  FrameReader::Message message;
  size_t consumed = 0;
  EXPECT_EQ(reader.next(bad.data(), bad.size(), consumed, message), Status::kFailed);
  EXPECT_EQ(reader.next(good.data(), good.size(), consumed, message), Status::kFailed);
}

TEST(Frame, AClosingFrameCarriesCodeAndReason) {
  std::string frame;
  append_close_frame(frame, CloseCode::kTooSlow, "500");
  EXPECT_EQ(read_all(frame, 99, End::kClient), (Outcome{{{Opcode::kClose, "500", 4408}}}));
}

TEST(Frame, Utf8AsTheUnicodeStandardHasIt) {
  for (std::string_view good : {"", "a", "é", "€", "😀", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf"})
    EXPECT_TRUE(valid_utf8(good)) << good;
  EXPECT_TRUE(valid_utf8(std::string_view("\0", 1)));
  for (std::string_view bad :
       {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "a\xe2\x82"})
    EXPECT_FALSE(valid_utf8(bad));
}

}  // namespace
}  // namespace chat::protocol
