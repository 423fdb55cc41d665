#include "connect/cli/chat.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "connect/base/clock.h"
#include "connect/cli/chat_program.h"

namespace chat::cli {
namespace {

// The signals of a terminal program as events of the loop: a new size, and the wish to end.
class Signals final : private base::EventLoop::Watcher {
 public:
  Signals(base::EventLoop& loop, base::Task resized) : loop_(loop), resized_(std::move(resized)) {
    sigset_t set;
    sigemptyset(&set);
    for (int signal : {SIGWINCH, SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    fd_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd_ >= 0) loop_.watch(fd_, base::EventLoop::kRead, *this);
  }
  ~Signals() override {
    if (fd_ < 0) return;
    loop_.unwatch(fd_);
    ::close(fd_);
  }

 private:
  base::EventLoop& loop_;
  base::Task resized_;
  int fd_ = -1;

  void on_events(uint32_t) override {
    signalfd_siginfo info{};
    while (::read(fd_, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGWINCH)
        resized_();
      else
        loop_.stop();
    }
  }
};

base::Result<std::string> run(const ChatOptions& options) {
  TRY_ASSIGN(client::Url url, client::parse_url(options.server.url));
  std::unique_ptr<crypto::TlsContext> tls;
  if (url.tls) {
    TRY_ASSIGN(tls, crypto::client_tls_context(options.server.ca_file, url.host));
  }
  // A login that fails is told on the terminal as it was.
  ChatOptions known = options;
  if (known.server.token.empty()) {
    TRY(login(known.server));
  }
  base::EventLoop loop;
  const base::SystemClock clock;
  base::SystemRandom random;
  ChatProgram* running = nullptr;
  const Signals signals(loop, [&running] {
    if (running) running->resized();
  });
  TRY_ASSIGN(std::unique_ptr<Screen> screen, Screen::open());
  ChatProgram program(loop, clock, random, std::move(url), std::move(tls), known, *screen);
  running = &program;
  program.start();
  loop.run();
  running = nullptr;
  return program.failure();
}

}  // namespace

int run_chat(const ChatOptions& options) {
  const base::Result<std::string> ended = run(options);
  if (ended && ended->empty()) return kExitDone;
  std::fprintf(stderr, "connect chat: %s\n",
               ended ? ended->c_str() : ended.error().message.c_str());
  return !ended && ended.error().code == base::Code::kInvalid ? kExitUsage : kExitFailed;
}

}  // namespace chat::cli
