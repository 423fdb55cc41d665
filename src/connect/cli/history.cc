#include "connect/cli/history.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>

#include "connect/base/clock.h"
#include "connect/cli/chat_commands.h"
#include "connect/cli/history_lines.h"
#include "connect/cli/read_retry.h"
#include "connect/cli/refusal.h"
#include "connect/client/decode.h"
#include "connect/client/http.h"
#include "connect/protocol/limits.h"

namespace chat::cli {
namespace {

using base::Code;
using base::Result;
using client::Json;

// Digits alone are an event id, or for `at` Unix milliseconds.
std::optional<uint64_t> number_in(const std::string& text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Position {
  std::string name;  // before, after, around, at; empty: the newest page
  uint64_t value = 0;
};

Result<Position> position_of(const HistoryOptions& options) {
  Position position;
  for (const auto& [name, text] :
       {std::pair<const char*, const std::string&>{"before", options.before},
        {"after", options.after},
        {"around", options.around},
        {"at", options.at}}) {
    if (text.empty()) continue;
    if (!position.name.empty())
      return base::unexpected(Code::kInvalid, "one of --before, --after, --around, --at");
    position.name = name;
    const bool at = position.name == "at";
    if (const std::optional<uint64_t> number = number_in(text)) {
      position.value = *number;
    } else {
      const std::optional<int64_t> ms = parse_local_moment(text, base::SystemClock().wall_ms());
      if (!ms)
        return base::unexpected(Code::kInvalid, "--" + position.name +
                                                    ": an event id or a moment, as in "
                                                    "\"2026-11-24 13:05\", not `" +
                                                    text + "`");
      position.value = at ? static_cast<uint64_t>(*ms) : client::EventId::first_of_ms(*ms).value();
    }
  }
  return position;
}

void print(const HistoryOptions& options, const Json& message) {
  if (options.json)
    std::printf("%.*s\n", static_cast<int>(message.raw.size()), message.raw.data());
  else if (const auto read = client::message_of(message))
    std::fputs(history_lines(*read).c_str(), stdout);
}

// The page's messages, and where it goes on.
Result<std::optional<uint64_t>> print_page(const HistoryOptions& options, const std::string& body,
                                           bool backwards) {
  const protocol::Result<Json> page = protocol::json::parse(body);
  const Json* messages = page ? page->find("messages") : nullptr;
  if (!messages || !messages->is(Json::Type::kArray))
    return base::unexpected(Code::kUnavailable, "the answer is no page");
  // Everything, backwards: newest first throughout, since no page may be kept for later.
  const std::vector<Json>& list = messages->array;
  for (size_t i = 0; i < list.size(); ++i)
    print(options, list[options.all && backwards ? list.size() - 1 - i : i]);
  if (const Json* missing = page->find("missing"))
    for (const Json& hole : missing->array)
      std::fprintf(stderr, "not shown: %llu to %llu (%s)\n",
                   static_cast<unsigned long long>(client::number_of(hole, "from")),
                   static_cast<unsigned long long>(client::number_of(hole, "to")),
                   client::string_of(hole, "why").c_str());
  const uint64_t next = client::number_of(*page, backwards ? "prev" : "next");
  return next == 0 ? std::optional<uint64_t>() : next;
}

std::string page_target(const HistoryOptions& options, const Position& position) {
  const uint32_t limit = options.all ? protocol::kPageMax : options.limit;
  std::string target = "/v1/chats/" + options.chat + "/messages?limit=" + std::to_string(limit);
  if (!position.name.empty()) target += "&" + position.name + "=" + std::to_string(position.value);
  return target;
}

// A server that is too busy now is asked again, so that a long export comes to its end.
Result<std::string> read_page(client::HttpClient& http, base::Random& random,
                              const std::string& chat, const std::string& target) {
  ReadRetry retry(random);
  while (true) {
    TRY_ASSIGN(client::HttpAnswer answer, http.call("GET", target));
    if (answer.status == 200) return std::move(answer.body);
    const protocol::Error error = client::error_of(answer);
    const std::optional<int64_t> delay_ms = retry.after(error);
    if (!delay_ms)
      return base::unexpected(
          error.code == protocol::ErrorCode::kRateLimited || answer.status >= 500
              ? Code::kUnavailable
              : Code::kNotFound,
          with_next_step(error, join_step(chat)));
    std::fprintf(stderr, "trying again in %.1f s: %s\n", static_cast<double>(*delay_ms) / 1000,
                 error.message.c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(*delay_ms));
  }
}

// All that was printed so far has arrived where it goes.
base::Status flushed() {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return base::ok();
  return base::unexpected(Code::kUnavailable,
                          std::string("the output is incomplete: ") + std::strerror(errno));
}

Result<int> run(const HistoryOptions& options) {
  if (options.chat.empty())
    return base::unexpected(Code::kInvalid, "name a chat: connect history CHAT");
  if (!client::ChatId::parse(options.chat))
    return base::unexpected(Code::kInvalid, "a chat is 1-64 of A-Z a-z 0-9 . _ : -");
  if (options.limit == 0 || options.limit > protocol::kPageMax)
    return base::unexpected(Code::kInvalid,
                            "--limit is 1 to " + std::to_string(protocol::kPageMax));
  TRY_ASSIGN(Position position, position_of(options));
  TRY_ASSIGN(std::string token, login(options.server));
  TRY_ASSIGN(const auto http, client::HttpClient::make(options.server.url, options.server.ca_file,
                                                       std::move(token)));
  // All of a chat begins at its beginning, unless it is asked for backwards.
  const bool backwards = position.name == "before";
  if (options.all && position.name.empty()) position = {"after", 0};
  base::SystemRandom random;
  while (true) {
    TRY_ASSIGN(const std::string body,
               read_page(*http, random, options.chat, page_target(options, position)));
    TRY_ASSIGN(const std::optional<uint64_t> next, print_page(options, body, backwards));
    TRY(flushed());
    if (!options.all || !next) return kExitDone;
    position = {backwards ? "before" : "after", *next};
  }
}

}  // namespace

int run_history(const HistoryOptions& options) {
  if (!std::setlocale(LC_ALL, "") || MB_CUR_MAX < 4) std::setlocale(LC_CTYPE, "C.UTF-8");
  const Result<int> done = run(options);
  if (done) return *done;
  std::fprintf(stderr, "connect history: %s\n", done.error().message.c_str());
  if (done.error().code == Code::kInvalid) return kExitUsage;
  return done.error().code == Code::kNotFound ? kExitRefused : kExitFailed;
}

}  // namespace chat::cli
