#include "connect/cli/bench.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

#include "connect/base/clock.h"
#include "connect/base/json_escape.h"
#include "connect/cli/bench_server.h"
#include "connect/cli/bench_swarm.h"
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
constexpr int64_t kForEverMs = 24LL * 3600 * 1000;
constexpr uint64_t kNoLimit = UINT64_MAX;
constexpr uint32_t kLastMessages = 50;

int64_t now_ms() { return base::SystemClock().boot_ms(); }

// The figures of several runs.
struct Figures {
  std::vector<double> values;
  void add(double value) { values.push_back(value); }
  std::string text(int decimals) {
    if (values.empty()) return "nothing";
    std::sort(values.begin(), values.end());
    char buffer[96];
    std::snprintf(buffer, sizeof buffer, "%.*f (%.*f to %.*f)", decimals, values[values.size() / 2],
                  decimals, values.front(), decimals, values.back());
    return buffer;
  }
};

template <typename T>
T percentile(std::vector<T>& values, int percent) {
  if (values.empty()) return T{};
  const size_t at = std::min(values.size() - 1, values.size() * static_cast<size_t>(percent) / 100);
  std::nth_element(values.begin(), values.begin() + static_cast<long>(at), values.end());
  return values[at];
}

void progress(const char* what, uint64_t done, uint64_t all) {
  std::fprintf(stderr, "\r%s: %llu of %llu ", what, static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(all));
  if (done >= all) std::fputc('\n', stderr);
}

class Bench {
 public:
  Bench(const BenchOptions& options, BenchServer& server, client::Url url)
      : options_(options), server_(server), url_(std::move(url)) {}

  Status messages();
  Status pages();
  Status idle();

 private:
  struct User {
    std::string name;
    std::string token;
  };

  const BenchOptions& options_;
  BenchServer& server_;
  const client::Url url_;
  base::SystemRandom random_;

  Result<std::vector<User>> users(const char* prefix, uint32_t count);
  Result<std::string> create_chat(client::HttpClient& http, const std::string& body);
  Status open(Swarm& swarm, const User& user, std::vector<std::string> chats, uint32_t in_flight);
  void measure(Swarm& swarm);
  Result<std::vector<std::string>> fill(User& reader);
  void print_disk();

  // What the runs of `messages` gave.
  Figures cpu_us_, rate_, p50_us_, p99_us_, busy_;
};

Result<std::vector<Bench::User>> Bench::users(const char* prefix, uint32_t count) {
  TRY_ASSIGN(const auto http, client::HttpClient::make(server_.url(), "", ""));
  std::vector<User> users;
  for (uint32_t i = 0; i < count; ++i) {
    const std::string name = prefix + std::to_string(i);
    TRY_ASSIGN(const client::HttpAnswer answer,
               http->call("POST", "/v1/dev/login", "{\"user\":\"" + name + "\"}"));
    const auto parsed = protocol::json::parse(answer.body);
    if (answer.status != 200 || !parsed)
      return base::unexpected(Code::kUnavailable, "login: " + client::error_of(answer).message);
    users.push_back({name, client::string_of(*parsed, "token")});
    if (i % 100 == 99 || i + 1 == count) progress("logins", i + 1, count);
  }
  return users;
}

Result<std::string> Bench::create_chat(client::HttpClient& http, const std::string& body) {
  TRY_ASSIGN(const client::HttpAnswer answer, http.call("POST", "/v1/chats", body));
  const auto parsed = protocol::json::parse(answer.body);
  if (answer.status >= 300 || !parsed)
    return base::unexpected(Code::kUnavailable, "create: " + client::error_of(answer).message);
  return client::string_of(*parsed, "chat");
}

Status Bench::open(Swarm& swarm, const User& user, std::vector<std::string> chats,
                   uint32_t in_flight) {
  TRY_ASSIGN(const int fd, open_session(url_, user.token, "bench-" + user.name, random_));
  swarm.add(fd, std::move(chats), in_flight);
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
  for (size_t i = 0; i + 1 < all.size(); i += 2) {
    TRY_ASSIGN(const auto http, client::HttpClient::make(server_.url(), "", all[i].token));
    TRY_ASSIGN(const std::string chat, create_chat(*http, "{\"type\":\"direct\",\"members\":[\"" +
                                                              all[i + 1].name + "\"]}"));
    TRY(open(swarm, all[i], {chat}, options_.in_flight));
    TRY(open(swarm, all[i + 1], {chat}, options_.in_flight));
    if (i % 100 == 0 || i + 2 == all.size()) progress("connections", i + 2, all.size());
  }
  swarm.run(options_.warm_up_s * 1000, kNoLimit);
  for (uint32_t run = 0; run < options_.runs; ++run) {
    measure(swarm);
    progress("runs", run + 1, options_.runs);
  }
  std::printf("durable 1:1 message, %zu connections with %u in flight each (closed loop):\n",
              all.size(), options_.in_flight);
  std::printf("  server CPU %s us a message\n", cpu_us_.text(1).c_str());
  std::printf("  %s messages a second, p50 %s us, p99 %s us\n", rate_.text(0).c_str(),
              p50_us_.text(0).c_str(), p99_us_.text(0).c_str());
  std::printf("  generator busy %s %% of one core%s\n", busy_.text(0).c_str(),
              busy_.values.back() > 80 ? ": too busy, the latencies are its own" : "");
  print_disk();
  return base::ok();
}

