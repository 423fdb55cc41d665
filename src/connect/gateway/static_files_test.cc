#include "connect/gateway/static_files.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace chat::gateway {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr StaticFile kIndex{.path = "/index.html",
                            .content_type = "text/html; charset=utf-8",
                            .digest = "0a",
                            .plain = "<!doctype html>",
                            .brotli = "br page",
                            .gzip = "gz page"};
constexpr StaticFile kScript{.path = "/assets/app-1a2b.js",
                             .content_type = "text/javascript; charset=utf-8",
                             .digest = "0b",
                             .is_immutable = true,
                             .plain = "alert()",
                             .brotli = "br script",
                             .gzip = "gz script"};
constexpr StaticFile kIcon{
    .path = "/icon.png", .content_type = "image/png", .digest = "0c", .plain = "PNG"};
constexpr StaticFile kUndated{.path = "/page.html", .content_type = "text/html", .plain = "page"};

HttpRequest get(const std::string& path, const std::vector<HttpRequest::Header>& headers = {}) {
  HttpRequest request;
  request.path = path;
  request.headers = headers;
  return request;
}

TEST(StaticFiles, ChoosesTheCodingThatIsWantedMost) {
  const struct {
    const char* accepted;
    Coding coding;
  } kCases[] = {
      {"", Coding::kPlain},
      {"gzip, deflate, br, zstd", Coding::kBrotli},
      {"gzip, deflate", Coding::kGzip},
      {"x-gzip", Coding::kGzip},
      {"GZIP", Coding::kGzip},
      {"br;q=0, gzip", Coding::kGzip},
      {"br;q=0.0, gzip;q=0.000", Coding::kPlain},
      {"br;q=0", Coding::kPlain},
      {"br;q=0.2, gzip;q=0.8", Coding::kGzip},
      {"br;q=0.21,gzip;q=0.2", Coding::kBrotli},
      {"br ; q=0.5 , gzip ; q=1", Coding::kGzip},
      {"gzip;q=0.5", Coding::kGzip},
      {"br, identity", Coding::kBrotli},
      {"br;q=0.5, identity", Coding::kPlain},
      {"br;q=0.001", Coding::kBrotli},
      {"*", Coding::kBrotli},
      {"*, br;q=0", Coding::kGzip},
      {"*;q=0", Coding::kPlain},
      {"identity;q=0", Coding::kPlain},
      {"identity;q=0, gzip", Coding::kGzip},
      {"deflate", Coding::kPlain},
      {"brotli", Coding::kPlain},
      {"br;q=2", Coding::kPlain},
      {"br;q=1.5", Coding::kPlain},
      {"br;q=x", Coding::kPlain},
      {"br;q=", Coding::kPlain},
      {"br;level=9", Coding::kPlain},
      {",,;,=,", Coding::kPlain},
  };
  for (const auto& each : kCases) {
    EXPECT_EQ(coding_for(get("/", {{"accept-encoding", each.accepted}}), kIndex), each.coding)
        << each.accepted;
    EXPECT_EQ(coding_for(get("/", {{"accept-encoding", each.accepted}}), kIcon), Coding::kPlain)
        << each.accepted;
  }
  EXPECT_EQ(coding_for(get("/"), kIndex), Coding::kPlain);
  const HttpRequest two = get("/", {{"accept-encoding", "gzip"}, {"accept-encoding", "br"}});
  EXPECT_EQ(coding_for(two, kIndex), Coding::kBrotli);
}

TEST(StaticFiles, FindsFilesAndTheAppsRoutes) {
  const StaticFiles files({kIndex, kScript, kIcon});
  const char* const kPage = "text/html,application/xhtml+xml,*/*;q=0.8";
  const struct {
    const char* path;
    const char* accepted;
    std::string_view found;
  } kCases[] = {
      {"/", kPage, kIndex.path},
      {"/", "", kIndex.path},
      {"/index.html", "", kIndex.path},
      {"/assets/app-1a2b.js", "*/*", kScript.path},
      {"/icon.png", "image/*", kIcon.path},
      {"/chat/g-5c", kPage, kIndex.path},
      {"/chat/", kPage, kIndex.path},
      {"/chat/a/b%2F..", "TEXT/HTML;q=0.9", kIndex.path},
      {"/chat/g-5c", "*/*", ""},
      {"/chat/g-5c", "application/json", ""},
      {"/chat/g-5c", "", ""},
      {"/chat", kPage, ""},
      {"/chats/g-5c", kPage, ""},
      {"/v1/chat/", kPage, ""},
      {"/assets/", kPage, ""},
      {"/assets", kPage, ""},
      {"//", kPage, ""},
      {"/./index.html", kPage, ""},
      {"/assets/../index.html", kPage, ""},
      {"/%2e%2e/index.html", kPage, ""},
      {"/index%2Ehtml", kPage, ""},
      {"/INDEX.HTML", kPage, ""},
  };
  for (const auto& each : kCases) {
    const StaticFile* const found = files.find(get(each.path, {{"accept", each.accepted}}));
    EXPECT_EQ(found == nullptr ? "" : found->path, each.found)
        << each.path << " for " << each.accepted;
  }
  EXPECT_EQ(StaticFiles({kScript}).find(get("/")), nullptr);
}

