#include "connect/cli/server.h"

#include "connect/base/json_escape.h"
#include "connect/client/decode.h"
#include "connect/client/http.h"

namespace chat::cli {
namespace {

base::Unexpected<base::Error> login_refused(const ServerOptions& options,
                                            const client::HttpAnswer& answer) {
  const bool later = answer.status == 429 || answer.status >= 500;
  return base::unexpected(later ? base::Code::kUnavailable : base::Code::kConflict,
                          "login as " + options.user + ": " + client::error_of(answer).message);
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
  if (answer.status != 200) return login_refused(options, answer);
  const auto parsed = protocol::json::parse(answer.body);
  const std::string token = parsed ? client::string_of(*parsed, "token") : "";
  if (token.empty())
    return base::unexpected(base::Code::kConflict, "the login's answer has no token");
  return token;
}

}  // namespace chat::cli
