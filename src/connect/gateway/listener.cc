#include "connect/gateway/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "connect/base/log.h"

namespace chat::gateway {
namespace {

using base::EventLoop;

constexpr int kBacklog = 4096;
// Accepts per turn, so that a storm of newcomers does not hold up those who are in.
constexpr int kAcceptsPerTurn = 64;
// Out of descriptors: waiting is all that helps.
constexpr int64_t kPauseMs = 100;

struct AddressList {
  ~AddressList() {
    if (first != nullptr) freeaddrinfo(first);
  }
  addrinfo* first = nullptr;
};

base::Unexpected<base::Error> cannot_listen(const std::string& address, const char* why) {
  return base::unexpected(base::Code::kInvalid, "cannot listen at " + address + ": " + why);
}

base::Status resolve(const std::string& address, AddressList& list) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return cannot_listen(address, "it is no host:port");
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  const int failed = getaddrinfo(host.empty() ? nullptr : host.c_str(), address.c_str() + colon + 1,
                                 &hints, &list.first);
  if (failed != 0) return cannot_listen(address, gai_strerror(failed));
  return base::ok();
}

Peer peer_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {text, ntohl(v4.sin_addr.s_addr) >> 24 == 127};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  const bool is_mapped_loopback =
      IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && v6.sin6_addr.s6_addr[12] == 127;
  return {text, IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) || is_mapped_loopback};
}

uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in&>(address).sin_port
                   : reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

}  // namespace

Listener::Listener(EventLoop& loop, Accepted accepted)
    : loop_(loop), accepted_(std::move(accepted)) {}

Listener::~Listener() { stop(); }

base::Status Listener::listen(const std::string& address) {
  AddressList list;
  TRY(resolve(address, list));
  const addrinfo& where = *list.first;
  const int fd = socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(address, std::strerror(errno));
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, where.ai_addr, where.ai_addrlen) != 0 || ::listen(fd, kBacklog) != 0) {
    const int why = errno;
    close(fd);
    return cannot_listen(address, std::strerror(why));
  }
  fd_ = fd;
  port_ = port_of(fd);
  loop_.watch(fd_, EventLoop::kRead, *this);
  return base::ok();
}

void Listener::stop() {
  if (fd_ < 0) return;
  if (paused_ != 0) loop_.cancel_timer(std::exchange(paused_, 0));
  loop_.unwatch(fd_);
  close(std::exchange(fd_, -1));
}

void Listener::on_events(uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn && fd_ >= 0 && accept_one(); ++i) {
  }
}

// Whether there may be another one.
bool Listener::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd =
      accept4(fd_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause();
    return errno == ECONNABORTED || errno == EINTR;
  }
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  accepted_(fd, peer_of(address));
  return true;
}

void Listener::pause() {
  base::log_error("cannot accept", {{"why", std::strerror(errno)}});
  loop_.rewatch(fd_, 0, *this);
  paused_ = loop_.start_timer(kPauseMs, [this] {
    paused_ = 0;
    loop_.rewatch(fd_, EventLoop::kRead, *this);
  });
}

}  // namespace chat::gateway
