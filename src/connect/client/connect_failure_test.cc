#include "connect/client/connect_failure.h"

#include <gtest/gtest.h>

namespace chat::client {
namespace {

using base::Code;
using Fault = crypto::TlsStream::Fault;

TEST(ConnectFailure, NamesWhatIsWrongWithTlsAndWhatToDo) {
  struct Case {
    Fault fault;
    const char* why;
    Code code;
    const char* said;
  };
  const Case cases[] = {
      {Fault::kNotTrusted, "self-signed certificate", Code::kConflict,
       "host:1: the certificate is not trusted (self-signed certificate): give --ca FILE"},
      {Fault::kUnfit, "certificate has expired", Code::kConflict,
       "host:1: the certificate is not trusted (certificate has expired)"},
      {Fault::kOtherName, "hostname mismatch", Code::kConflict,
       "host:1: the certificate is for another host (hostname mismatch)"},
      {Fault::kNoTls, "wrong version number", Code::kConflict,
       "host:1 does not speak TLS: use http://"},
      {Fault::kOther, "internal error", Code::kUnavailable,
       "host:1: the TLS handshake failed (internal error) (if it does not speak TLS: use http://)"},
  };
  for (const Case& expected : cases) {
    const base::Error error =
        tls_failure({.tls = true, .host = "host", .port = 1}, {expected.fault, expected.why});
    EXPECT_EQ(error.code, expected.code) << expected.said;
    EXPECT_EQ(error.message, expected.said);
  }
}

TEST(ConnectFailure, ATlsRecordIsToldFromHttp) {
  EXPECT_TRUE(is_tls_record("\x15\x03\x01"));
  EXPECT_TRUE(is_tls_record("\x16\x03\x03"));
  for (const char* other : {"", "\x15", "HTTP/1.1 400 Bad Request", "\x14\x03"})
    EXPECT_FALSE(is_tls_record(other)) << other;
  EXPECT_EQ(tls_expected({.host = "host", .port = 1}).message,
            "host:1: this looks like a TLS port: use https://");
}

TEST(ConnectFailure, AnAnswerThatIsNoneHintsAtTheWrongPort) {
  EXPECT_NE(no_answer({.host = "host"}).message.find("use https://"), std::string::npos);
  EXPECT_EQ(no_answer({.tls = true, .host = "host"}).message.find("use https://"),
            std::string::npos);
  EXPECT_NE(no_handshake({.host = "host"}).message.find("use http://"), std::string::npos);
  EXPECT_EQ(no_upgrade({.host = "host"}, "503").message, "host answered 503");
  EXPECT_NE(no_upgrade({.host = "host"}, "404").message.find("address for clients"),
            std::string::npos);
}

}  // namespace
}  // namespace chat::client
