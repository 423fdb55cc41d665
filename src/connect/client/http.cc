#include "connect/client/http.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "connect/base/clock.h"
#include "connect/client/connect_failure.h"
#include "connect/client/decode.h"
#include "connect/crypto/tls.h"

namespace chat::client {
namespace {

using base::Code;
using base::Result;
using base::Status;
using Progress = crypto::TlsStream::Progress;
using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

base::Unexpected<base::Error> failed(std::string_view why) {
  return base::unexpected(Code::kUnavailable, std::string(why));
}

constexpr size_t kReadBytes = 16 * 1024;

// One connection. Non-blocking underneath, so that the deadline holds for TLS too.
class Wire {
 public:
  ~Wire() { close(); }
  bool open() const { return fd_ >= 0; }

  void close() {
    tls_.reset();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  Status connect_to(const Url& url, crypto::TlsContext* tls, int64_t deadline_ms) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure =
        getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
    if (failure != 0) return failed(url.host + ": " + gai_strerror(failure));
    Status last = failed("no address");
    for (const addrinfo* address = found; address && !open(); address = address->ai_next)
      last = try_address(*address, deadline_ms);
    freeaddrinfo(found);
    if (!open()) return failed(url.authority() + ": " + last.error().message);
    return tls ? secure(url, *tls, deadline_ms) : base::ok();
  }

  Status write(std::string_view bytes, int64_t deadline_ms) {
    while (!bytes.empty()) {
      short wait = POLLOUT;
      ssize_t sent = 0;
      if (tls_) {
        const auto transfer = tls_->write(bytes.data(), bytes.size());
        TRY_ASSIGN(sent, moved(transfer, wait));
      } else {
        sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return failed(std::strerror(errno));
      }
      if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
      if (sent <= 0) TRY(wait_for(wait, deadline_ms));
    }
    return base::ok();
  }

  // 0: the peer has closed.
  Result<size_t> read(char* data, size_t size, int64_t deadline_ms) {
    while (true) {
      short wait = POLLIN;
      ssize_t got = 0;
      if (tls_) {
        const auto transfer = tls_->read(data, size);
        if (transfer.progress == Progress::kClosed) return size_t{0};
        TRY_ASSIGN(got, moved(transfer, wait));
        if (got == 0) got = -1;
      } else {
        got = ::recv(fd_, data, size, 0);
        if (got < 0 && errno != EAGAIN && errno != EINTR) return failed(std::strerror(errno));
      }
      if (got >= 0) return static_cast<size_t>(got);
      TRY(wait_for(wait, deadline_ms));
    }
  }

 private:
  int fd_ = -1;
  std::unique_ptr<crypto::TlsStream> tls_;

  Status try_address(const addrinfo& address, int64_t deadline_ms) {
    fd_ = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return failed(std::strerror(errno));
    int error = 0;
    if (::connect(fd_, address.ai_addr, address.ai_addrlen) != 0) error = errno;
    if (error == EINPROGRESS) {
      const Status ready = wait_for(POLLOUT, deadline_ms);
      if (!ready) {
        close();
        return ready;
      }
      socklen_t bytes = sizeof error;
      getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &bytes);
    }
    if (error == 0) return base::ok();
    close();
    return failed(std::strerror(error));
  }

  Status secure(const Url& url, crypto::TlsContext& tls, int64_t deadline_ms) {
    tls_ = tls.open(fd_);
    if (!tls_) return failed("no TLS stream could be opened");
    while (true) {
      const Progress progress = tls_->handshake();
      if (progress == Progress::kDone) return base::ok();
      if (progress != Progress::kWantRead && progress != Progress::kWantWrite)
        return base::Unexpected{tls_failure(url, tls_->failure())};
      if (!wait_for(progress == Progress::kWantRead ? POLLIN : POLLOUT, deadline_ms))
        return base::Unexpected{no_handshake(url)};
    }
  }

  static Result<ssize_t> moved(const crypto::TlsStream::Transfer& transfer, short& wait) {
    if (transfer.progress == Progress::kDone) return static_cast<ssize_t>(transfer.bytes);
    if (transfer.progress == Progress::kWantRead) wait = POLLIN;
    if (transfer.progress == Progress::kWantWrite) wait = POLLOUT;
    if (transfer.progress == Progress::kFailed || transfer.progress == Progress::kClosed)
      return failed("the connection was lost");
    return ssize_t{0};
  }

