#include "connect/client/connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "connect/client/connect_failure.h"
#include "connect/crypto/digest.h"

namespace chat::client {
namespace {

using base::Code;
using Progress = crypto::TlsStream::Progress;
using Loop = base::EventLoop;

constexpr uint16_t kAbnormal = 1006;
constexpr uint16_t kNeverOpens = 1015;
constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kUpgradeBytesMax = 16 * 1024;

// The first address that a socket can be made for. Connecting goes on in the background.
base::Result<int> start_connecting(const Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure =
      getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
  if (failure != 0)
    return base::unexpected(Code::kUnavailable, url.host + ": " + gai_strerror(failure));
  int fd = -1;
  int error = EADDRNOTAVAIL;
  for (const addrinfo* address = found; address && fd < 0; address = address->ai_next) {
    fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    if (::connect(fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS) break;
    error = errno;
    ::close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  if (fd < 0)
    return base::unexpected(Code::kUnavailable, url.authority() + ": " + std::strerror(error));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

bool same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() &&
         std::equal(one.begin(), one.end(), other.begin(), [](unsigned char a, unsigned char b) {
           return std::tolower(a) == std::tolower(b);
         });
}

// The value of a header in an answer's head, or nothing.
std::string_view header_of(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const size_t colon = line.find(':');
    if (colon == line.npos || !same_name(line.substr(0, colon), name)) continue;
    const size_t begin = line.find_first_not_of(' ', colon + 1);
    return begin == line.npos ? std::string_view() : line.substr(begin);
  }
  return {};
}

}  // namespace

Connection::Connection(base::EventLoop& loop, base::Random& random, Url url,
                       std::unique_ptr<crypto::TlsContext> tls, Listener& listener)
    : loop_(loop),
      random_(random),
      url_(std::move(url)),
      tls_context_(std::move(tls)),
      listener_(listener),
      reader_(protocol::End::kClient, kMessageBytesMax) {}

Connection::~Connection() { forget(); }

void Connection::open() {
  forget();
  const uint64_t incarnation = ++incarnation_;
  base::Status started = start();
  if (started) return;
  // Never inside the call, so that a failure at once looks like any other.
  timer_ = loop_.start_timer(0, [this, incarnation, why = std::move(started.error().message)] {
    if (incarnation == incarnation_) fail(kAbnormal, why);
  });
}

base::Status Connection::start() {
  TRY_ASSIGN(fd_, start_connecting(url_));
  state_ = State::kConnecting;
  watched_ = Loop::kWrite;
  loop_.watch(fd_, watched_, *this);
  timer_ = loop_.start_timer(kOpenTimeoutMs, [this] {
    if (state_ == State::kSecuring) return fail(no_handshake(url_));
    fail(kAbnormal, url_.authority() + ": no answer in time");
  });
  return base::ok();
}

void Connection::forget() {
  if (timer_) loop_.cancel_timer(timer_);
  timer_ = 0;
  if (fd_ >= 0) {
    loop_.unwatch(fd_);
    tls_.reset();
    ::close(fd_);
  }
  fd_ = -1;
  state_ = State::kClosed;
  reader_ = protocol::FrameReader(protocol::End::kClient, kMessageBytesMax);
  in_.clear();
  out_.clear();
  out_sent_ = 0;
}

void Connection::fail(base::Error error) {
  fail(error.code == Code::kConflict ? kNeverOpens : kAbnormal, std::move(error.message));
}

void Connection::fail(uint16_t code, std::string reason) {
  forget();
  ++incarnation_;
  listener_.on_closed(code, reason);
}

void Connection::want(uint32_t events) {
  if (events == watched_) return;
  watched_ = events;
  loop_.rewatch(fd_, events, *this);
}

void Connection::on_events(uint32_t events) {
  switch (state_) {
    case State::kClosed: return;
    case State::kConnecting: return connected();
    case State::kSecuring: return secure();
    default: break;
  }
  if (events & (Loop::kRead | Loop::kHangup)) {
    const uint64_t incarnation = incarnation_;
    while (incarnation == incarnation_ && read_some()) {
    }
    if (incarnation != incarnation_) return;
  }
  flush();
}

void Connection::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(kAbnormal, url_.authority() + ": " + std::strerror(error));
  if (!url_.tls) return upgrade();
  tls_ = tls_context_->open(fd_);
  if (!tls_) return fail(kAbnormal, "no TLS stream could be opened");
  state_ = State::kSecuring;
  secure();
}

void Connection::secure() {
  switch (tls_->handshake()) {
    case Progress::kDone: return upgrade();
    case Progress::kWantRead: return want(Loop::kRead);
    case Progress::kWantWrite: return want(Loop::kWrite);
    default: return fail(tls_failure(url_, tls_->failure()));
  }
}

void Connection::upgrade() {
  state_ = State::kUpgrading;
  std::string bytes;
  for (int i = 0; i < 2; ++i) {
    const uint64_t word = random_.next();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  key_ = crypto::base64(bytes);
  out_ = "GET /v1/ws HTTP/1.1\r\nHost: " + url_.authority() +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Protocol: connect.v1.json\r\nSec-WebSocket-Key: " +
         key_ + "\r\n\r\n";
  flush();
}

// True when there may be more to read.
bool Connection::read_some() {
  const size_t before = in_.size();
  in_.resize(before + kReadBytes);
  ssize_t got = 0;
  if (tls_) {
    const crypto::TlsStream::Transfer read = tls_->read(in_.data() + before, kReadBytes);
    const bool more = read.progress == Progress::kWantRead || read.progress == Progress::kWantWrite;
    got = read.progress == Progress::kDone ? static_cast<ssize_t>(read.bytes) : more ? -1 : 0;
  } else {
    got = ::recv(fd_, in_.data() + before, kReadBytes, 0);
    if (got < 0 && errno != EAGAIN && errno != EINTR) got = 0;
  }
  in_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) return false;
  if (got == 0) {
    if (state_ == State::kUpgrading && in_.empty())
      fail(no_answer(url_));
    else
      fail(kAbnormal, "the connection was lost");
    return false;
  }
  if (state_ == State::kUpgrading) read_upgrade();
  if (state_ == State::kOpen) read_frames();
  return tls_ || static_cast<size_t>(got) == kReadBytes;
}

void Connection::read_upgrade() {
  if (!tls_ && is_tls_record(in_)) return fail(tls_expected(url_));
  const size_t end = in_.find("\r\n\r\n");
  if (end == in_.npos) {
    if (in_.size() > kUpgradeBytesMax) fail(kAbnormal, "the server's answer is too long");
    return;
  }
  const std::string head = in_.substr(0, end);
  in_.erase(0, end + 4);
  const std::string status = head.size() > 12 ? head.substr(9, 3) : "";
  if (status != "101") return fail(no_upgrade(url_, status));
  if (header_of(head, "Sec-WebSocket-Accept") != protocol::websocket_accept(key_))
    return fail(kAbnormal, "no WebSocket server");
  loop_.cancel_timer(timer_);
  timer_ = 0;
  state_ = State::kOpen;
  listener_.on_open();
}

void Connection::read_frames() {
  const uint64_t incarnation = incarnation_;
  size_t consumed = 0;
  protocol::FrameReader::Message message;
  while (true) {
    switch (reader_.next(in_.data(), in_.size(), consumed, message)) {
      case protocol::FrameReader::Status::kNeedMore: in_.erase(0, consumed); return;
      case protocol::FrameReader::Status::kFailed:
        return fail(static_cast<uint16_t>(reader_.failure().code), reader_.failure().reason);
      case protocol::FrameReader::Status::kMessage: break;
    }
    if (!take(message) || incarnation != incarnation_) return;
  }
}

// False when the connection is over.
bool Connection::take(const protocol::FrameReader::Message& message) {
  using enum protocol::Opcode;
  const uint64_t incarnation = incarnation_;
  listener_.on_frame();
  if (incarnation != incarnation_) return false;
  if (message.opcode == kText) {
    listener_.on_text(message.payload);
  } else if (message.opcode == kPing) {
    protocol::append_masked_frame(out_, kPong, message.payload,
                                  static_cast<uint32_t>(random_.next()));
  } else if (message.opcode == kClose) {
    const uint16_t code = message.close_code == 0 ? 1005 : message.close_code;
    fail(code, std::string(message.payload));
    return false;
  } else if (message.opcode == kBinary) {
    fail(static_cast<uint16_t>(protocol::CloseCode::kUnsupportedData), "a binary message");
    return false;
  }
  return incarnation == incarnation_;
}

void Connection::write(std::string_view text) {
  if (state_ != State::kOpen) return;
  if (out_.size() - out_sent_ > kUnsentBytesMax) return fail(kAbnormal, "the server does not read");
  protocol::append_masked_frame(out_, protocol::Opcode::kText, text,
                                static_cast<uint32_t>(random_.next()));
}

void Connection::flush() {
  if (state_ != State::kUpgrading && state_ != State::kOpen) return;
  while (out_sent_ < out_.size()) {
    const char* data = out_.data() + out_sent_;
    const size_t size = out_.size() - out_sent_;
    ssize_t sent = 0;
    if (tls_) {
      const crypto::TlsStream::Transfer written = tls_->write(data, size);
      sent = written.progress == Progress::kDone ? static_cast<ssize_t>(written.bytes) : -1;
      errno = written.progress == Progress::kFailed || written.progress == Progress::kClosed
                  ? EPIPE
                  : EAGAIN;
    } else {
      sent = ::send(fd_, data, size, MSG_NOSIGNAL);
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail(kAbnormal, std::strerror(errno));
    if (sent < 0) return want(Loop::kRead | Loop::kWrite);
    out_sent_ += static_cast<size_t>(sent);
  }
  out_.clear();
  out_sent_ = 0;
  want(Loop::kRead);
}

void Connection::close(uint16_t code) {
  if (state_ == State::kOpen) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    protocol::append_masked_frame(out_, protocol::Opcode::kClose, payload,
                                  static_cast<uint32_t>(random_.next()));
    const uint64_t incarnation = incarnation_;
    // A failure in here must not be told: whoever closes does not expect to hear of it.
    state_ = State::kUpgrading;
    if (tls_)
      (void)tls_->write(out_.data() + out_sent_, out_.size() - out_sent_);
    else
      (void)::send(fd_, out_.data() + out_sent_, out_.size() - out_sent_, MSG_NOSIGNAL);
    CHECK(incarnation == incarnation_);
  }
  forget();
  ++incarnation_;
}

}  // namespace chat::client
