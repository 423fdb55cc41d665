#include "connect/cli/server.h"

#include "connect/base/json_escape.h"
#include "connect/client/decode.h"
#include "connect/client/http.h"

namespace chat::cli {
namespace {

// Where there is no development login: another server's answer, or Connect's own?
std::string why_no_login(const ServerOptions& options, client::HttpClient& http) {
  const base::Result<client::HttpAnswer> me = http.call("GET", "/v1/me");
  if (me && client::error_of(*me).code == protocol::ErrorCode::kTokenMissing)
    return "this server has no development login, or none for other machines: give --token";
  return options.url + " does not look like Connect's address for clients";
}

base::Unexpected<base::Error> login_refused(const ServerOptions& options, client::HttpClient& http,
                                            const client::HttpAnswer& answer) {
  const protocol::Error error = client::error_of(answer);
  const bool later = answer.status == 429 || error.code == protocol::ErrorCode::kOverloaded ||
                     error.code == protocol::ErrorCode::kUnavailable;
  const bool missing = answer.status == 404 || answer.status == 405 || answer.status == 501;
  return base::unexpected(
      later ? base::Code::kUnavailable : base::Code::kConflict,
      missing ? why_no_login(options, http) : "login as " + options.user + ": " + error.message);
}

}  // namespace

base::Status identified(const ServerOptions& options) {
  if (!options.token.empty() || !options.user.empty()) return base::ok();
  return base::unexpected(base::Code::kInvalid, "say who you are: --user NAME or --token T");
}

base::Result<std::string> login(const ServerOptions& options) {
  if (!options.token.empty()) return options.token;
  TRY(identified(options));
  TRY_ASSIGN(const auto http, client::HttpClient::make(options.url, options.ca_file, ""));
  std::string body = "{\"user\":";
  base::append_json_string(body, options.user);
  TRY_ASSIGN(const client::HttpAnswer answer, http->call("POST", "/v1/dev/login", body + "}"));
  if (answer.status != 200) return login_refused(options, *http, answer);
  const auto parsed = protocol::json::parse(answer.body);
  const std::string token = parsed ? client::string_of(*parsed, "token") : "";
  if (token.empty())
    return base::unexpected(base::Code::kConflict, "the login's answer has no token");
  return token;
}

}  // namespace chat::cli
