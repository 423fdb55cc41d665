#include "connect/cli/bench.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "connect/base/clock.h"
#include "connect/base/json_escape.h"
#include "connect/cli/bench_server.h"
#include "connect/cli/bench_swarm.h"
#include "connect/cli/figures.h"
#include "connect/cli/held_signals.h"
#include "connect/cli/progress.h"
#include "connect/cli/server.h"
#include "connect/client/decode.h"
#include "connect/client/http.h"

namespace chat::cli {
namespace {

using base::Code;
using base::Result;
using base::Status;

// The history to read from: chats of 5,000 messages, sent by a few sessions with many in flight,
// so that the server commits in large groups.
constexpr uint64_t kMessagesPerChat = 5000;
constexpr uint32_t kFillSessions = 16;
constexpr uint32_t kFillInFlight = 64;
constexpr int64_t kFillLookMs = 1000;
constexpr int64_t kLookMs = 200;
// What the server frees late is freed by then.
constexpr int64_t kSettleMs = 2000;
constexpr double kBusyPercent = 80;
constexpr uint64_t kNoLimit = UINT64_MAX;
constexpr uint32_t kLastMessages = 50;

int64_t now_ms() { return base::SystemClock().boot_ms(); }

base::Unexpected<base::Error> failed(std::string why) {
  return base::unexpected(Code::kUnavailable, std::move(why));
}

Progress progress_of(const char* what, uint64_t all) {
  return {what, all, isatty(STDERR_FILENO) == 1};
}

void show(Progress& progress, uint64_t done) { std::fputs(progress.at(done).c_str(), stderr); }

class Bench {
 public:
  Bench(const BenchOptions& options, const HeldSignals& signals, BenchServer& server,
        client::Url url)
      : options_(options), signals_(signals), server_(server), url_(std::move(url)) {}

  Status messages();
  Status pages();
  Status idle();

 private:
  struct User {
    std::string name;
    std::string token;
  };

  // Chat i belongs to owner i modulo their number.
  struct History {
    std::vector<User> owners;
    std::vector<std::string> chats;
  };
  using Reader = std::unique_ptr<client::HttpClient>;

  const BenchOptions& options_;
  const HeldSignals& signals_;
  BenchServer& server_;
  const client::Url url_;
  base::SystemRandom random_;

  Result<std::vector<User>> users(const char* prefix, uint32_t count);
  Result<std::string> create_chat(client::HttpClient& http, const std::string& body);
  Status open(Swarm& swarm, const User& user, std::vector<std::string> chats, uint32_t in_flight);
  Status check(const Swarm& swarm) const;
  Status run(Swarm& swarm, int64_t ms, uint64_t stored_max);
  Status measure(Swarm& swarm);
  Status open_owner(Swarm& swarm, History& history, size_t owner);
  Result<History> fill();
  Status read_pages(const History& history, const std::vector<Reader>& readers,
                    std::vector<double>& times_us);
  void print_disk();

