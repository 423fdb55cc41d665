#include "connect/app/serve.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <future>
#include <memory>

#include "connect/app/command_line.h"
#include "connect/app/server.h"
#include "connect/base/log.h"

namespace chat::app {
namespace {

// How often key files, certificates and the store are looked after.
constexpr timespec kTendInterval{3, 0};
constexpr timespec kDrainInterval{0, 20'000'000};
// A terminal and a supervisor often both send one: what comes within this time of the first signal
// is the same wish, not a second one.
constexpr std::chrono::seconds kSameWish{1};

base::LogLevel log_level_of(const std::string& name) {
  if (name == "debug") return base::LogLevel::kDebug;
  if (name == "warning") return base::LogLevel::kWarning;
  if (name == "error") return base::LogLevel::kError;
  return base::LogLevel::kInfo;
}

// The signals that this thread waits for. Blocked before any thread starts, so that none of them
// gets one; clients that went away must not end the process either.
sigset_t block_signals() {
  sigset_t signals{};
  sigemptyset(&signals);
  for (const int number : std::array{SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void serve_until_signalled(Server& server, const sigset_t& signals) {
  for (;;) {
    const int number = sigtimedwait(&signals, nullptr, &kTendInterval);
    if (number == SIGTERM || number == SIGINT) return;
    if (number == SIGHUP || errno == EAGAIN) server.tend();
  }
}

// Drains on a thread of its own, so that a second signal can end the process at once.
void drain(Server& server, const sigset_t& signals) {
  const std::future<void> drained = std::async(std::launch::async, [&server] { server.drain(); });
  const auto start = std::chrono::steady_clock::now();
  while (drained.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const int number = sigtimedwait(&signals, nullptr, &kDrainInterval);
    if (number != SIGTERM && number != SIGINT) continue;
    if (std::chrono::steady_clock::now() - start < kSameWish) continue;
    base::log_warning("ended by a second signal, before everything was drained");
    _exit(kExitEnvironment);
  }
}

}  // namespace

int run_serve(const ServeOptions& options) {
  base::set_log_level(log_level_of(options.log_level));
  const sigset_t signals = block_signals();
  auto server = Server::start(options);
  if (!server) {
    std::fprintf(stderr, "connect serve: %s\n", server.error().message.c_str());
    return server.error().code == base::Code::kInvalid ? kExitUsage : kExitEnvironment;
  }
  serve_until_signalled(**server, signals);
  drain(**server, signals);
  server->reset();
  base::log_info("stopped");
  return 0;
}

}  // namespace chat::app
