#include "connect/gateway/http.h"

#include <gmock/gmock.h>

namespace chat::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Read {
  HttpReader::Status status = HttpReader::Status::kNeedMore;
  HttpRequest request;
  int failure = 0;
  size_t left = 0;
};

// Feeds the bytes in pieces, keeping what was not consumed, until a request or a failure.
Read read(std::string_view bytes, size_t piece = std::string_view::npos) {
  HttpReader reader;
  Read result;
  std::string held;
  while (!bytes.empty() && result.status == HttpReader::Status::kNeedMore) {
    held += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    size_t consumed = 0;
    result.status = reader.next(held.data(), held.size(), consumed, result.request);
    held.erase(0, consumed);
  }
  if (result.status == HttpReader::Status::kFailed) result.failure = reader.failure().status;
  result.left = held.size() + bytes.size();
  return result;
}

TEST(HttpReader, ReadsARequestHoweverItIsCut) {
  constexpr std::string_view kBytes =
      "\r\nPOST /v1/chats/a%2Fb?x=1&y HTTP/1.1\r\nHost: here\r\nX-Thing:  two words \r\n"
      "Content-Length: 5\r\n\r\nhelloGET";
  for (size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, kBytes.size()}) {
    const Read got = read(kBytes, piece);
    ASSERT_EQ(got.status, HttpReader::Status::kRequest) << piece;
    EXPECT_EQ(got.request.method, Method::kPost);
    EXPECT_EQ(got.request.path, "/v1/chats/a%2Fb");
    EXPECT_EQ(got.request.query, "x=1&y");
    EXPECT_EQ(got.request.header("x-thing"), "two words");
    EXPECT_EQ(got.request.body, "hello");
    EXPECT_TRUE(got.request.keep_alive);
    EXPECT_EQ(got.left, 3u);
  }
}

TEST(HttpReader, ReadsChunksAndDropsTrailers) {
  constexpr std::string_view kBytes =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nHost: other\r\n\r\n";
  for (size_t piece : {size_t{1}, size_t{5}, kBytes.size()}) {
    const Read got = read(kBytes, piece);
    ASSERT_EQ(got.status, HttpReader::Status::kRequest) << piece;
    EXPECT_EQ(got.request.body, "abcde");
    EXPECT_EQ(got.left, 0u);
  }
}

TEST(HttpReader, TakesPipelinedRequestsOneAfterAnother) {
  const std::string bytes =
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  HttpReader reader;
  HttpRequest request;
  size_t at = 0;
  for (const auto& [path, keep_alive] : {std::pair("/1", true), {"/2", false}, {"/3", false}}) {
    size_t consumed = 0;
    ASSERT_EQ(reader.next(bytes.data() + at, bytes.size() - at, consumed, request),
              HttpReader::Status::kRequest);
    at += consumed;
    EXPECT_EQ(request.path, path);
    EXPECT_EQ(request.keep_alive, keep_alive);
  }
  EXPECT_EQ(at, bytes.size());
}

