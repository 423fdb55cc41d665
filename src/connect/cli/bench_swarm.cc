#include "connect/cli/bench_swarm.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>

#include "connect/base/clock.h"
#include "connect/crypto/digest.h"
#include "connect/protocol/frame.h"
#include "connect/protocol/ids.h"

namespace chat::cli {
namespace {

using base::Code;
using protocol::FrameReader;
using protocol::Opcode;

constexpr int kOpenAttempts = 30;
constexpr int64_t kRetryMs = 20;
constexpr size_t kReadBytes = 64 * 1024;
const std::string kText(100, 'x');

int64_t now_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1'000'000} + now.tv_nsec / 1000;
}

base::Unexpected<base::Error> failed(std::string_view why) {
  return base::unexpected(Code::kUnavailable, "no session: " + std::string(why));
}

base::Result<int> connect_blocking(const client::Url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found) != 0)
    return failed("no such host");
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool done = fd >= 0 && ::connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  const int error = errno;
  freeaddrinfo(found);
  if (!done) {
    if (fd >= 0) ::close(fd);
    return failed(std::strerror(error));
  }
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The upgrade and hello, sent together; then the two answers. Nothing: all went well.
std::string greet(int fd, const client::Url& url, const std::string& token,
                  const std::string& device, base::Random& random, std::string& in) {
  std::string out = "GET /v1/ws HTTP/1.1\r\nHost: " + url.authority() +
                    "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Protocol: connect.v1.json\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  if (::send(fd, out.data(), out.size(), MSG_NOSIGNAL) < 0) return "lost";
  in.clear();
  std::array<char, 4096> buffer;
  while (in.find("\r\n\r\n") == in.npos) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return "lost";
    in.append(buffer.data(), static_cast<size_t>(got));
  }
  if (in.substr(9, 3) != "101") return "answered " + in.substr(9, 3);
  in.erase(0, in.find("\r\n\r\n") + 4);
  out.clear();
  protocol::append_masked_frame(
      out, Opcode::kText,
      R"({"id":0,"hello":{"token":")" + token + R"(","device":")" + device + R"("}})",
      static_cast<uint32_t>(random.next()));
  if (::send(fd, out.data(), out.size(), MSG_NOSIGNAL) < 0) return "lost";
  FrameReader reader(protocol::End::kClient);
  FrameReader::Message message;
  size_t consumed = 0;
  while (true) {
    if (reader.next(in.data(), in.size(), consumed, message) == FrameReader::Status::kMessage) {
      if (message.opcode == Opcode::kClose) return std::string(message.payload);
      if (message.payload.find("\"ok\"") == std::string_view::npos)
        return std::string(message.payload);
      in.erase(0, consumed);
      return "";
    }
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return "lost";
    in.append(buffer.data(), static_cast<size_t>(got));
  }
}

}  // namespace

base::Result<Opened> open_session(const client::Url& url, const std::string& token,
                                  const std::string& device, base::Random& random) {
  std::string why;
  std::string in;
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    TRY_ASSIGN(const int fd, connect_blocking(url));
    why = greet(fd, url, token, device, random, in);
    if (why.empty()) {
      fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
      return Opened{fd, std::move(in)};
    }
    ::close(fd);
    // A close reason is the delay that the server wishes, in ms.
    int64_t delay_ms = 100;
    (void)std::from_chars(why.data(), why.data() + why.size(), delay_ms);
    usleep(static_cast<useconds_t>(std::clamp<int64_t>(delay_ms, 10, 5000) * 1000));
  }
  return failed(why);
}

class Swarm::Session final : public base::EventLoop::Watcher {
 public:
  Session(Swarm& swarm, Opened opened, std::vector<std::string> chats, uint32_t in_flight)
      : swarm_(swarm),
        fd_(opened.fd),
        chats_(std::move(chats)),
        in_flight_(in_flight),
        in_(std::move(opened.in)) {
    swarm_.loop_.watch(fd_, base::EventLoop::kRead, *this);
  }
  ~Session() override { drop(); }

  void start() {
    for (uint32_t i = 0; i < in_flight_; ++i) send(next());
    flush();
  }

  void on_events(uint32_t events) override {
    if (events & (base::EventLoop::kRead | base::EventLoop::kHangup)) read();
    flush();
  }

 private:
  struct Sent {
    std::string body;  // of the request, behind its id: sent again as it was
    int64_t at_us = 0;
  };

