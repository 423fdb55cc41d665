#include "connect/cli/held_signals.h"

namespace chat::cli {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

}  // namespace

HeldSignals::HeldSignals() {
  sigemptyset(&held_);
  for (const int signal : kSignals) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    // What is ignored, as in the background of a script, must not become an interruption.
    if (action.sa_handler != SIG_IGN) sigaddset(&held_, signal);
  }
  pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() { release(); }

bool HeldSignals::any() const {
  sigset_t pending;
  sigpending(&pending);
  for (const int signal : kSignals)
    if (sigismember(&held_, signal) == 1 && sigismember(&pending, signal) == 1) return true;
  return false;
}

void HeldSignals::release() const { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace chat::cli
