// Listener: one listening socket on one event loop. What it accepts it hands on; it never speaks.
// Thread rule: its loop's thread, or before the loop runs; port() from any thread once it listens.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "connect/base/event_loop.h"
#include "connect/base/result.h"
#include "connect/gateway/connection.h"

namespace chat::gateway {

class Listener final : public base::EventLoop::Watcher {
 public:
  // Gets a connected, non-blocking descriptor to keep.
  using Accepted = std::function<void(int fd, Peer peer)>;

  Listener(base::EventLoop& loop, Accepted accepted);
  ~Listener() override;

  // "127.0.0.1:8080", "[::]:8080", "localhost:0"; port 0: one that is free.
  base::Status listen(const std::string& address);
  void stop();
  [[nodiscard]] uint16_t port() const { return port_; }

  void on_events(uint32_t events) override;

 private:
  bool accept_one();
  void pause();

  base::EventLoop& loop_;
  Accepted accepted_;
  int fd_ = -1;
  uint16_t port_ = 0;
  base::EventLoop::TimerId paused_ = 0;  // 0: accepting
};

}  // namespace chat::gateway
