#include "connect/gateway/gateway.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "connect/base/thread_executor.h"
#include "connect/bus/embedded_bus.h"
#include "connect/bus/embedded_session_registry.h"
#include "connect/gateway/client_for_test.h"
#include "connect/gateway/fakes_for_test.h"
#include "connect/gateway/test_certificate.h"
#include "connect/protocol/json_out.h"

namespace chat::gateway {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr const char* kUpgrade = "HTTP/1.1 101 Switching Protocols";
constexpr const char* kPost =
    "POST /v1/chats/c1/messages HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer alice\r\n"
    "Content-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"body\":{\"text\":\"hi\"}}";

// Messaging that keeps nothing: a send gets the next seq, an answer, and goes to all of `members`.
class EchoMessaging {
 public:
  EchoMessaging(bus::Bus& bus, const bus::SessionRegistry& registry)
      : bus_(bus), registry_(registry) {
    commands_ = bus_.join(bus::Topic::kCommands, [this] { signal(); });
    signal();
  }
  ~EchoMessaging() {
    thread_.stop();
    commands_.reset();
  }

  // Commands are answered with this from now on.
  void refuse(protocol::ErrorCode code) { refusal_ = code; }
  // Commands are kept and not answered until release().
  void hold() { is_holding_ = true; }
  void release() {
    is_holding_ = false;
    signal();
  }

 private:
  void signal() {
    thread_.post([this] { work(); });
  }
  void work() {
    if (is_holding_) return;
    for (bus::Batch batch = commands_->take(100); !batch.empty(); batch = commands_->take(100)) {
      for (const bus::Record& record : batch.records) {
        protocol::Command command;
        EXPECT_TRUE(command.ParseFromString(record.value));
        answer(command);
        commands_->commit(record.partition, record.offset);
      }
    }
  }
  void deliver(uint32_t gateway, const protocol::Delivery& delivery) {
    bus_.produce(bus::Topic::kDeliveries,
                 {.value = delivery.SerializeAsString(), .partition = static_cast<int>(gateway)},
                 [](const base::Result<uint64_t>& done) { EXPECT_TRUE(done.has_value()); });
  }
  void answer(const protocol::Command& command) {
    ++seq_;
    protocol::Delivery reply;
    reply.mutable_reply()->set_session(command.origin().session());
    reply.mutable_reply()->set_request(command.origin().request());
    if (refusal_.load() != protocol::ErrorCode::kInternal) {
      *reply.mutable_reply()->mutable_failure() =
          protocol::json::failure_of({refusal_.load(), "refused"});
      return deliver(command.origin().gateway(), reply);
    }
    protocol::Appended& appended = *reply.mutable_reply()->mutable_appended();
    appended.set_chat(command.chat());
    appended.set_id(seq_ << 11);
    appended.set_seq(seq_);
    deliver(command.origin().gateway(), reply);

    protocol::Delivery push;
    push.mutable_event()->set_chat(command.chat());
    protocol::Event& event = *push.mutable_event()->mutable_event();
    event.set_id(seq_ << 11);
    event.set_seq(seq_);
    event.set_kind(protocol::KIND_MESSAGE);
    event.set_from(command.from());
    event.set_key(command.key());
    *event.mutable_body() = command.send().body();
    for (uint32_t gateway = 0; gateway < 2; ++gateway) {
      push.mutable_event()->clear_users();
      for (const char* user : {"alice", "bob"}) {
        const auto gateways = registry_.gateways_of(protocol::UserId(user));
        if (std::ranges::find(gateways, gateway) != gateways.end())
          push.mutable_event()->add_users(user);
      }
      if (push.event().users_size() > 0) deliver(gateway, push);
    }
  }

