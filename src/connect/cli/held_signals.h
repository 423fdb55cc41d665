// Holds back the signals that end a program, so that it can put things in order first: what came is
// asked for now and then, and has its usual effect when the object ends.
// Thread rule: the main thread, while there is no other.
#pragma once

#include <signal.h>

namespace chat::cli {

class HeldSignals final {
 public:
  HeldSignals();  // SIGINT, SIGTERM and SIGHUP, those that are not ignored
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  bool any() const;  // one of them came
  // Lets them through as before: in a child that is about to run another program.
  void release() const;

 private:
  sigset_t held_;
  sigset_t before_;
};

}  // namespace chat::cli