TEST(StaticFiles, AnswersInTheCodingWithItsOwnEtag) {
  const struct {
    const char* accepted;
    const char* etag;
    const char* coding;
    std::string_view body;
  } kCases[] = {
      {"br, gzip", "\"0a-br\"", "br", kIndex.brotli},
      {"gzip", "\"0a-gz\"", "gzip", kIndex.gzip},
      {"", "\"0a\"", "", kIndex.plain},
  };
  for (const auto& each : kCases) {
    const HttpAnswer got =
        StaticFiles::answer(kIndex, get("/", {{"accept-encoding", each.accepted}}));
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.lasting_body, each.body);
    EXPECT_EQ(got.content_type, "text/html; charset=utf-8");
    EXPECT_THAT(got.headers, AllOf(Contains(Pair("ETag", each.etag)),
                                   Contains(Pair("Vary", "Accept-Encoding"))));
    const auto named =
        std::ranges::find(got.headers, "Content-Encoding", &HttpRequest::Header::first);
    EXPECT_EQ(named == got.headers.end() ? "" : named->second, each.coding);
  }
}

TEST(StaticFiles, SendsNothingThatTheBrowserHas) {
  const struct {
    const char* known;
    int status;
  } kCases[] = {
      {"\"0a-br\"", 304},
      {"W/\"0a-br\"", 304},
      {"\"1\", \"0a-br\"", 304},
      {"*", 304},
      {"\"0a\"", 200},
      {"\"0a-gz\"", 200},
      {"0a-br", 200},
      {"\"0a-br", 200},
      {"", 200},
      {"\"1\",W/\"2\"", 200},
  };
  for (const auto& each : kCases) {
    const HttpAnswer got = StaticFiles::answer(
        kIndex, get("/", {{"accept-encoding", "br"}, {"if-none-match", each.known}}));
    EXPECT_EQ(got.status, each.status) << each.known;
    EXPECT_EQ(got.lasting_body.empty(), each.status == 304) << each.known;
    EXPECT_THAT(got.headers, AllOf(Contains(Pair("ETag", "\"0a-br\"")), Contains(Key("Vary")),
                                   Contains(Pair("Cache-Control", "no-cache"))));
  }
  const HttpAnswer undated = StaticFiles::answer(kUndated, get("/", {{"if-none-match", "*"}}));
  EXPECT_EQ(undated.status, 200);
  EXPECT_THAT(undated.headers, Not(Contains(Key("ETag"))));
}

TEST(StaticFiles, SaysWhatMayBeKeptAndDone) {
  const HttpAnswer page = StaticFiles::answer(kIndex, get("/chat/g-5c"));
  EXPECT_THAT(page.headers, AllOf(Contains(Pair("Cache-Control", "no-cache")),
                                  Contains(Pair("Vary", "Accept, Accept-Encoding"))));
  const HttpAnswer script = StaticFiles::answer(kScript, get("/assets/app-1a2b.js"));
  EXPECT_THAT(script.headers,
              Contains(Pair("Cache-Control", "public, max-age=31536000, immutable")));
  for (const HttpAnswer& answer : {page, script}) {
    EXPECT_THAT(answer.headers,
                AllOf(Contains(Pair("Content-Security-Policy",
                                    AllOf(HasSubstr("default-src 'none'; script-src 'self'; "),
                                          HasSubstr("frame-ancestors 'none'"),
                                          Not(HasSubstr("unsafe")), Not(HasSubstr("http"))))),
                      Contains(Pair("X-Content-Type-Options", "nosniff")),
                      Contains(Pair("Referrer-Policy", "no-referrer")),
                      Contains(Pair("Cross-Origin-Opener-Policy", "same-origin")),
                      Contains(Key("Permissions-Policy"))));
  }
}

}  // namespace
}  // namespace chat::gateway
