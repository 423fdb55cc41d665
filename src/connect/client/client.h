// Client: the core of the protocol on a real connection and a real clock. Notices go to whoever
// uses it.
//
// Thread rule: the loop's own thread. The listener is borrowed and outlives it.
#pragma once

#include <memory>
#include <string>

#include "connect/base/clock.h"
#include "connect/base/event_loop.h"
#include "connect/base/random.h"
#include "connect/client/connection.h"
#include "connect/client/core.h"

namespace chat::client {

class Client final : private Connection::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // A notice: never OpenConnection, WriteText or CloseConnection. FetchToken is answered by
    // core().set_token() or token_failed() inside change().
    virtual void on_notice(const Effect& notice) = 0;
  };

  Client(base::EventLoop& loop, const base::Clock& clock, base::Random& random, Url url,
         std::unique_ptr<crypto::TlsContext> tls, Core::Options options, Listener& listener);
  ~Client() override;

  const Core& core() const { return core_; }
  Time now() const { return {clock_.boot_ms(), clock_.wall_ms()}; }

  // Calls one of the core's inputs, and does what comes of it.
  template <typename Input>
  auto change(Input input) {
    if constexpr (std::is_void_v<decltype(input(core_, now()))>) {
      input(core_, now());
      obey();
    } else {
      auto result = input(core_, now());
      obey();
      return result;
    }
  }

 private:
  base::EventLoop& loop_;
  const base::Clock& clock_;
  Listener& listener_;
  Core core_;
  Connection connection_;
  base::EventLoop::TimerId timer_ = 0;
  int64_t timer_at_ms_ = 0;
  bool obeying_ = false;

  void on_open() override;
  void on_text(std::string_view text) override;
  void on_frame() override;
  void on_closed(uint16_t code, std::string_view reason) override;

  void obey();
  void obey(const Effect& effect);
  void set_timer();
};

}  // namespace chat::client