  Swarm& swarm_;
  int fd_;
  const std::vector<std::string> chats_;
  const uint32_t in_flight_;
  FrameReader reader_{protocol::End::kClient};
  std::string in_;
  std::string out_;
  bool waiting_ = false;  // to be told when there is room to write
  size_t chat_ = 0;
  uint64_t last_id_ = 0;
  std::map<uint64_t, Sent> sent_;

  void drop() {
    if (fd_ < 0) return;
    swarm_.loop_.unwatch(fd_);
    ::close(fd_);
    fd_ = -1;
  }

  std::string next() {
    std::array<uint8_t, 10> bytes{};
    swarm_.random_.fill(bytes);
    const auto key = protocol::Key::mint(base::SystemClock().wall_ms(), bytes);
    const std::string& chat = chats_[chat_++ % chats_.size()];
    return ",\"send\":{\"chat\":\"" + chat + "\",\"key\":\"" + key.text() +
           "\",\"body\":{\"text\":\"" + kText + "\"}}}";
  }

  void send(std::string body) {
    const uint64_t id = ++last_id_;
    protocol::append_masked_frame(out_, Opcode::kText, "{\"id\":" + std::to_string(id) + body,
                                  static_cast<uint32_t>(swarm_.random_.next()));
    sent_[id] = {std::move(body), now_us()};
  }

  void read() {
    std::array<char, kReadBytes> buffer;
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return lost();
    in_.append(buffer.data(), static_cast<size_t>(got));
    size_t consumed = 0;
    FrameReader::Message message;
    FrameReader::Status status{};
    while ((status = reader_.next(in_.data(), in_.size(), consumed, message)) ==
           FrameReader::Status::kMessage) {
      if (message.opcode == Opcode::kClose) return lost();
      if (message.opcode == Opcode::kPing)
        protocol::append_masked_frame(out_, Opcode::kPong, message.payload, 1);
      else
        take(message.payload);
    }
    if (status == FrameReader::Status::kFailed) return lost();
    in_.erase(0, consumed);
  }

  void lost() {
    ++swarm_.totals_.lost;
    drop();
  }

  // An answer begins {"id":N,"ok" or {"id":N,"error"; all else is a push.
  void take(std::string_view text) {
    constexpr std::string_view kBegin = "{\"id\":";
    if (text.substr(0, kBegin.size()) != kBegin) return;
    uint64_t id = 0;
    const char* begin = text.data() + kBegin.size();
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), id);
    auto found = sent_.find(id);
    if (error != std::errc() || found == sent_.end()) return;
    Sent sent = std::move(found->second);
    sent_.erase(found);
    if (std::string_view(end, 4) != ",\"ok") return again(std::move(sent.body));
    ++swarm_.totals_.stored;
    if (swarm_.keep_latencies_)
      swarm_.totals_.latencies_us.push_back(static_cast<uint32_t>(now_us() - sent.at_us));
    send(next());
  }

  void again(std::string body) {
    ++swarm_.totals_.refused;
    swarm_.loop_.start_timer(kRetryMs, [this, body = std::move(body)] {
      if (fd_ < 0) return;
      send(body);
      flush();
    });
  }

  void flush() {
    if (fd_ < 0 || (out_.empty() && !waiting_)) return;
    const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return lost();
    out_.erase(0, static_cast<size_t>(std::max<ssize_t>(sent, 0)));
    if (waiting_ == !out_.empty()) return;
    waiting_ = !out_.empty();
    swarm_.loop_.rewatch(fd_, base::EventLoop::kRead | (waiting_ ? base::EventLoop::kWrite : 0u),
                         *this);
  }
};

Swarm::Swarm(base::Random& random) : random_(random) {}
Swarm::~Swarm() = default;

void Swarm::add(Opened opened, std::vector<std::string> chats, uint32_t in_flight) {
  sessions_.push_back(
      std::make_unique<Session>(*this, std::move(opened), std::move(chats), in_flight));
}

void Swarm::start() {
  for (const std::unique_ptr<Session>& session : sessions_) session->start();
}

void Swarm::run(int64_t ms_max, uint64_t stored_max) {
  const int64_t end_us = now_us() + ms_max * 1000;
  while (totals_.stored < stored_max && totals_.lost < sessions_.size()) {
    const int64_t left_ms = (end_us - now_us()) / 1000;
    if (left_ms <= 0) return;
    loop_.run_once(std::min<int64_t>(left_ms, 100));
  }
}

}  // namespace chat::cli
