#include "connect/crypto/tls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>

namespace chat::crypto {
namespace {

using Progress = TlsStream::Progress;

// A directory with a self-signed certificate for localhost, gone with the test.
class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    std::string pattern = testing::TempDir() + "tls_test_XXXXXX";
    dir_ = mkdtemp(pattern.data());
    write_pair("localhost");
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
  }
  void TearDown() override {
    close(fds_[0]);
    close(fds_[1]);
    std::filesystem::remove_all(dir_);
  }

  std::string cert() const { return dir_ + "/cert.pem"; }
  std::string key() const { return dir_ + "/key.pem"; }

  void new_sockets() {
    close(fds_[0]);
    close(fds_[1]);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
  }

  void write_pair(const std::string& host, long valid_s = 3600) const {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), valid_s);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
    X509_add_ext(x509, names, -1);
    X509_EXTENSION_free(names);
    X509_set_pubkey(x509, pair);
    X509_sign(x509, pair, EVP_sha256());
    FILE* file = std::fopen(cert().c_str(), "w");
    PEM_write_X509(file, x509);
    std::fclose(file);
    file = std::fopen(key().c_str(), "w");
    PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(x509);
    EVP_PKEY_free(pair);
  }

  static void handshake(TlsStream& server, TlsStream& client, Progress& of_server,
                        Progress& of_client) {
    of_server = of_client = Progress::kWantRead;
    for (int turn = 0; turn < 10; ++turn) {
      if (of_client != Progress::kFailed) of_client = client.handshake();
      if (of_server != Progress::kFailed) of_server = server.handshake();
    }
  }

  std::string dir_;
  int fds_[2] = {-1, -1};
};

TEST_F(TlsTest, CarriesBytesBothWaysAndReportsTheClose) {
  auto server_context = ServerTlsContext::load(cert(), key());
  ASSERT_TRUE(server_context.has_value()) << server_context.error().message;
  auto client_context = client_tls_context(cert(), "localhost");
  ASSERT_TRUE(client_context.has_value());
  auto server = (*server_context)->open(fds_[0]);
  auto client = (*client_context)->open(fds_[1]);
  Progress of_server{};
  Progress of_client{};
  handshake(*server, *client, of_server, of_client);
  ASSERT_EQ(of_server, Progress::kDone);
  ASSERT_EQ(of_client, Progress::kDone);

  EXPECT_EQ(client->write("ping", 4).bytes, 4u);
  char buffer[16];
  EXPECT_EQ(server->read(buffer, sizeof buffer).bytes, 4u);
  EXPECT_EQ(std::string(buffer, 4), "ping");
  EXPECT_EQ(server->read(buffer, sizeof buffer).progress, Progress::kWantRead);
  client->shutdown();
  EXPECT_EQ(server->read(buffer, sizeof buffer).progress, Progress::kClosed);
}

// A client may send its first bytes right behind the end of its handshake: one read of the socket
// brings both.
TEST_F(TlsTest, BytesThatCameWithTheEndOfTheHandshakeAreReadAtOnce) {
  auto server_context = ServerTlsContext::load(cert(), key());
  auto client_context = client_tls_context(cert(), "localhost");
  auto server = (*server_context)->open(fds_[0]);
  auto client = (*client_context)->open(fds_[1]);
  EXPECT_EQ(client->handshake(), Progress::kWantRead);
  EXPECT_EQ(server->handshake(), Progress::kWantRead);
  ASSERT_EQ(client->handshake(), Progress::kDone);
  ASSERT_EQ(client->write("ping", 4).bytes, 4u);
  ASSERT_EQ(server->handshake(), Progress::kDone);
  char buffer[16];
  const auto read = server->read(buffer, sizeof buffer);
  EXPECT_EQ(read.progress, Progress::kDone);
  EXPECT_EQ(read.bytes, 4u);
}

TEST_F(TlsTest, AFullSocketTakesAPartAndGoesOnLater) {
  auto server_context = ServerTlsContext::load(cert(), key());
  auto client_context = client_tls_context(cert(), "localhost");
  auto server = (*server_context)->open(fds_[0]);
  auto client = (*client_context)->open(fds_[1]);
  Progress of_server{};
  Progress of_client{};
  handshake(*server, *client, of_server, of_client);
  const std::string sent(4 << 20, 'x');
  size_t offset = 0;
  size_t received = 0;
  bool was_full = false;
  std::string buffer(1 << 16, '\0');
  while (received < sent.size()) {
    while (offset < sent.size()) {
      const auto written = server->write(sent.data() + offset, sent.size() - offset);
      if (written.progress != Progress::kDone) {
        ASSERT_EQ(written.progress, Progress::kWantWrite);
        was_full = true;
        break;
      }
      offset += written.bytes;
    }
    for (;;) {
      const auto read = client->read(buffer.data(), buffer.size());
      if (read.progress != Progress::kDone) {
        ASSERT_EQ(read.progress, Progress::kWantRead);
        break;
      }
      received += read.bytes;
    }
  }
  EXPECT_TRUE(was_full);
  EXPECT_EQ(received, sent.size());
}

