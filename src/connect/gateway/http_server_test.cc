#include "connect/gateway/http_server.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

namespace chat::gateway {
namespace {

using testing::EndsWith;
using testing::StartsWith;

// Answers everything at once.
class LargeAnswers final : public HttpHandler {
 public:
  static constexpr size_t kBytes = 64 * 1024;
  void handle(HttpRequest, const Peer&, HttpResponder respond) override {
    HttpAnswer answer;
    answer.body = std::string(kBytes, 'x');
    answers += 1;
    respond(std::move(answer));
  }
  size_t answers = 0;
};

// Has no memory for another stream.
class ExhaustedTls final : public crypto::TlsContext {
 public:
  std::unique_ptr<crypto::TlsStream> open(int) override { return nullptr; }
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()), 0);
  }
  ~HttpServerTest() override { close(ends_[1]); }
  void send(const std::string& bytes) const {
    ASSERT_EQ(write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  // What the server has sent; runs it meanwhile until it sends no more.
  std::string receive_text() {
    std::string text;
    std::array<char, 64 * 1024> bytes{};
    for (int quiet = 0; quiet < 3; ++quiet) {
      loop_.run_once(0);
      for (ssize_t n = 0; (n = read(ends_[1], bytes.data(), bytes.size())) > 0; quiet = 0)
        text.append(bytes.data(), static_cast<size_t>(n));
    }
    return text;
  }
  size_t receive() { return receive_text().size(); }

  std::array<int, 2> ends_{};
  base::EventLoop loop_;
  LargeAnswers handler_;
};

TEST_F(HttpServerTest, UnreadAnswersStopThePipelineUntilTheyAreRead) {
  HttpServer server(loop_, handler_, {});
  server.adopt(ends_[0], {});
  constexpr size_t kRequests = 1'000;
  std::string requests;
  for (size_t i = 0; i < kRequests; ++i) requests += "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_EQ(write(ends_[1], requests.data(), requests.size()),
            static_cast<ssize_t>(requests.size()));
  for (int turn = 0; turn < 50; ++turn) {
    loop_.run_once(0);
    EXPECT_LE(server.connections().queue_bytes(),
              Connection::kQueueBytesToRead + 2 * LargeAnswers::kBytes);
  }
  EXPECT_LT(handler_.answers, kRequests / 2);
  EXPECT_GT(receive(), kRequests * LargeAnswers::kBytes);
  EXPECT_EQ(handler_.answers, kRequests);
}

// Answers everything with the same bytes; the last of them tells the end.
class LastingAnswers final : public HttpHandler {
 public:
  void handle(HttpRequest request, const Peer&, HttpResponder respond) override {
    HttpAnswer answer;
    answer.lasting_body = bytes_;
    answer.close = request.path == "/close";
    respond(std::move(answer));
  }
  const std::string bytes_ = std::string(5'000'000, 'x') + "END";
};

TEST_F(HttpServerTest, OfALastingBodyLittleWaitsAndAllIsWritten) {
  LastingAnswers handler;
  HttpServer server(loop_, handler, {});
  server.adopt(ends_[0], {});
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  send(get + "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get + "GET /close HTTP/1.1\r\nHost: h\r\n\r\n");
  for (int turn = 0; turn < 20; ++turn) {
    loop_.run_once(0);
    EXPECT_LE(server.connections().queue_bytes(), 64u * 1024);
  }
  EXPECT_GT(server.connections().queue_bytes(), 0u);
  const std::string text = receive_text();
  EXPECT_THAT(text, EndsWith("xxxEND"));
  size_t heads = 0;
  for (size_t at = 0; (at = text.find("HTTP/1.1 200 OK\r\n", at)) != text.npos; ++at) heads += 1;
  EXPECT_EQ(heads, 4u);
  EXPECT_EQ(std::ranges::count(text, 'x'), 3 * 5'000'000);
}

TEST_F(HttpServerTest, APeerThatClosesItsHalfGetsAllOfALastingBody) {
  LastingAnswers handler;
  HttpServer server(loop_, handler, {});
  server.adopt(ends_[0], {});
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.run_once(0);
  shutdown(ends_[1], SHUT_WR);
  EXPECT_THAT(receive_text(), EndsWith("xxxEND"));
}

// Knows nobody, and lets in only to /open.
class Doorkeeper final : public HttpHandler {
 public:
  void handle(HttpRequest, const Peer&, HttpResponder respond) override { respond({}); }
  std::optional<HttpAnswer> answer_head(const HttpRequest& head, const Peer&) override {
    if (head.path == "/open") return std::nullopt;
    return refusal({protocol::ErrorCode::kTokenMissing, "who are you?"});
  }
};

TEST_F(HttpServerTest, OfWhatIsRefusedAtItsHeadNothingIsKept) {
  Doorkeeper handler;
  HttpServer server(loop_, handler, {});
  server.adopt(ends_[0], {});
  send("POST /closed HTTP/1.1\r\nHost: h\r\nContent-Length: 65000\r\n\r\n" +
       std::string(64'000, 'x'));
  EXPECT_THAT(receive_text(), StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(server.connections().count(), 1u);  // until the peer closes, too
  EXPECT_EQ(server.connections().held_bytes(), 0u);
}

// The first has what it sends kept, the second finds no room, however small each piece is.
TEST_F(HttpServerTest, BodiesThatTrickleInAreKeptUpToABound) {
  Doorkeeper handler;
  HttpServer server(loop_, handler, {.bounds = {.held_bytes_max = 10'000}});
  std::array<int, 2> first{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, first.data()), 0);
  server.adopt(first[0], {});
  server.adopt(ends_[0], {});
  const std::string head = "POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n";
  const std::string begun = head + std::string(8'000, 'x');
  ASSERT_GT(write(first[1], begun.data(), begun.size()), 0);
  loop_.run_once(0);
  EXPECT_EQ(server.connections().held_bytes(), 8'000u);
  send(head + std::string(4'000, 'x'));
  EXPECT_EQ(receive_text(), "");  // little is kept in any case
  send(std::string(1'000, 'x'));
  EXPECT_THAT(receive_text(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(server.connections().held_bytes(), 8'000u);
  close(first[1]);
  loop_.run_once(0);
  EXPECT_EQ(server.connections().held_bytes(), 0u);
}

TEST_F(HttpServerTest, WithoutATlsStreamNothingIsSpoken) {
  ExhaustedTls tls;
  HttpServer server(loop_, handler_, {.tls = &tls});
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_GT(write(ends_[1], request.data(), request.size()), 0);
  server.adopt(ends_[0], {});
  EXPECT_EQ(server.connections().count(), 0u);
  EXPECT_EQ(receive(), 0u);
  EXPECT_EQ(handler_.answers, 0u);
}

}  // namespace
}  // namespace chat::gateway