  // What the runs of `messages` gave.
  Figures cpu_us_, rate_, p50_us_, p99_us_, busy_;
};

Result<std::vector<Bench::User>> Bench::users(const char* prefix, uint32_t count) {
  TRY_ASSIGN(const auto http, client::HttpClient::make(server_.url(), "", ""));
  std::vector<User> users;
  Progress progress = progress_of("logins", count);
  for (uint32_t i = 0; i < count; ++i) {
    if (signals_.any()) return failed("interrupted");
    const std::string name = prefix + std::to_string(i);
    TRY_ASSIGN(const client::HttpAnswer answer,
               http->call("POST", "/v1/dev/login", "{\"user\":\"" + name + "\"}"));
    const auto parsed = protocol::json::parse(answer.body);
    if (answer.status != 200 || !parsed)
      return failed("login: " + client::error_of(answer).message);
    users.push_back({name, client::string_of(*parsed, "token")});
    if (i % 100 == 99 || i + 1 == count) show(progress, i + 1);
  }
  return users;
}

Result<std::string> Bench::create_chat(client::HttpClient& http, const std::string& body) {
  TRY_ASSIGN(const client::HttpAnswer answer, http.call("POST", "/v1/chats", body));
  const auto parsed = protocol::json::parse(answer.body);
  if (answer.status >= 300 || !parsed) return failed("create: " + client::error_of(answer).message);
  return client::string_of(*parsed, "chat");
}

Status Bench::open(Swarm& swarm, const User& user, std::vector<std::string> chats,
                   uint32_t in_flight) {
  TRY_ASSIGN(Opened opened, open_session(url_, user.token, "bench-" + user.name, random_));
  swarm.add(std::move(opened), std::move(chats), in_flight);
  // The others answer their pings while more are opened.
  swarm.turn();
  return check(swarm);
}

// A figure counts only when every connection was there throughout.
Status Bench::check(const Swarm& swarm) const {
  if (signals_.any()) return failed("interrupted");
  if (const uint64_t lost = swarm.totals().lost)
    return failed(std::to_string(lost) + " connections were lost: the run does not count");
  return base::ok();
}

Status Bench::run(Swarm& swarm, int64_t ms, uint64_t stored_max) {
  const int64_t end_ms = now_ms() + ms;
  for (int64_t left_ms = ms; left_ms > 0 && swarm.totals().stored < stored_max;
       left_ms = end_ms - now_ms()) {
    swarm.run(std::min(left_ms, kLookMs), stored_max);
    TRY(check(swarm));
  }
  return base::ok();
}

void Bench::print_disk() {
  if (const int64_t us = server_.fdatasync_us())
    std::printf("  disk: fdatasync of 4 KiB takes %lld us (median of 101)\n",
                static_cast<long long>(us));
}

// Pairs of users, each sending to the other.
Status Bench::messages() {
  TRY_ASSIGN(const std::vector<User> all, users("bench", options_.connections / 2 * 2));
  Swarm swarm(random_);
  Progress opening = progress_of("connections", all.size());
  for (size_t i = 0; i + 1 < all.size(); i += 2) {
    TRY_ASSIGN(const auto http, client::HttpClient::make(server_.url(), "", all[i].token));
    TRY_ASSIGN(const std::string chat, create_chat(*http, "{\"type\":\"direct\",\"members\":[\"" +
                                                              all[i + 1].name + "\"]}"));
    TRY(open(swarm, all[i], {chat}, options_.in_flight));
    TRY(open(swarm, all[i + 1], {chat}, options_.in_flight));
    if (i % 100 == 0 || i + 2 == all.size()) show(opening, i + 2);
  }
  swarm.start();
  TRY(run(swarm, options_.warm_up_s * 1000, kNoLimit));
  Progress measuring = progress_of("runs", options_.runs);
  for (uint32_t i = 0; i < options_.runs; ++i) {
    TRY(measure(swarm));
    show(measuring, i + 1);
  }
  std::printf("durable 1:1 message, %zu connections with %u in flight each (closed loop):\n",
              all.size(), options_.in_flight);
  std::printf("  server CPU %s us a message\n", cpu_us_.text(1).c_str());
  std::printf("  %s messages a second, p50 %s us, p99 %s us\n", rate_.text(0).c_str(),
              p50_us_.text(0).c_str(), p99_us_.text(0).c_str());
  std::printf("  generator busy %s %% of one core%s\n", busy_.text(0).c_str(),
              busy_.most() > kBusyPercent ? ": too busy, the latencies are its own" : "");
  print_disk();
  return base::ok();
}

Status Bench::measure(Swarm& swarm) {
  swarm.reset();
  const int64_t server_us = server_.cpu_us();
  const int64_t own_us = own_cpu_us();
  const int64_t from_ms = now_ms();
  TRY(run(swarm, options_.seconds * 1000, kNoLimit));
  const auto ms = static_cast<double>(std::max<int64_t>(now_ms() - from_ms, 1));
  std::vector<uint32_t> latencies = swarm.totals().latencies_us;
  const auto stored = static_cast<double>(std::max<uint64_t>(swarm.totals().stored, 1));
  cpu_us_.add(static_cast<double>(server_.cpu_us() - server_us) / stored);
  rate_.add(stored * 1000 / ms);
  p50_us_.add(percentile(latencies, 50));
  p99_us_.add(percentile(latencies, 99));
  busy_.add(static_cast<double>(own_cpu_us() - own_us) / ms / 10);
  if (swarm.totals().refused > 0)
    std::fprintf(stderr, "\n%llu refused and sent again\n",
                 static_cast<unsigned long long>(swarm.totals().refused));
  return base::ok();
}

// A session of this owner that sends to chats of its own: what it sends is pushed to nobody else.
Status Bench::open_owner(Swarm& swarm, History& history, size_t owner) {
  const User& user = history.owners[owner];
  TRY_ASSIGN(const auto http, client::HttpClient::make(server_.url(), "", user.token));
  std::vector<std::string> own;
  for (size_t i = owner; i < history.chats.size(); i += history.owners.size()) {
    TRY_ASSIGN(history.chats[i],
               create_chat(*http, R"({"type":"group","members":[],"title":"bench )" +
                                      std::to_string(i) + "\"}"));
    own.push_back(history.chats[i]);
  }
  return open(swarm, user, std::move(own), kFillInFlight);
}

Result<Bench::History> Bench::fill() {
  History history;
  history.chats.resize(std::max<uint64_t>(options_.messages / kMessagesPerChat, 1));
  const size_t sessions = std::min<size_t>(kFillSessions, history.chats.size());
  TRY_ASSIGN(history.owners, users("fill", static_cast<uint32_t>(sessions)));
  Swarm swarm(random_);
  swarm.keep_latencies(false);
  for (size_t owner = 0; owner < sessions; ++owner) TRY(open_owner(swarm, history, owner));
  const int64_t from_ms = now_ms();
  Progress progress = progress_of("messages stored", options_.messages);
  swarm.start();
  while (swarm.totals().stored < options_.messages) {
    TRY(run(swarm, kFillLookMs, options_.messages));
    show(progress, swarm.totals().stored);
  }
  std::printf("filled with %llu messages in %zu chats in %.0f s, sent and stored one by one\n",
              static_cast<unsigned long long>(swarm.totals().stored), history.chats.size(),
              static_cast<double>(now_ms() - from_ms) / 1000);
  return history;
}

// Each chat is read by its owner, on a connection that is kept.
Status Bench::read_pages(const History& history, const std::vector<Reader>& readers,
                         std::vector<double>& times_us) {
  for (uint32_t i = 0; i < options_.pages; ++i) {
    if (signals_.any()) return failed("interrupted");
    const size_t at = random_.next() % history.chats.size();
    const std::string target =
        "/v1/chats/" + history.chats[at] + "/messages?limit=" + std::to_string(kLastMessages);
    timespec from{};
    timespec to{};
    clock_gettime(CLOCK_MONOTONIC, &from);
    TRY_ASSIGN(const client::HttpAnswer answer, readers[at % readers.size()]->call("GET", target));
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (answer.status != 200) return failed(client::error_of(answer).message);
    times_us.push_back(static_cast<double>(to.tv_sec - from.tv_sec) * 1e6 +
                       static_cast<double>(to.tv_nsec - from.tv_nsec) / 1e3);
  }
  return base::ok();
}

Status Bench::pages() {
  TRY_ASSIGN(const History history, fill());
  std::vector<Reader> readers;
  for (const User& owner : history.owners) {
    TRY_ASSIGN(Reader reader, client::HttpClient::make(server_.url(), "", owner.token));
    readers.push_back(std::move(reader));
  }
  Figures p50_us;
  Figures p99_us;
  Figures cpu_us;
  Progress progress = progress_of("runs", options_.runs);
  // The first round is the warm-up.
  for (uint32_t run = 0; run <= options_.runs; ++run) {
    std::vector<double> times_us;
    const int64_t server_us = server_.cpu_us();
    TRY(read_pages(history, readers, times_us));
    if (run == 0) continue;
    show(progress, run);
    cpu_us.add(static_cast<double>(server_.cpu_us() - server_us) / std::max(options_.pages, 1u));
    p50_us.add(percentile(times_us, 50));
    p99_us.add(percentile(times_us, 99));
  }
  std::printf("page of the last %u of %llu stored messages, one reader, a chat at random:\n",
              kLastMessages, static_cast<unsigned long long>(options_.messages));
  std::printf("  p50 %s us, p99 %s us\n  server CPU %s us a page\n", p50_us.text(0).c_str(),
              p99_us.text(0).c_str(), cpu_us.text(0).c_str());
  return base::ok();
}

Status Bench::idle() {
  TRY_ASSIGN(const std::vector<User> all, users("idle", options_.idle_connections));
  const int64_t before = server_.rss_bytes();
  Swarm swarm(random_);
  Progress progress = progress_of("idle connections", all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    TRY(open(swarm, all[i], {}, 0));
    if (i % 500 == 499 || i + 1 == all.size()) show(progress, i + 1);
  }
  TRY(run(swarm, kSettleMs, kNoLimit));
  const int64_t after = server_.rss_bytes();
  std::printf(
      "idle connection: %.0f bytes in the server (%zu sessions; %.1f MB before, %.1f MB after)\n",
      static_cast<double>(after - before) / static_cast<double>(std::max<size_t>(all.size(), 1)),
      all.size(), static_cast<double>(before) / 1e6, static_cast<double>(after) / 1e6);
  return base::ok();
}

Status run(const BenchOptions& options, const HeldSignals& signals) {
  const std::pair<const char*, Status (Bench::*)()> parts[] = {
      {"idle", &Bench::idle}, {"messages", &Bench::messages}, {"page", &Bench::pages}};
  bool any = false;
  for (const auto& [name, part] : parts) any = any || options.only.empty() || options.only == name;
  if (!any) return base::unexpected(Code::kInvalid, "--only is messages, page or idle");
  if (options.runs == 0 || options.connections < 2 || options.seconds == 0)
    return base::unexpected(Code::kInvalid, "at least 1 run of 1 second with 2 connections");
  for (const auto& [name, part] : parts) {
    if (!options.only.empty() && options.only != name) continue;
    // A fresh server and data directory for each figure.
    TRY_ASSIGN(BenchServer server, BenchServer::start(options, signals));
    TRY_ASSIGN(client::Url url, client::parse_url(server.url()));
    Bench bench(options, signals, server, std::move(url));
    TRY((bench.*part)());
    std::fflush(stdout);
  }
  return base::ok();
}

}  // namespace

int run_bench(const BenchOptions& options) {
  // An interruption ends the process once the server and its data are gone.
  const HeldSignals signals;
  const Status done = run(options, signals);
  if (done) return kExitDone;
  std::fprintf(stderr, "%sconnect bench: %s\n", isatty(STDERR_FILENO) == 1 ? "\n" : "",
               done.error().message.c_str());
  return done.error().code == Code::kInvalid ? kExitUsage : kExitFailed;
}

}  // namespace chat::cli
