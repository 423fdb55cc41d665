// A client on a blocking socket, for tests of the gateway over real connections.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "connect/crypto/tls.h"
#include "connect/protocol/frame.h"

namespace chat::gateway {

class TestClient {
 public:
  explicit TestClient(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  // Over TLS. The context is borrowed for this call.
  TestClient(uint16_t port, crypto::TlsContext& tls) : TestClient(port) {
    tls_ = tls.open(fd_);
    EXPECT_EQ(tls_->handshake(), crypto::TlsStream::Progress::kDone);
  }
  ~TestClient() { close(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  // The system does not let the receive buffer grow, up to tens of megabytes, while nobody reads.
  void hold_little() const {
    const int bytes = 128 * 1024;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  // No more is sent.
  void finish() const { shutdown(fd_, SHUT_WR); }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = tls_ ? static_cast<ssize_t>(tls_->write(bytes.data(), bytes.size()).bytes)
                             : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;  // what is read next shows why
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }

  // One HTTP answer with its body.
  std::string read_answer() {
    size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return std::exchange(input_, {});
    }
    size_t size = end + 4;
    constexpr std::string_view kLength = "Content-Length: ";
    if (const size_t at = input_.find(kLength); at < end)
      size += std::stoul(input_.substr(at + kLength.size()));
    while (input_.size() < size && read_more()) {
    }
    std::string answer = input_.substr(0, size);
    input_.erase(0, size);
    return answer;
  }
  // Everything until the server closes.
  std::string read_to_end() {
    while (read_more()) {
    }
    return std::exchange(input_, {});
  }

  // The handshake; the server's answer.
  std::string upgrade(std::string_view more_headers = "") {
    write(
        "GET /v1/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        std::string(more_headers) + "\r\n");
    return read_answer();
  }
  void send(std::string_view text) const { send_frame(protocol::Opcode::kText, text); }
  void send_frame(protocol::Opcode opcode, std::string_view payload) const {
    std::string frame;
    protocol::append_masked_frame(frame, opcode, payload, 0x0a0b0c0d);
    write(frame);
  }
  // The next text; "pong …" and "close <code> <reason>" for those; "end" when the server closed.
  std::string receive() {
    for (;;) {
      protocol::FrameReader::Message message;
      size_t used = 0;
      const auto status = reader_.next(input_.data(), input_.size(), used, message);
      const std::string payload(message.payload);
      input_.erase(0, used);
      if (status == protocol::FrameReader::Status::kFailed) return "broken frame";
      if (status == protocol::FrameReader::Status::kNeedMore) {
        if (!read_more()) return "end";
        continue;
      }
      if (message.opcode == protocol::Opcode::kClose)
        return "close " + std::to_string(message.close_code) + " " + payload;
      return message.opcode == protocol::Opcode::kPong ? "pong " + payload : payload;
    }
  }
  // Upgrades and says hello; the reply.
  std::string enter(const std::string& user) {
    upgrade();
    send(R"({"id":1,"hello":{"token":")" + user + R"("}})");
    return receive();
  }

 private:
  // False at the end of the connection.
  bool read_more() {
    char buffer[64 * 1024];
    const ssize_t n = tls_ ? static_cast<ssize_t>(tls_->read(buffer, sizeof buffer).bytes)
                           : recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    input_.append(buffer, static_cast<size_t>(n));
    return true;
  }

  int fd_;
  std::unique_ptr<crypto::TlsStream> tls_;  // null: plain
  std::string input_;
  protocol::FrameReader reader_{protocol::End::kClient, 16 << 20};
};

}  // namespace chat::gateway