  bus::Bus& bus_;
  const bus::SessionRegistry& registry_;
  std::atomic<bool> is_holding_{false};
  std::atomic<protocol::ErrorCode> refusal_{protocol::ErrorCode::kInternal};  // that: none
  uint64_t seq_ = 0;                                                          // the thread's own
  std::unique_ptr<bus::Subscription> commands_;
  base::ThreadExecutor thread_{"messaging"};
};

std::string read_text(int id) {
  return "{\"id\":" + std::to_string(id) + R"(,"history":{"chat":"c1"}})";
}

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() {
    options_.listen = "127.0.0.1:0";
    options_.loops = 2;
    options_.origins = {"https://app.example"};
    options_.reconnect_spread_ms = 10;
  }
  void start() {
    gateway_ = std::make_unique<Gateway>(
        options_, GatewayParts{bus_, registry_, reads_, authenticator_, &login_, tls_.get(), clock_,
                               random_, metrics_});
    ASSERT_TRUE(gateway_->start().has_value());
    messaging_ = std::make_unique<EchoMessaging>(bus_, registry_);
  }
  uint16_t port() const { return gateway_->port(); }
  std::string key() {
    std::array<uint8_t, 10> bytes{};
    random_.fill(bytes);
    return protocol::Key::mint(clock_.wall_ms(), bytes).text();
  }
  std::string send_text(int id, const std::string& text = "hi") {
    return "{\"id\":" + std::to_string(id) + R"(,"send":{"chat":"c1","key":")" + key() +
           R"(","body":{"text":")" + text + R"("}}})";
  }

  GatewayOptions options_;
  base::SystemClock clock_;
  bus::EmbeddedBus bus_{{}, clock_};
  bus::EmbeddedSessionRegistry registry_;
  FakeReads reads_;
  FakeAuthenticator authenticator_;
  FakeLogin login_;
  base::SystemRandom random_;
  base::Metrics metrics_;
  std::unique_ptr<crypto::ServerTlsContext> tls_;  // null: plain
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<EchoMessaging> messaging_;
};

TEST_F(GatewayTest, AMessageIsAnsweredAndReachesBothEnds) {
  start();
  TestClient alice(port()), bob(port());
  EXPECT_THAT(alice.enter("alice"), HasSubstr(R"("user":"alice")"));
  EXPECT_THAT(bob.enter("bob"), HasSubstr(R"("user":"bob")"));
  alice.send(send_text(2));
  EXPECT_EQ(alice.receive(), R"({"id":2,"ok":{"chat":"c1","id":2048,"seq":1,"duplicate":false}})");
  EXPECT_THAT(alice.receive(), StartsWith(R"({"event":{"chat":"c1","id":2048,"seq":1,)"));
  EXPECT_THAT(bob.receive(), HasSubstr(R"("from":"alice")"));
}

TEST_F(GatewayTest, ManyMessagesInOnePieceKeepTheirOrder) {
  options_.sends_per_second = 0;
  start();
  TestClient alice(port());
  alice.enter("alice");
  constexpr int kMessages = 200;
  std::string bytes;
  for (int i = 1; i <= kMessages; ++i)
    protocol::append_masked_frame(bytes, protocol::Opcode::kText, send_text(i), 0x01020304);
  alice.write(bytes);
  int replies = 0, pushes = 0;
  while (replies < kMessages || pushes < kMessages) {
    const std::string text = alice.receive();
    if (text.starts_with("{\"event\"")) {
      EXPECT_THAT(text, HasSubstr("\"seq\":" + std::to_string(++pushes) + ","));
    } else {
      ASSERT_THAT(text, StartsWith("{\"id\":" + std::to_string(++replies) + ",\"ok\""));
    }
    EXPECT_GE(replies, pushes);
  }
}

TEST_F(GatewayTest, ReadsAreAnsweredOnBothTransports) {
  start();
  TestClient socket(port()), http(port());
  socket.enter("alice");
  socket.send(R"({"id":3,"history":{"chat":"c1"}})");
  EXPECT_THAT(socket.receive(), StartsWith(R"({"id":3,"ok":{"read":"user: \"alice\" history)"));
  http.write("GET /v1/chats/c1/messages HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer bob\r\n\r\n");
  EXPECT_THAT(http.read_answer(), HasSubstr(R"({"read":"user: \"bob\" history)"));
}

TEST_F(GatewayTest, RefusalsAreCountedByCodeWhereverTheyAreMade) {
  start();
  const auto count = [this](const std::string& code) {
    return metrics_.counter("connect_refusals_total", "", {{"code", code}}).value();
  };
  const struct {
    const char* code;
    const char* request;
  } table[] = {
      {"token_missing", "GET /v1/me HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"not_found", "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"method_not_allowed", "PUT /v1/me HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"origin_not_allowed",
       "GET /v1/ws HTTP/1.1\r\nHost: h\r\nOrigin: https://x\r\n"
       "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"},
      {"field_invalid", "GET /v1/me HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"},
      {"too_large", "POST /v1/sync HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n"},
  };
  for (const auto& row : table) {
    TestClient http(port());
    http.write(row.request);
    EXPECT_THAT(http.read_answer(), HasSubstr(row.code));
    EXPECT_EQ(count(row.code), 1) << row.code;
  }
  // What messaging refused it has counted itself.
  messaging_->refuse(protocol::ErrorCode::kForbidden);
  TestClient http(port());
  http.write(kPost);
  EXPECT_THAT(http.read_answer(), HasSubstr("forbidden"));
  EXPECT_EQ(count("forbidden"), 0);
}

