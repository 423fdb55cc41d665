#include "connect/client/url.h"

#include <gtest/gtest.h>

namespace chat::client {
namespace {

struct Good {
  const char* text;
  bool tls;
  const char* host;
  uint16_t port;
  const char* authority;
};

TEST(Url, Reads) {
  const Good cases[] = {
      {"http://127.0.0.1:8080", false, "127.0.0.1", 8080, "127.0.0.1:8080"},
      {"https://chat.example", true, "chat.example", 443, "chat.example"},
      {"wss://chat.example/", true, "chat.example", 443, "chat.example"},
      {"ws://localhost:80", false, "localhost", 80, "localhost"},
      {"http://[::1]:8080", false, "::1", 8080, "[::1]:8080"},
      {"https://[::1]", true, "::1", 443, "[::1]"},
  };
  for (const Good& good : cases) {
    SCOPED_TRACE(good.text);
    const auto url = parse_url(good.text);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->tls, good.tls);
    EXPECT_EQ(url->host, good.host);
    EXPECT_EQ(url->port, good.port);
    EXPECT_EQ(url->authority(), good.authority);
  }
}

TEST(Url, Refuses) {
  for (const char* text : {"", "localhost:8080", "ftp://a", "http://", "http://:80", "http://a:0",
                           "http://a:65536", "http://a:x", "http://a/path", "http://u@a"})
    EXPECT_FALSE(parse_url(text)) << text;
}

}  // namespace
}  // namespace chat::client