void Bench::measure(Swarm& swarm) {
  swarm.reset();
  const int64_t server_us = server_.cpu_us();
  const int64_t own_us = own_cpu_us();
  const int64_t from_ms = now_ms();
  swarm.run(options_.seconds * 1000, kNoLimit);
  const auto ms = static_cast<double>(std::max<int64_t>(now_ms() - from_ms, 1));
  std::vector<uint32_t> latencies = swarm.totals().latencies_us;
  const auto stored = static_cast<double>(std::max<uint64_t>(swarm.totals().stored, 1));
  cpu_us_.add(static_cast<double>(server_.cpu_us() - server_us) / stored);
  rate_.add(stored * 1000 / ms);
  p50_us_.add(percentile(latencies, 50));
  p99_us_.add(percentile(latencies, 99));
  busy_.add(static_cast<double>(own_cpu_us() - own_us) / ms / 10);
  if (swarm.totals().refused + swarm.totals().lost > 0)
    std::fprintf(stderr, "\n%llu refused and sent again, %llu connections lost\n",
                 static_cast<unsigned long long>(swarm.totals().refused),
                 static_cast<unsigned long long>(swarm.totals().lost));
}

Result<std::vector<std::string>> Bench::fill(User& reader) {
  TRY_ASSIGN(std::vector<User> all, users("fill", 1));
  reader = all.front();
  TRY_ASSIGN(const auto http, client::HttpClient::make(server_.url(), "", reader.token));
  const uint64_t count = std::max<uint64_t>(options_.messages / kMessagesPerChat, 1);
  std::vector<std::string> chats;
  for (uint64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(std::string chat,
               create_chat(*http, "{\"type\":\"group\",\"members\":[],\"title\":\"bench " +
                                      std::to_string(i) + "\"}"));
    chats.push_back(std::move(chat));
  }
  Swarm swarm(random_);
  swarm.keep_latencies(false);
  for (uint32_t i = 0; i < kFillSessions; ++i) {
    // Each session begins at another chat, and goes through all of them.
    std::vector<std::string> turn = chats;
    std::rotate(turn.begin(), turn.begin() + static_cast<long>(chats.size() * i / kFillSessions),
                turn.end());
    TRY_ASSIGN(const int fd,
               open_session(url_, reader.token, "fill-" + std::to_string(i), random_));
    swarm.add(fd, std::move(turn), kFillInFlight);
  }
  const int64_t from_ms = now_ms();
  while (swarm.totals().stored < options_.messages) {
    if (swarm.totals().lost >= kFillSessions)
      return base::unexpected(Code::kUnavailable, "the server closed every connection");
    swarm.run(1000, options_.messages);
    progress("messages stored", std::min(swarm.totals().stored, options_.messages),
             options_.messages);
  }
  std::printf("filled with %llu messages in %zu chats in %.0f s, sent and stored one by one\n",
              static_cast<unsigned long long>(swarm.totals().stored), chats.size(),
              static_cast<double>(now_ms() - from_ms) / 1000);
  return chats;
}

Status Bench::pages() {
  User reader;
  TRY_ASSIGN(const std::vector<std::string> chats, fill(reader));
  TRY_ASSIGN(const auto http, client::HttpClient::make(server_.url(), "", reader.token));
  Figures p50_us;
  Figures p99_us;
  Figures cpu_us;
  // The first round is the warm-up.
  for (uint32_t run = 0; run <= options_.runs; ++run) {
    std::vector<double> times_us;
    const int64_t server_us = server_.cpu_us();
    for (uint32_t i = 0; i < options_.pages; ++i) {
      const std::string target = "/v1/chats/" + chats[random_.next() % chats.size()] +
                                 "/messages?limit=" + std::to_string(kLastMessages);
      timespec from{};
      timespec to{};
      clock_gettime(CLOCK_MONOTONIC, &from);
      TRY_ASSIGN(const client::HttpAnswer answer, http->call("GET", target));
      clock_gettime(CLOCK_MONOTONIC, &to);
      if (answer.status != 200)
        return base::unexpected(Code::kUnavailable, client::error_of(answer).message);
      times_us.push_back(static_cast<double>(to.tv_sec - from.tv_sec) * 1e6 +
                         static_cast<double>(to.tv_nsec - from.tv_nsec) / 1e3);
    }
    if (run == 0) continue;
    progress("runs", run, options_.runs);
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
  std::vector<int> fds;
  Status opened = base::ok();
  for (const User& user : all) {
    const Result<int> fd = open_session(url_, user.token, "idle-" + user.name, random_);
    if (!fd) {
      opened = base::Unexpected{fd.error()};
      break;
    }
    fds.push_back(*fd);
    if (fds.size() % 500 == 0 || fds.size() == all.size())
      progress("idle connections", fds.size(), all.size());
  }
  // What the server frees late is freed by now.
  sleep(2);
  const int64_t after = server_.rss_bytes();
  for (const int fd : fds) ::close(fd);
  TRY(opened);
  std::printf(
      "idle connection: %.0f bytes in the server (%zu sessions; %.1f MB before, %.1f MB after)\n",
      static_cast<double>(after - before) / static_cast<double>(std::max<size_t>(fds.size(), 1)),
      fds.size(), static_cast<double>(before) / 1e6, static_cast<double>(after) / 1e6);
  return base::ok();
}

Status run(const BenchOptions& options) {
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
    TRY_ASSIGN(BenchServer server, BenchServer::start(options));
    TRY_ASSIGN(client::Url url, client::parse_url(server.url()));
    Bench bench(options, server, std::move(url));
    TRY((bench.*part)());
    std::fflush(stdout);
  }
  return base::ok();
}

}  // namespace

int run_bench(const BenchOptions& options) {
  const Status done = run(options);
  if (done) return kExitDone;
  std::fprintf(stderr, "connect bench: %s\n", done.error().message.c_str());
  return done.error().code == Code::kInvalid ? kExitUsage : kExitFailed;
}

}  // namespace chat::cli
