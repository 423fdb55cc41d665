#include "connect/gateway/static_files.h"

#include <algorithm>
#include <optional>
#include <string>

namespace chat::gateway {
namespace {

constexpr std::string_view kIndex = "/index.html";
// Below it are the app's own routes: it reads the rest of the path itself.
constexpr std::string_view kRoutes = "/chat/";

// Nothing from elsewhere, no inline script or style, in no frame. 'self' of connect-src covers the
// WebSocket in every browser that the app is built for.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// Calls `visit` with each item of the comma-separated lists that the headers of this name hold.
template <typename Visit>
void for_each_item(const HttpRequest& request, std::string_view name, Visit visit) {
  for (const auto& [header, value] : request.headers) {
    if (header != name) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(item.size() + 1, rest.size()));
      visit(item);
    }
  }
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// In thousandths: "0.25" is 250. Nothing for what is no quality (RFC 9110 section 12.4.2).
std::optional<int> quality_of(std::string_view text) {
  const bool is_number = !text.empty() && text.size() <= 5 && (text[0] == '0' || text[0] == '1') &&
                         (text.size() == 1 || text[1] == '.') &&
                         std::ranges::all_of(text.substr(std::min<size_t>(2, text.size())),
                                             [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  int thousandths = (text[0] - '0') * 1000;
  int place = 100;
  for (size_t i = 2; i < text.size(); ++i, place /= 10) thousandths += (text[i] - '0') * place;
  return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

struct Wish {
  std::string_view name;
  int quality = 1000;  // 0: not at all
};

// "br;q=0.5"; what makes no sense is not wanted.
Wish wish_of(std::string_view item) {
  const size_t semicolon = std::min(item.find(';'), item.size());
  Wish wish{trimmed(item.substr(0, semicolon))};
  if (semicolon == item.size()) return wish;
  const std::string_view weight = trimmed(item.substr(semicolon + 1));
  const bool is_weight = weight.starts_with("q=") || weight.starts_with("Q=");
  wish.quality = is_weight ? quality_of(weight.substr(2)).value_or(0) : 0;
  return wish;
}

// How much each coding is wanted; below 0: it is not named.
struct Wishes {
  int plain = -1;
  int brotli = -1;
  int gzip = -1;
};

Wishes wishes_of(const HttpRequest& request) {
  Wishes wishes;
  int other = -1;
  for_each_item(request, "accept-encoding", [&](std::string_view item) {
    const Wish wish = wish_of(item);
    const auto is = [&](std::string_view name) { return lists_token(wish.name, name); };
    if (is("br")) wishes.brotli = wish.quality;
    if (is("gzip") || is("x-gzip")) wishes.gzip = wish.quality;
    if (is("identity")) wishes.plain = wish.quality;
    if (is("*")) other = wish.quality;
  });
  if (wishes.brotli < 0) wishes.brotli = std::max(other, 0);
  if (wishes.gzip < 0) wishes.gzip = std::max(other, 0);
  // What is not mentioned at all is welcome, but less so than what is.
  if (wishes.plain < 0) wishes.plain = other < 0 ? 1 : other;
  return wishes;
}

bool is_known_to(const HttpRequest& request, std::string_view etag) {
  bool is_known = false;
  for_each_item(request, "if-none-match", [&](std::string_view item) {
    item = trimmed(item);
    if (item.starts_with("W/")) item.remove_prefix(2);
    is_known = is_known || item == etag || item == "*";
  });
  return is_known;
}

bool takes_pages(const HttpRequest& request) {
  bool takes = false;
  for_each_item(request, "accept", [&](std::string_view item) {
    takes = takes || lists_token(item.substr(0, item.find(';')), "text/html");
  });
  return takes;
}

bool is_route(std::string_view path) { return path.starts_with(kRoutes); }

std::string etag_of(const StaticFile& file, Coding coding) {
  if (file.digest.empty()) return {};
  const char* suffix = coding == Coding::kBrotli ? "-br" : coding == Coding::kGzip ? "-gz" : "";
  return '"' + std::string(file.digest) + suffix + '"';
}

HttpAnswer head_of(const StaticFile& file, const HttpRequest& request) {
  HttpAnswer answer;
  answer.content_type = file.content_type;
  answer.headers = {
      {"Cache-Control", file.is_immutable ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Vary", is_route(request.path) ? "Accept, Accept-Encoding" : "Accept-Encoding"},
      {"Content-Security-Policy", kContentSecurityPolicy},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"}};
  return answer;
}

}  // namespace

Coding coding_for(const HttpRequest& request, const StaticFile& file) {
  const Wishes wishes = wishes_of(request);
  const int brotli = file.brotli.empty() ? 0 : wishes.brotli;
  const int gzip = file.gzip.empty() ? 0 : wishes.gzip;
  const int best = std::max({brotli, gzip, wishes.plain});
  if (best == 0) return Coding::kPlain;
  if (brotli == best) return Coding::kBrotli;
  return gzip == best ? Coding::kGzip : Coding::kPlain;
}

StaticFiles::StaticFiles(const std::vector<StaticFile>& files) {
  for (const StaticFile& file : files) files_.emplace(file.path, file);
}

const StaticFile* StaticFiles::find(const HttpRequest& request) const {
  const bool is_page = request.path == "/" || (is_route(request.path) && takes_pages(request));
  const auto found = files_.find(is_page ? kIndex : std::string_view(request.path));
  return found == files_.end() ? nullptr : &found->second;
}

HttpAnswer StaticFiles::answer(const StaticFile& file, const HttpRequest& request) {
  const Coding coding = coding_for(request, file);
  const std::string etag = etag_of(file, coding);
  HttpAnswer answer = head_of(file, request);
  if (!etag.empty()) answer.headers.emplace_back("ETag", etag);
  if (!etag.empty() && is_known_to(request, etag)) {
    answer.status = 304;
    return answer;
  }
  if (coding != Coding::kPlain)
    answer.headers.emplace_back("Content-Encoding", coding == Coding::kBrotli ? "br" : "gzip");
  answer.lasting_body = coding == Coding::kBrotli ? file.brotli
                        : coding == Coding::kGzip ? file.gzip
                                                  : file.plain;
  return answer;
}

}  // namespace chat::gateway