TEST_F(TlsTest, AClientSaysWhyItRefusesACertificate) {
  struct Case {
    std::string roots;
    const char* host;
    TlsStream::Fault fault;
    const char* why;
  };
  const Case cases[] = {
      {cert(), "chat.example", TlsStream::Fault::kOtherName, "hostname mismatch"},
      {cert(), "127.0.0.1", TlsStream::Fault::kOtherName, "IP address mismatch"},
      {"", "localhost", TlsStream::Fault::kNotTrusted, "self-signed certificate"},
  };
  auto server_context = ServerTlsContext::load(cert(), key());
  for (const Case& expected : cases) {
    auto client_context = client_tls_context(expected.roots, expected.host);
    auto server = (*server_context)->open(fds_[0]);
    auto client = (*client_context)->open(fds_[1]);
    Progress of_server{};
    Progress of_client{};
    handshake(*server, *client, of_server, of_client);
    EXPECT_EQ(of_client, Progress::kFailed) << expected.host;
    EXPECT_EQ(client->failure().fault, expected.fault);
    EXPECT_EQ(client->failure().why, expected.why);
    new_sockets();
  }
}

TEST_F(TlsTest, ACertificateOutOfDateIsUnfit) {
  write_pair("localhost", -10);
  auto server = (*ServerTlsContext::load(cert(), key()))->open(fds_[0]);
  auto client = (*client_tls_context(cert(), "localhost"))->open(fds_[1]);
  Progress of_server{};
  Progress of_client{};
  handshake(*server, *client, of_server, of_client);
  EXPECT_EQ(of_client, Progress::kFailed);
  EXPECT_EQ(client->failure().fault, TlsStream::Fault::kUnfit);
  EXPECT_EQ(client->failure().why, "certificate has expired");
}

TEST_F(TlsTest, APeerThatSpeaksSomethingElseIsNamed) {
  auto client = (*client_tls_context(cert(), "localhost"))->open(fds_[1]);
  EXPECT_EQ(client->handshake(), Progress::kWantRead);
  constexpr std::string_view kAnswer = "HTTP/1.1 400 Bad Request\r\n\r\n";
  ASSERT_EQ(write(fds_[0], kAnswer.data(), kAnswer.size()), static_cast<ssize_t>(kAnswer.size()));
  EXPECT_EQ(client->handshake(), Progress::kFailed);
  EXPECT_EQ(client->failure().fault, TlsStream::Fault::kNoTls);
}

TEST_F(TlsTest, RefusesVersionsBelow12AndOtherProtocols) {
  auto server_context = ServerTlsContext::load(cert(), key());
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  for (const bool old_version : {true, false}) {
    SSL* client = SSL_new(context);
    if (old_version) {
      SSL_set_max_proto_version(client, TLS1_1_VERSION);
    } else {
      SSL_set_alpn_protos(client, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
    }
    SSL_set_fd(client, fds_[1]);
    SSL_set_connect_state(client);
    auto server = (*server_context)->open(fds_[0]);
    Progress of_server = Progress::kWantRead;
    for (int turn = 0; turn < 10 && of_server != Progress::kFailed; ++turn) {
      SSL_do_handshake(client);
      of_server = server->handshake();
    }
    EXPECT_EQ(of_server, Progress::kFailed) << old_version;
    SSL_free(client);
    new_sockets();
  }
  SSL_CTX_free(context);
}

TEST_F(TlsTest, ReloadsAChangedPairAndKeepsTheOldOneWhenTheNewIsBroken) {
  auto context = ServerTlsContext::load(cert(), key());
  ASSERT_TRUE(context.has_value());
  auto unchanged = (*context)->reload_if_changed();
  ASSERT_TRUE(unchanged.has_value());
  EXPECT_FALSE(*unchanged);

  write_pair("chat.example");
  auto replaced = (*context)->reload_if_changed();
  ASSERT_TRUE(replaced.has_value());
  EXPECT_TRUE(*replaced);

  std::FILE* file = std::fopen(key().c_str(), "w");
  std::fputs("no key", file);
  std::fclose(file);
  EXPECT_FALSE((*context)->reload_if_changed().has_value());
  auto client_context = client_tls_context(cert(), "chat.example");
  auto server = (*context)->open(fds_[0]);
  auto client = (*client_context)->open(fds_[1]);
  Progress of_server{};
  Progress of_client{};
  handshake(*server, *client, of_server, of_client);
  EXPECT_EQ(of_client, Progress::kDone);
}

TEST_F(TlsTest, NamesWhatCannotBeUsed) {
  auto missing = ServerTlsContext::load(dir_ + "/none.pem", key());
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message.find("none.pem"), std::string::npos);
  auto swapped = ServerTlsContext::load(key(), cert());
  ASSERT_FALSE(swapped.has_value());
  EXPECT_NE(swapped.error().message.find("key.pem"), std::string::npos);
  std::filesystem::rename(key(), dir_ + "/other.pem");
  write_pair("localhost");
  auto others = ServerTlsContext::load(cert(), dir_ + "/other.pem");
  ASSERT_FALSE(others.has_value());
  EXPECT_NE(others.error().message.find("other.pem is not the key of the certificate"),
            std::string::npos)
      << others.error().message;
}

}  // namespace
}  // namespace chat::crypto
