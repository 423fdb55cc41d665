#include "connect/app/ops_client.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "connect/protocol/json_in.h"

namespace chat::app {
namespace {

using base::Code;
using base::Result;

constexpr time_t kAnswerSeconds = 600;
constexpr size_t kAnswerBytesMax = 64 << 20;  // an inspection of 100,000 members is 10 MB

struct Head {
  int status = 0;
  size_t bytes = 0;  // of the head
  size_t body_bytes = 0;
  bool close = false;
};

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Our own server's answers only: a status line, a Content-Length, no chunks.
std::optional<Head> read_head(const std::string& bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == bytes.npos || bytes.size() < 12) return std::nullopt;
  const std::string text = lower_case(std::string_view(bytes).substr(0, end));
  Head head;
  head.bytes = end + 4;
  std::from_chars(text.data() + 9, text.data() + 12, head.status);
  constexpr std::string_view kLength = "\r\ncontent-length:";
  if (const size_t at = text.find(kLength); at != text.npos) {
    const size_t digits = text.find_first_not_of(' ', at + kLength.size());
    std::from_chars(text.data() + std::min(digits, text.size()), text.data() + text.size(),
                    head.body_bytes);
  }
  head.close = text.find("\r\nconnection: close") != text.npos;
  return head;
}

std::string message_of(const std::string& body) {
  const auto document = protocol::json::parse(body);
  const auto* error = document ? document->find("error") : nullptr;
  const auto* message = error != nullptr ? error->find("message") : nullptr;
  return message != nullptr ? message->string : "an answer without a message";
}

Code code_of(int status) {
  if (status == 404) return Code::kNotFound;
  if (status == 503) return Code::kUnavailable;
  return status >= 500 ? Code::kInternal : Code::kInvalid;
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view address) {
  const size_t colon = address.rfind(':');
  HostPort parsed;
  const auto invalid = base::unexpected(
      Code::kInvalid, "`" + std::string(address) + "` is no HOST:PORT, as in 127.0.0.1:8080");
  const bool is_url = address.find('/') != address.npos;
  if (colon == address.npos || colon == 0 || is_url) return invalid;
  const std::string_view port = address.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (error != std::errc() || end != port.data() + port.size()) return invalid;
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  parsed.host = std::string(host);
  return parsed;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (std::isalnum(byte) != 0 || std::strchr("-._~", c) != nullptr) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

Result<OpsClient> OpsClient::make(std::string_view address) {
  TRY_ASSIGN(HostPort parsed, parse_host_port(address));
  return OpsClient(std::move(parsed.host), std::to_string(parsed.port));
}

OpsClient::OpsClient(std::string host, std::string port)
    : host_(std::move(host)), port_(std::move(port)) {}

OpsClient::OpsClient(OpsClient&& other) noexcept { *this = std::move(other); }

OpsClient& OpsClient::operator=(OpsClient&& other) noexcept {
  std::swap(host_, other.host_);
  std::swap(port_, other.port_);
  std::swap(fd_, other.fd_);
  return *this;
}

OpsClient::~OpsClient() { close(); }

void OpsClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

base::Status OpsClient::open() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string address = host_ + ":" + port_;
  if (getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) != 0)
    return base::unexpected(Code::kUnavailable, "there is no host " + host_);
  for (const addrinfo* one = found; one != nullptr && fd_ < 0; one = one->ai_next) {
    fd_ = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ >= 0 && ::connect(fd_, one->ai_addr, one->ai_addrlen) != 0) close();
  }
  freeaddrinfo(found);
  if (fd_ < 0)
    return base::unexpected(Code::kUnavailable, "nothing answers at " + address + ": " +
                                                    std::strerror(errno) +
                                                    " (is --ops the operations port?)");
  const timeval patience{kAnswerSeconds, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return base::ok();
}

Result<OpsAnswer> OpsClient::exchange(std::string_view request) {
  const auto lost = base::unexpected(Code::kUnavailable,
                                     "the connection to " + host_ + ":" + port_ + " was lost");
  while (!request.empty()) {
    const ssize_t sent = send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) return lost;
    request.remove_prefix(static_cast<size_t>(sent));
  }
  std::string bytes;
  char buffer[16 * 1024];
  for (;;) {
    const auto head = read_head(bytes);
    if (head && bytes.size() >= head->bytes + head->body_bytes) {
      if (head->close) close();
      return OpsAnswer{head->status, bytes.substr(head->bytes, head->body_bytes)};
    }
    const ssize_t received = recv(fd_, buffer, sizeof buffer, 0);
    if (received <= 0 || bytes.size() > kAnswerBytesMax) return lost;
    bytes.append(buffer, static_cast<size_t>(received));
  }
}

Result<OpsAnswer> OpsClient::call(std::string_view method, std::string_view target,
                                  std::string_view body) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  request.append(host_).append(":").append(port_);
  if (!body.empty()) request.append("\r\nContent-Type: application/json");
  request.append("\r\nContent-Length: ").append(std::to_string(body.size()));
  request.append("\r\n\r\n").append(body);
  const bool kept = fd_ >= 0;
  if (!kept) TRY(open());
  auto answer = exchange(request);
  if (answer) return answer;
  close();
  // The server may have closed a kept connection while it was idle. Every call may be made twice.
  if (!kept) return answer;
  TRY(open());
  answer = exchange(request);
  if (!answer) close();
  return answer;
}

Result<std::string> OpsClient::ask(std::string_view method, std::string_view target,
                                   std::string_view body) {
  TRY_ASSIGN(OpsAnswer answer, call(method, target, body));
  if (answer.status == 200) return std::move(answer.body);
  return base::unexpected(code_of(answer.status), "the server says: " + message_of(answer.body));
}

}  // namespace chat::app
