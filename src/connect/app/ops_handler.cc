#include "connect/app/ops_handler.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "connect/app/import_batch.h"
#include "connect/app/inspect.h"
#include "connect/base/clock.h"
#include "connect/base/json_escape.h"
#include "connect/base/log.h"
#include "connect/protocol/json_in.h"
#include "connect/store/backup.h"

namespace chat::app {
namespace {

using base::Code;
using base::Result;
using gateway::HttpAnswer;
using gateway::HttpRequest;
using gateway::Method;
using protocol::ErrorCode;

struct Route {
  std::string_view path;
  Method method;
  bool admin;  // waits for the disk
};

constexpr std::array<Route, 8> kRoutes = {{{"/healthz", Method::kGet, false},
                                           {"/readyz", Method::kGet, false},
                                           {"/metrics", Method::kGet, false},
                                           {"/backup", Method::kPost, true},
                                           {"/import", Method::kPost, true},
                                           {"/inspect/chats", Method::kGet, true},
                                           {"/inspect/chat", Method::kGet, true},
                                           {"/inspect/member", Method::kGet, true}}};

HttpAnswer refused(ErrorCode code, std::string message) {
  return gateway::refusal({code, std::move(message)});
}

// Operators are told what happened; the client port would not.
HttpAnswer answer_of(const Result<std::string>& result) {
  if (result) return HttpAnswer{200, *result};
  const std::string& message = result.error().message;
  switch (result.error().code) {
    case Code::kInvalid: return refused(ErrorCode::kFieldInvalid, message);
    case Code::kNotFound: return refused(ErrorCode::kNotFound, message);
    case Code::kConflict: return refused(ErrorCode::kConflict, message);
    case Code::kOverloaded: return refused(ErrorCode::kOverloaded, message);
    case Code::kUnavailable: return refused(ErrorCode::kUnavailable, message);
    case Code::kCorrupt:
    case Code::kInternal: break;
  }
  return refused(ErrorCode::kInternal, message);
}

// What forbids the request whatever it asks for; nothing for a good one.
std::optional<HttpAnswer> objection_to(const Route& route, const HttpRequest& request) {
  const bool head = request.method == Method::kHead && route.method == Method::kGet;
  if (request.method != route.method && !head) {
    HttpAnswer answer = refused(ErrorCode::kMethodNotAllowed, "this path has another method");
    answer.headers.emplace_back("Allow", route.method == Method::kGet ? "GET, HEAD" : "POST");
    return answer;
  }
  if (request.count("origin") != 0)
    return refused(ErrorCode::kOriginNotAllowed, "web pages may not use the operations port");
  if (route.method == Method::kPost &&
      !request.header("content-type").starts_with("application/json"))
    return refused(ErrorCode::kMediaType, "the content type is application/json");
  return std::nullopt;
}

std::optional<std::string> parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
      return gateway::percent_decoded(pair.substr(name.size() + 1));
  }
  return std::nullopt;
}

}  // namespace

OpsHandler::OpsHandler(Parts parts)
    : parts_(std::move(parts)), imports_(parts_.persistence), admin_("operations") {}

HttpAnswer OpsHandler::readiness() const {
  const std::string reason = parts_.not_ready();
  if (reason.empty()) return HttpAnswer{200, R"({"ready":true})"};
  return refused(ErrorCode::kUnavailable, reason);
}

void OpsHandler::handle(HttpRequest request, const gateway::Peer&, gateway::HttpResponder respond) {
  const auto* route = kRoutes.begin();
  while (route != kRoutes.end() && route->path != request.path) ++route;
  if (route == kRoutes.end())
    return respond(refused(ErrorCode::kNotFound, "there is no such path"));
  if (auto objection = objection_to(*route, request)) return respond(std::move(*objection));
  if (route->admin) return start_admin(std::move(request), std::move(respond));
  if (route->path == "/readyz") return respond(readiness());
  if (route->path == "/metrics")
    return respond({200, parts_.metrics.text(), "text/plain; version=0.0.4; charset=utf-8"});
  respond({200, R"({"alive":true})"});
}

void OpsHandler::start_admin(HttpRequest request, gateway::HttpResponder respond) {
  if (admin_calls_ >= kAdminCallsMax)
    return respond(refused(ErrorCode::kOverloaded, "other operations are under way"));
  ++admin_calls_;
  admin_.post([this, request = std::move(request), respond = std::move(respond)] {
    HttpAnswer answer = run_admin(request);
    parts_.loop.post([this, answer = std::move(answer), respond] {
      --admin_calls_;
      respond(answer);
    });
  });
}

HttpAnswer OpsHandler::run_admin(const HttpRequest& request) {
  if (request.path == "/backup") return answer_of(backup(request));
  if (request.path == "/import") return answer_of(import(request));
  return answer_of(inspect(request));
}

Result<std::string> OpsHandler::backup(const HttpRequest& request) {
  const auto document = protocol::json::parse(request.body);
  const auto* directory = document ? document->find("directory") : nullptr;
  if (directory == nullptr || !std::filesystem::path(directory->string).is_absolute())
    return base::unexpected(Code::kInvalid, "`directory` is an absolute path");
  const auto done = store::checkpoint(parts_.store, parts_.directory, directory->string);
  if (!done) {
    base::log_error("backup failed", {{"why", done.error().message}});
    return base::Unexpected{done.error()};
  }
  base::log_info("backup written", {{"directory", directory->string}});
  std::string json = R"({"directory":)";
  base::append_json_string(json, directory->string);
  return json + "}";
}

Result<std::string> OpsHandler::import(const HttpRequest& request) {
  TRY_ASSIGN(const ImportBatch batch, read_batch(request.body));
  TRY_ASSIGN(const importer::ImportCounts counts,
             imports_.add(batch, base::SystemClock().wall_ms()));
  return write_counts(counts);
}

Result<std::string> OpsHandler::inspect(const HttpRequest& request) {
  if (request.path == "/inspect/chats") return inspect_chats(parts_.store);
  const auto chat = protocol::ChatId::parse(parameter(request.query, "chat").value_or(""));
  if (!chat) return base::unexpected(Code::kInvalid, "`chat` is a chat's id");
  if (request.path == "/inspect/chat") return inspect_chat(parts_.store, *chat);
  const auto user = protocol::UserId::parse(parameter(request.query, "user").value_or(""));
  if (!user) return base::unexpected(Code::kInvalid, "`user` is a user's id");
  return inspect_member(parts_.store, *chat, *user);
}

}  // namespace chat::app