TEST_F(GatewayTest, ADeliveryThatMakesNoSenseIsSetAsideAndCounted) {
  options_.loops = 1;
  start();
  TestClient alice(port());
  alice.enter("alice");
  for (const char* value : {"\xff\xff\xff garbage", ""})
    bus_.produce(bus::Topic::kDeliveries, {.value = value}, [](const base::Result<uint64_t>&) {});
  alice.send(send_text(2));
  EXPECT_THAT(alice.receive(), HasSubstr("\"ok\""));
  EXPECT_EQ(metrics_.counter("connect_poisoned_records_total", "").value(), 2);
}

TEST_F(GatewayTest, WhatWaitsOnTheBusIsShown) {
  start();
  TestClient alice(port());
  alice.enter("alice");
  messaging_->hold();
  alice.send(send_text(2));
  alice.send(send_text(3));
  const base::Gauge& depth = metrics_.gauge("connect_bus_depth", "", {{"topic", "commands"}});
  while (depth.value() != 2) std::this_thread::yield();
  messaging_->release();
  while (depth.value() != 0) std::this_thread::yield();
}

TEST_F(GatewayTest, HttpRequestsOfOneConnectionAreAnsweredInOrder) {
  start();
  TestClient http(port());
  const std::string post = kPost;
  http.write(post + "GET /v1/me HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer bob\r\n\r\n" + post +
             "GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(http.read_answer(), StartsWith("HTTP/1.1 201 Created\r\n"));
  EXPECT_THAT(http.read_answer(), HasSubstr(R"("user":"bob")"));
  EXPECT_THAT(http.read_answer(), HasSubstr(R"("seq":2)"));
  EXPECT_THAT(http.read_to_end(), StartsWith("HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(GatewayTest, ABadRequestIsRefusedAndTheConnectionCloses) {
  start();
  TestClient http(port());
  http.write("GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = http.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
}

TEST_F(GatewayTest, WhatWouldBeRefusedAnywayIsRefusedBeforeItsBodyHasCome) {
  start();
  const std::pair<const char*, const char*> table[] = {
      {"POST /v1/chats HTTP/1.1\r\n", "HTTP/1.1 401 "},
      {"POST /v1/chats HTTP/1.1\r\nAuthorization: Bearer bad\r\n", "HTTP/1.1 401 "},
      {"POST /v1/chats HTTP/1.1\r\nExpect: 100-continue\r\n", "HTTP/1.1 401 "},
      {"POST /v1/chats HTTP/1.1\r\nOrigin: https://evil.example\r\n", "HTTP/1.1 403 "},
      {"POST /nothing HTTP/1.1\r\n", "HTTP/1.1 404 "},
      {"PUT /v1/chats HTTP/1.1\r\nAuthorization: Bearer alice\r\n", "HTTP/1.1 405 "},
      {"GET /v1/ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", "HTTP/1.1 400 "},
  };
  for (const auto& [head, status] : table) {
    TestClient http(port());
    http.write(std::string(head) + "Host: h\r\nContent-Length: 65000\r\n\r\n{");
    http.finish();
    const std::string answer = http.read_to_end();
    EXPECT_THAT(answer, StartsWith(status)) << head;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << head;
  }
}

TEST_F(GatewayTest, FramesThatTrickleInAreKeptUpToABound) {
  options_.loops = 1;
  options_.held_bytes_max = 20'000;
  start();
  TestClient first(port()), second(port()), bob(port());
  bob.enter("bob");
  std::string frame;
  protocol::append_masked_frame(frame, protocol::Opcode::kText, std::string(60'000, 'x'), 1);
  for (TestClient* const client : {&first, &second}) {
    client->upgrade();
    client->write(frame.substr(0, 15'000));
  }
  EXPECT_THAT(second.receive(), StartsWith("close 4408"));
  bob.send(read_text(2));
  EXPECT_THAT(bob.receive(), StartsWith(R"({"id":2,"ok")"));
}

TEST_F(GatewayTest, ACallWhoseTokenIsGoodIsAskedForItsBody) {
  start();
  TestClient http(port());
  const std::string post = kPost;
  const size_t end = post.find("\r\n\r\n") + 2;
  http.write(post.substr(0, end) + "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(http.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  http.write(post.substr(end + 2, 5));
  http.write(post.substr(end + 7));
  EXPECT_THAT(http.read_answer(), StartsWith("HTTP/1.1 201 "));
}

TEST_F(GatewayTest, ARequestWhoseSenderHasFinishedIsStillAnswered) {
  start();
  TestClient http(port());
  http.write("GET /v1/me HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer alice\r\n\r\n");
  http.finish();
  EXPECT_THAT(http.read_to_end(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(GatewayTest, PagesOfOtherOriginsStayOutside) {
  start();
  TestClient foreign(port()), page(port());
  EXPECT_THAT(foreign.upgrade("Origin: https://evil.example\r\n"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(page.upgrade("Origin: https://app.example\r\n"), StartsWith(kUpgrade));
}

TEST_F(GatewayTest, ATokenOnTheHandshakeIsCheckedThere) {
  start();
  TestClient refused(port()), taken(port());
  EXPECT_THAT(refused.upgrade("Authorization: Bearer bad\r\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(taken.upgrade("Authorization: Bearer alice\r\n"), StartsWith(kUpgrade));
  taken.send(R"({"id":1,"hello":{}})");
  EXPECT_THAT(taken.receive(), HasSubstr(R"("user":"alice")"));
}

TEST_F(GatewayTest, BrokenFramesCloseWithTheirCode) {
  start();
  TestClient client(port());
  client.upgrade();
  client.write(std::string("\x81\x02hi", 4));  // not masked
  EXPECT_THAT(client.receive(), StartsWith("close 1002"));
  EXPECT_EQ(client.receive(), "end");
}

TEST_F(GatewayTest, PingsAndClosesAreAnswered) {
  start();
  TestClient client(port());
  client.enter("alice");
  client.send_frame(protocol::Opcode::kPing, "x");
  EXPECT_EQ(client.receive(), "pong x");
  client.send_frame(protocol::Opcode::kClose, "\x03\xe8");
  EXPECT_THAT(client.receive(), StartsWith("close 1000"));
  EXPECT_EQ(client.receive(), "end");
}

TEST_F(GatewayTest, TheSameDeviceReplacesItsOlderSession) {
  start();
  TestClient older(port()), newer(port());
  older.upgrade();
  older.send(R"({"id":1,"hello":{"token":"alice","device":"phone"}})");
  older.receive();
  newer.upgrade();
  newer.send(R"({"id":1,"hello":{"token":"alice","device":"phone"}})");
  newer.receive();
  EXPECT_THAT(older.receive(), StartsWith("close 4509"));
}

TEST_F(GatewayTest, WatchersHearOfComingAndGoing) {
  start();
  TestClient alice(port());
  alice.enter("alice");
  alice.send(R"({"id":2,"watch":{"users":["bob"]}})");
  EXPECT_EQ(alice.receive(),
            R"({"id":2,"ok":{"presence":[{"user":"bob","online":false,"last_seen":null}]}})");
  {
    TestClient bob(port());
    bob.enter("bob");
    EXPECT_THAT(alice.receive(), StartsWith(R"({"presence":{"user":"bob","online":true)"));
  }
  EXPECT_THAT(alice.receive(), StartsWith(R"({"presence":{"user":"bob","online":false)"));
}

TEST_F(GatewayTest, AWatchReplacesTheOneBefore) {
  options_.loops = 1;
  start();
  TestClient alice(port());
  alice.enter("alice");
  alice.send(R"({"id":2,"watch":{"users":["bob","carol"]}})");
  alice.receive();
  alice.send(R"({"id":3,"watch":{"users":["carol","dave"]}})");
  EXPECT_THAT(alice.receive(), HasSubstr(R"({"user":"dave","online":false,"last_seen":null})"));
  TestClient bob(port()), carol(port());
  bob.enter("bob");
  carol.enter("carol");
  EXPECT_THAT(alice.receive(), StartsWith(R"({"presence":{"user":"carol","online":true)"));
  alice.send(R"({"id":4,"watch":{"users":[]}})");
  EXPECT_EQ(alice.receive(), R"({"id":4,"ok":{"presence":[]}})");
}

TEST_F(GatewayTest, WhatWasAcceptedAndCameToNothingIsToldToItsSession) {
  options_.loops = 1;
  start();
  TestClient phone(port()), tablet(port());
  const std::string welcome = phone.enter("alice");
  const std::string before = R"("session":"0-)";
  protocol::Delivery delivery;
  protocol::RejectedPush& push = *delivery.mutable_rejected();
  push.set_session(std::stoull(welcome.substr(welcome.find(before) + before.size())));
  push.set_chat("c1");
  push.set_key(std::string(protocol::Key::mint(1, {}).bytes()));
  push.set_code(static_cast<uint32_t>(protocol::ErrorCode::kForbidden));
  tablet.enter("alice");
  bus_.produce(bus::Topic::kDeliveries, {.value = delivery.SerializeAsString()},
               [](const base::Result<uint64_t>&) {});
  EXPECT_EQ(phone.receive(), R"({"rejected":{"chat":"c1","key":")" +
                                 protocol::Key::mint(1, {}).text() + R"(","code":"forbidden"}})");
  phone.send(send_text(2));
  EXPECT_THAT(tablet.receive(), StartsWith(R"({"event":)"));
}

TEST_F(GatewayTest, ACrowdIsLetInAtARateAndToldWhenToComeBack) {
  options_.admissions_per_second = 1;
  start();
  TestClient first(port()), second(port());
  EXPECT_THAT(first.enter("alice"), HasSubstr("\"ok\""));
  EXPECT_THAT(second.upgrade(), StartsWith(kUpgrade));
  EXPECT_THAT(second.receive(), MatchesRegex("close 4429 [1-9][0-9]*"));
}

TEST_F(GatewayTest, TheSessionsOfAUserAreBoundedOverAllLoops) {
  options_.sessions_per_user = 2;
  start();
  auto first = std::make_unique<TestClient>(port());
  TestClient second(port()), third(port()), bob(port());
  EXPECT_THAT(first->enter("alice"), HasSubstr("\"ok\""));
  EXPECT_THAT(second.enter("alice"), HasSubstr("\"ok\""));
  EXPECT_THAT(third.enter("alice"), HasSubstr(R"({"id":1,"error":{"code":"rate_limited")"));
  EXPECT_THAT(third.receive(), StartsWith("close 4429 1"));
  EXPECT_THAT(bob.enter("bob"), HasSubstr("\"ok\""));
  first.reset();
  // When its end is noticed there is room again, for one.
  while (TestClient(port()).enter("alice").find("\"ok\"") == std::string::npos) {
  }
}

TEST_F(GatewayTest, BeyondTheBoundNewcomersAreTurnedAway) {
  options_.loops = 1;
  options_.connections_max = 1;
  start();
  TestClient first(port());
  first.enter("alice");
  TestClient second(port());
  const std::string answer = second.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 5\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n{\"error\":{\"code\":\"overloaded\""));
  EXPECT_THAT(answer, HasSubstr("\"retry_after_ms\":5000}}"));
}

class TlsGatewayTest : public GatewayTest {
 protected:
  TlsGatewayTest() {
    std::ofstream(files_ + "cert.pem") << test_certificate::kCertificate;
    std::ofstream(files_ + "key.pem") << test_certificate::kKey;
    auto server = crypto::ServerTlsContext::load(files_ + "cert.pem", files_ + "key.pem");
    EXPECT_TRUE(server.has_value());
    tls_ = *std::move(server);
    auto client = crypto::client_tls_context(files_ + "cert.pem", "localhost");
    EXPECT_TRUE(client.has_value());
    client_tls_ = *std::move(client);
  }
  ~TlsGatewayTest() override {
    std::filesystem::remove(files_ + "cert.pem");
    std::filesystem::remove(files_ + "key.pem");
  }

  const std::string files_ = testing::TempDir() + "tls_gateway_" + std::to_string(getpid()) + "_";
  std::unique_ptr<crypto::TlsContext> client_tls_;
};

TEST_F(TlsGatewayTest, SpeaksBothProtocolsOverTls) {
  start();
  TestClient alice(port(), *client_tls_), http(port(), *client_tls_);
  alice.enter("alice");
  alice.send(send_text(2));
  EXPECT_THAT(alice.receive(), StartsWith(R"({"id":2,"ok")"));
  http.write("GET /v1/me HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer bob\r\n\r\n");
  EXPECT_THAT(http.read_answer(), HasSubstr(R"("user":"bob")"));
}

// More than one record at once, and more than one turn reads: nothing may be left in the stream.
TEST_F(TlsGatewayTest, ManyMessagesInOnePieceAreAllAnswered) {
  options_.sends_per_second = 0;
  start();
  TestClient alice(port(), *client_tls_);
  alice.enter("alice");
  constexpr int kMessages = 40;
  const std::string text(8'000, 'x');
  std::string bytes;
  for (int i = 1; i <= kMessages; ++i)
    protocol::append_masked_frame(bytes, protocol::Opcode::kText, send_text(i, text), 0x01020304);
  alice.write(bytes);
  int replies = 0;
  while (replies < kMessages) {
    const std::string got = alice.receive();
    ASSERT_NE(got, "end");
    if (got.starts_with("{\"id\"")) ++replies;
  }
}

// The reader asks for nothing while far more than the outbox and the sockets hold is pushed to it.
TEST_F(GatewayTest, AReaderThatDoesNotReadIsCutAndToldToFetch) {
  options_.sends_per_second = 0;
  options_.loops = 1;
  start();
  TestClient alice(port()), bob(port());
  alice.enter("alice");
  bob.enter("bob");
  const std::string text(16'000, 'x');
  constexpr int kMessages = 1'500;  // 24 MB
  for (int i = 1; i <= kMessages; ++i) {
    alice.send(send_text(i, text));
    while (!alice.receive().starts_with("{\"event\"")) {
    }
  }
  int pushed = 0;
  std::string got = bob.receive();
  for (; got.starts_with("{\"event\""); got = bob.receive()) ++pushed;
  EXPECT_LT(pushed, kMessages);
  EXPECT_EQ(got, R"({"resync":{"chat":"c1"}})");
  alice.send(send_text(kMessages + 1));
  EXPECT_THAT(bob.receive(), HasSubstr("\"seq\":" + std::to_string(kMessages + 1) + ","));
}

TEST_F(GatewayTest, WhoReadsLateGetsEveryReply) {
  options_.sends_per_second = 0;
  start();
  TestClient alice(port());
  alice.hold_little();
  alice.enter("alice");
  constexpr int kRequests = 5'000;  // their replies are 6 times what may wait
  std::string requests;
  const std::string hello = R"(,"hello":{"token":"alice"}})";
  for (int i = 1; i <= kRequests; ++i)
    protocol::append_masked_frame(requests, protocol::Opcode::kText,
                                  "{\"id\":" + std::to_string(i) + hello, 0x01020304);
  alice.write(requests);
  for (int i = 1; i <= kRequests; ++i)
    ASSERT_THAT(alice.receive(), StartsWith("{\"id\":" + std::to_string(i) + ",\"ok\""));
}

TEST_F(GatewayTest, AReplyMayBeLargerThanWhatMayWait) {
  reads_.pad = std::string(9 << 20, 'x');
  start();
  TestClient alice(port());
  alice.enter("alice");
  for (int i = 2; i < 5; ++i) {
    alice.send(read_text(i));
    EXPECT_THAT(alice.receive(), StartsWith("{\"id\":" + std::to_string(i) + ",\"ok\""));
  }
}

std::string read_texts(int count) {
  std::string frames;
  for (int i = 2; i < 2 + count; ++i)
    protocol::append_masked_frame(frames, protocol::Opcode::kText, read_text(i), 0x01020304);
  return frames;
}

// 13 pages are 6.5 MB: more than the sockets hold, and much more than may wait in a crowd.
TEST_F(GatewayTest, InACrowdRepliesWaitForNobodyAndWhoReadsIsAnswered) {
  options_.loops = 1;
  options_.queue_bytes_max = 2 << 20;  // more than bob's page
  reads_.pad = std::string(512 << 10, 'x');
  start();
  TestClient alice(port()), tablet(port()), bob(port());
  alice.hold_little();
  alice.enter("alice");
  tablet.enter("alice");
  bob.enter("bob");
  messaging_->hold();
  alice.send(send_text(99));
  alice.write(read_texts(13));
  // Another page for alice is refused once those wait.
  std::string got;
  do {
    tablet.send(read_text(2));
    got = tablet.receive();
  } while (got.find("\"ok\"") != got.npos);
  EXPECT_THAT(got, HasSubstr(R"({"id":2,"error":{"code":"overloaded")"));
  bob.send(read_text(2));
  EXPECT_THAT(bob.receive(), StartsWith(R"({"id":2,"ok")"));
  messaging_->release();
  bob.send(send_text(3));  // answered after alice's
  while (!bob.receive().starts_with("{\"id\":3,")) {
  }
  while ((got = alice.receive()).starts_with("{\"id\"")) {
  }
  EXPECT_THAT(got, StartsWith("close 4408"));
}

constexpr const char* kGetPage =
    "GET /v1/chats/c1/messages HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ";

// Each connection is on another loop than the one before.
TEST_F(GatewayTest, WhoLeavesTooMuchUnreadGetsNoMorePagesOnAnyConnection) {
  options_.user_queue_bytes_max = 1 << 20;
  reads_.pad = std::string(512 << 10, 'x');
  start();
  TestClient slow(port()), http(port()), socket(port()), bob(port());
  slow.hold_little();
  slow.enter("alice");
  socket.enter("alice");
  bob.enter("bob");
  slow.write(read_texts(13));
  std::string got;
  do {
    http.write(kGetPage + std::string("alice\r\n\r\n"));
    got = http.read_answer();
  } while (got.starts_with("HTTP/1.1 200 "));
  EXPECT_THAT(got, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(got, HasSubstr("overloaded"));
  socket.send(read_text(2));
  EXPECT_THAT(socket.receive(), HasSubstr(R"({"id":2,"error":{"code":"overloaded")"));
  bob.send(read_text(2));
  EXPECT_THAT(bob.receive(), StartsWith(R"({"id":2,"ok")"));
  // What was asked for before too much waited was refused, too, when it came.
  int pages = 0;
  while ((got = slow.receive()).find("\"ok\"") != got.npos) ++pages;
  EXPECT_LT(pages, 13);
}

TEST_F(GatewayTest, WhatWaitsOverHttpIsTheUsers) {
  options_.user_queue_bytes_max = 1 << 20;
  reads_.pad = std::string(12 << 20, 'x');  // more than the sockets hold
  start();
  TestClient http(port()), socket(port());
  http.hold_little();
  socket.enter("alice");
  http.write(kGetPage + std::string("alice\r\n\r\n"));
  const base::Gauge& waiting = metrics_.gauge("connect_queue_bytes", "");
  while (waiting.value() <= 1 << 20) std::this_thread::yield();
  socket.send(read_text(2));
  EXPECT_THAT(socket.receive(), HasSubstr(R"({"id":2,"error":{"code":"overloaded")"));
  EXPECT_THAT(http.read_answer(), StartsWith("HTTP/1.1 200 "));
  std::string got;
  do {
    socket.send(read_text(3));
    got = socket.receive();
  } while (got.find("overloaded") != got.npos);
  EXPECT_THAT(got, StartsWith(R"({"id":3,"ok")"));
}

TEST_F(GatewayTest, DrainingAnswersWhatIsOutstandingThenSaysGoodbye) {
  start();
  TestClient alice(port());
  alice.enter("alice");
  messaging_->hold();
  alice.send(send_text(2));
  alice.send(R"({"id":3,"watch":{"users":[]}})");
  EXPECT_THAT(alice.receive(), StartsWith(R"({"id":3,"ok")"));
  std::promise<void> drained;
  gateway_->drain([&drained](base::Unit) { drained.set_value(); });
  EXPECT_THAT(alice.receive(), StartsWith(R"({"reconnect":{"after_ms":)"));
  messaging_->release();
  EXPECT_THAT(alice.receive(), StartsWith(R"({"id":2,"ok")"));
  EXPECT_THAT(alice.receive(), StartsWith("{\"event\""));
  EXPECT_THAT(alice.receive(), StartsWith("close 1012"));
  EXPECT_EQ(alice.receive(), "end");
  alice.close();
  drained.get_future().get();
  EXPECT_EQ(gateway_->connections(), 0u);
  EXPECT_EQ(registry_.users_online(), 0u);
}

TEST_F(GatewayTest, APortInUseIsNamed) {
  start();
  GatewayOptions taken = options_;
  taken.listen = "127.0.0.1:" + std::to_string(port());
  Gateway second(taken, GatewayParts{bus_, registry_, reads_, authenticator_, &login_, nullptr,
                                     clock_, random_, metrics_});
  const base::Status status = second.start();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr(taken.listen));
  EXPECT_THAT(status.error().message, HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace chat::gateway