  Status wait_for(short events, int64_t deadline_ms) {
    pollfd waited{.fd = fd_, .events = events, .revents = 0};
    while (true) {
      const int64_t left = deadline_ms - base::SystemClock().boot_ms();
      if (left <= 0) return failed("no answer in time");
      const int ready = poll(&waited, 1, static_cast<int>(left));
      if (ready > 0) return base::ok();
      if (ready < 0 && errno != EINTR) return failed(std::strerror(errno));
    }
  }
};

class WiredHttpClient final : public HttpClient {
 public:
  WiredHttpClient(Url url, std::unique_ptr<crypto::TlsContext> tls, std::string token)
      : url_(std::move(url)), tls_(std::move(tls)), token_(std::move(token)) {}

  Result<HttpAnswer> call(std::string_view method, std::string_view target,
                          std::string_view body) override {
    const int64_t deadline_ms = base::SystemClock().boot_ms() + kDeadlineMs;
    const bool kept = wire_.open();
    Result<HttpAnswer> answer = exchange(request(method, target, body), deadline_ms);
    if (!answer && kept && method == "GET")
      answer = exchange(request(method, target, body), deadline_ms);
    return answer;
  }

 private:
  const Url url_;
  const std::unique_ptr<crypto::TlsContext> tls_;
  const std::string token_;
  Wire wire_;

  std::string request(std::string_view method, std::string_view target,
                      std::string_view body) const {
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(url_.authority());
    if (!token_.empty()) text.append("\r\nAuthorization: Bearer ").append(token_);
    if (!body.empty() || method != "GET")
      text.append("\r\nContent-Type: application/json\r\nContent-Length: ")
          .append(std::to_string(body.size()));
    return text.append("\r\n\r\n").append(body);
  }

  Result<HttpAnswer> exchange(const std::string& request, int64_t deadline_ms) {
    Result<HttpAnswer> answer = attempt(request, deadline_ms);
    if (!answer) wire_.close();
    return answer;
  }

  Result<HttpAnswer> attempt(const std::string& request, int64_t deadline_ms) {
    if (!wire_.open()) TRY(wire_.connect_to(url_, tls_.get(), deadline_ms));
    TRY(wire_.write(request, deadline_ms));
    Parser parser;
    parser.body_limit(kBodyBytesMax);
    parser.eager(true);
    std::string bytes;
    while (!parser.is_done()) TRY(read_some(parser, bytes, deadline_ms));
    if (!parser.keep_alive()) wire_.close();
    return HttpAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
  }

  // `bytes`: what the parser has not taken yet.
  Status read_some(Parser& parser, std::string& bytes, int64_t deadline_ms) {
    const size_t before = bytes.size();
    bytes.resize(before + kReadBytes);
    TRY_ASSIGN(const size_t got, wire_.read(bytes.data() + before, kReadBytes, deadline_ms));
    bytes.resize(before + got);
    const bool first = !parser.got_some();
    if (first && !url_.tls && is_tls_record(bytes)) return base::Unexpected{tls_expected(url_)};
    if (first && bytes.empty()) return base::Unexpected{no_answer(url_)};
    boost::system::error_code error;
    if (got == 0)
      parser.put_eof(error);
    else
      bytes.erase(0, parser.put(boost::asio::buffer(bytes), error));
    const bool more = error == boost::beast::http::error::need_more;
    if ((error && !more) || (got == 0 && !parser.is_done()))
      return failed("the connection was lost");
    return base::ok();
  }
};

}  // namespace

Result<std::unique_ptr<HttpClient>> HttpClient::make(std::string_view url,
                                                     const std::string& ca_file,
                                                     std::string token) {
  TRY_ASSIGN(Url parsed, parse_url(url));
  std::unique_ptr<crypto::TlsContext> tls;
  if (parsed.tls) {
    TRY_ASSIGN(tls, crypto::client_tls_context(ca_file, parsed.host));
  }
  return std::unique_ptr<HttpClient>(
      new WiredHttpClient(std::move(parsed), std::move(tls), std::move(token)));
}

protocol::Error error_of(const HttpAnswer& answer) {
  const protocol::Result<Json> parsed = protocol::json::parse(answer.body);
  if (const Json* error = parsed ? parsed->find("error") : nullptr) return error_of(*error);
  return {protocol::ErrorCode::kInternal, "the server answered " + std::to_string(answer.status)};
}

std::string percent_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

}  // namespace chat::client
