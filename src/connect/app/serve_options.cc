#include "connect/app/serve_options.h"

#include <algorithm>
#include <string>
#include <utility>

#include "connect/app/ops_client.h"

namespace chat::app {
namespace {

using base::Code;

base::Result<HostPort> address_of(std::string_view option, const std::string& text) {
  auto parsed = parse_host_port(text);
  if (parsed) return parsed;
  return base::unexpected(Code::kInvalid, std::string(option) + ": " + parsed.error().message);
}

// As browsers write one: a scheme, a host, a port that is not the scheme's.
base::Status check_origin(const std::string& origin) {
  const size_t host = origin.starts_with("https://") ? 8 : origin.starts_with("http://") ? 7 : 0;
  if (host > 0 && host < origin.size() && origin.find_first_of("/?#@ ", host) == std::string::npos)
    return base::ok();
  return base::unexpected(Code::kInvalid,
                          "--origin is like https://chat.example.org, not " + origin);
}

base::Status check_access(const ServeOptions& options, const HostPort& listen) {
  if (options.auth == "jwt") {
    if (options.jwt_keys.empty())
      return base::unexpected(Code::kInvalid, "--auth jwt needs --jwt-key FILE");
    return base::ok();
  }
  if (!options.jwt_keys.empty() || !options.jwt_issuer.empty() || !options.jwt_audience.empty())
    return base::unexpected(Code::kInvalid,
                            "--jwt-key, --jwt-issuer and --jwt-audience are for --auth jwt");
  if (!is_loopback(listen.host))
    return base::unexpected(Code::kInvalid,
                            "--auth dev lets anybody be anybody, so --listen must be on loopback, "
                            "not " +
                                options.listen + "; use --auth jwt --jwt-key FILE");
  return base::ok();
}

}  // namespace

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

uint32_t default_threads(uint32_t processors) { return std::clamp(processors / 2, 1u, 4u); }

base::Status check_serve_options(const ServeOptions& options) {
  TRY_ASSIGN(const HostPort listen, address_of("--listen", options.listen));
  TRY_ASSIGN(const HostPort ops, address_of("--ops", options.ops));
  if (listen.port != 0 && listen.port == ops.port && listen.host == ops.host)
    return base::unexpected(Code::kInvalid, "--listen and --ops are the same address");
  if (options.tls_cert.empty() != options.tls_key.empty())
    return base::unexpected(Code::kInvalid, "--tls-cert and --tls-key go together");
  for (const std::string& origin : options.origins) TRY(check_origin(origin));
  return check_access(options, listen);
}

}  // namespace chat::app