TEST(HttpReader, RefusesWhatTwoPartiesCouldReadDifferently) {
  const auto get = [](std::string_view headers) {
    return "GET / HTTP/1.1\r\n" + std::string(headers) + "\r\n";
  };
  const std::string many(16 * 1024, 'x');
  const struct {
    const char* what;
    std::string bytes;
    int status;
  } kCases[] = {
      {"length and encoding", get("Host: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
       400},
      {"encoding and length", get("Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
       400},
      {"two lengths", get("Host: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n"), 400},
      {"a list of lengths", get("Host: h\r\nContent-Length: 3, 3\r\n"), 400},
      {"a signed length", get("Host: h\r\nContent-Length: +3\r\n"), 400},
      {"an empty length", get("Host: h\r\nContent-Length:\r\n"), 400},
      {"an endless length", get("Host: h\r\nContent-Length: 99999999999999999999\r\n"), 400},
      {"two encodings",
       get("Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"a foreign encoding", get("Host: h\r\nTransfer-Encoding: gzip, chunked\r\n"), 400},
      {"a disguised encoding", get("Host: h\r\nTransfer-Encoding: \"chunked\"\r\n"), 400},
      {"a folded header", get("Host: h\r\nA: b\r\n c\r\n"), 400},
      {"a space before the colon", get("Host : h\r\n"), 400},
      {"no colon", get("Host: h\r\nnothing\r\n"), 400},
      {"an empty name", get("Host: h\r\n: x\r\n"), 400},
      {"a NUL", get(std::string_view("Host: h\r\nA: \0\r\n", 15)), 400},
      {"a bare carriage return", get("Host: h\r\nA: b\rC: d\r\n"), 400},
      {"a bare line feed", get("Host: h\r\nA: b\nC: d\r\n"), 400},
      {"no Host", get("A: b\r\n"), 400},
      {"two Hosts", get("Host: h\r\nHost: h\r\n"), 400},
      {"no target", "GET HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a relative target", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"raw UTF-8 in the target", "GET /\xc3\xbc HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a method that is no token", "G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"another version", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"a bad chunk size",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {"a chunk without its end",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
       400},
      {"a chunk size that wraps",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
       "fffffffffffffffff\r\n",
       413},
      {"a chunk size with a sign",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n",
       400},
      {"a chunk size with a prefix",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
       400},
      {"a line feed in an extension",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n",
       400},
      {"a trailer that is no header",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbac\r\n\r\n", 400},
      {"trailers without end",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + many, 400},
      {"chunks in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"headers too long", get("Host: h\r\nA: " + many + "\r\n"), 431},
      {"headers without end", "GET / HTTP/1.1\r\nA: " + many, 431},
      {"a target too long", "GET /" + many.substr(0, 8192) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
      {"a target without end", "GET /" + many.substr(0, 9000), 414},
      {"a long body", get("Host: h\r\nContent-Length: 65537\r\n"), 413},
      {"a long chunk",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\nabc", 413},
      {"an unknown expectation", get("Host: h\r\nExpect: a miracle\r\n"), 417},
      {"noise", std::string(64, '\x16') + "\r\n\r\n", 400},
      {"a TLS handshake, which waits for an answer", "\x16\x03\x01", 400},
  };
  for (const auto& each : kCases) {
    for (size_t piece : {size_t{1}, size_t{1024}, each.bytes.size()}) {
      if (piece == 1 && each.bytes.size() > 1000) continue;
      EXPECT_EQ(read(each.bytes, piece).failure, each.status) << each.what << " by " << piece;
    }
  }
}

TEST(HttpReader, TakesWhatIsExactlyAtTheBounds) {
  const std::string target = "/" + std::string(8191, 'a');
  EXPECT_EQ(read("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n").request.path, target);
  const std::string body(65536, 'b');
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n";
  EXPECT_EQ(read(head + body, 4096).request.body, body);
}

TEST(HttpReader, TinyChunksDoNotGrowWhatIsHeld) {
  HttpReader reader;
  HttpRequest request;
  std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  size_t consumed = 0;
  ASSERT_EQ(reader.next(head.data(), head.size(), consumed, request),
            HttpReader::Status::kNeedMore);
  std::string held;
  auto status = HttpReader::Status::kNeedMore;
  for (int i = 0; i < 65537 && status == HttpReader::Status::kNeedMore; ++i) {
    held += "1\r\nx\r\n";
    status = reader.next(held.data(), held.size(), consumed, request);
    held.erase(0, consumed);
    ASSERT_LE(held.size(), 6u);
  }
  EXPECT_EQ(status, HttpReader::Status::kFailed);
  EXPECT_EQ(reader.failure().status, 413);
}

TEST(HttpReader, AsksForTheBodyOnce) {
  const std::string head =
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  HttpReader reader;
  HttpRequest request;
  size_t consumed = 0;
  EXPECT_TRUE(reader.idle());
  EXPECT_EQ(reader.next(head.data(), head.size(), consumed, request),
            HttpReader::Status::kNeedMore);
  EXPECT_FALSE(reader.idle());
  EXPECT_TRUE(reader.wants_continue());
  EXPECT_FALSE(reader.wants_continue());
  EXPECT_EQ(reader.next("ab", 2, consumed, request), HttpReader::Status::kRequest);
  EXPECT_EQ(request.body, "ab");
  EXPECT_TRUE(reader.idle());
}

std::string written(const HttpAnswer& answer, bool head = false, bool keep_alive = true) {
  std::string out;
  append_answer(out, answer, head, keep_alive);
  return out;
}

TEST(HttpAnswer, SaysLengthTypeAndThatItIsNotToBeStored) {
  HttpAnswer answer;
  answer.body = "{}";
  EXPECT_EQ(written(answer),
            "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\nConnection: keep-alive\r\n\r\n{}");
  EXPECT_THAT(written(answer, true), testing::EndsWith("Connection: keep-alive\r\n\r\n"));
  EXPECT_THAT(written(answer, false, false), HasSubstr("Connection: close\r\n"));
  answer.headers.emplace_back("Cache-Control", "no-cache");
  EXPECT_THAT(written(answer), Not(HasSubstr("no-store")));
  answer.status = 204;
  EXPECT_THAT(written(answer), Not(HasSubstr("Content-Length")));
}

TEST(HttpAnswer, OfALastingBodyOnlyTheHeadIsAppended) {
  HttpAnswer answer;
  answer.content_type = "text/css";
  answer.lasting_body = "p{}";
  EXPECT_EQ(written(answer),
            "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: text/css\r\n"
            "Content-Length: 3\r\nConnection: keep-alive\r\n\r\n");
}

TEST(HttpAnswer, ARefusalCarriesTheErrorAndWhenToComeBack) {
  const HttpAnswer answer =
      refusal({protocol::ErrorCode::kRateLimited, "20 sends a second per user", "", 1200});
  EXPECT_EQ(answer.status, 429);
  EXPECT_THAT(written(answer), HasSubstr("Retry-After: 2\r\n"));
  EXPECT_THAT(answer.body, HasSubstr("\"rate_limited\""));
}

TEST(PercentDecoding, DecodesAndRefusesBrokenEscapes) {
  EXPECT_EQ(percent_decoded("a%2Fb%f0%9f%91%8B"), "a/b\xf0\x9f\x91\x8b");
  EXPECT_EQ(percent_decoded(""), "");
  for (const char* broken : {"%", "%2", "a%2", "%g0", "%0g"})
    EXPECT_EQ(percent_decoded(broken), std::nullopt) << broken;
}

TEST(ListsToken, FindsWholeTokensWhateverTheirCase) {
  EXPECT_TRUE(lists_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(lists_token("\tWebSocket ", "websocket"));
  EXPECT_FALSE(lists_token("upgrade-insecure", "upgrade"));
  EXPECT_FALSE(lists_token("", "upgrade"));
}

}  // namespace
}  // namespace chat::gateway
