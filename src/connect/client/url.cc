#include "connect/client/url.h"

#include <charconv>

namespace chat::client {
namespace {

using base::Code;

base::Unexpected<base::Error> refused(std::string_view text, std::string_view why) {
  return base::unexpected(Code::kInvalid,
                          "`" + std::string(text) + "` is no server address: " + std::string(why));
}

}  // namespace

std::string Url::authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  std::string out = ipv6 ? "[" + host + "]" : host;
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

base::Result<Url> parse_url(std::string_view text) {
  const size_t scheme_end = text.find("://");
  if (scheme_end == text.npos) return refused(text, "it begins with http:// or https://");
  const std::string_view scheme = text.substr(0, scheme_end);
  Url url;
  url.tls = scheme == "https" || scheme == "wss";
  if (!url.tls && scheme != "http" && scheme != "ws")
    return refused(text, "the scheme is http, https, ws or wss");
  std::string_view rest = text.substr(scheme_end + 3);
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != rest.npos) return refused(text, "a host and a port only");
  url.port = url.tls ? 443 : 80;
  const size_t bracket = rest.rfind(']');
  const size_t colon = rest.rfind(':');
  if (colon != rest.npos && (bracket == rest.npos || colon > bracket)) {
    const std::string_view digits = rest.substr(colon + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc() || end != digits.data() + digits.size() || url.port == 0)
      return refused(text, "the port is 1 to 65535");
    rest = rest.substr(0, colon);
  }
  if (rest.size() > 2 && rest.front() == '[' && rest.back() == ']')
    rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return refused(text, "no host");
  url.host = rest;
  return url;
}

}  // namespace chat::client
