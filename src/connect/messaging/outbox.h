// Outbox: deliveries on their way to the gateways. A reply is never lost: what the bus refuses is
// tried again until it fits. A push that does not fit, or that would overtake a waiting reply of
// its gateway, is cut: its users get a `resync` of the chat when there is room. One thread, the
// worker's.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connect/base/executor.h"
#include "connect/base/metrics.h"
#include "connect/bus/bus.h"
#include "connect/messaging/mailbox.h"

namespace chat::messaging {

// Users at one gateway, shared by all the deliveries to the same audience.
using Users = std::shared_ptr<const std::vector<std::string>>;

class Outbox {
 public:
  // Chats x gateways that wait for a resync, of about 300 bytes: 30 MB. Of more, pushes are lost,
  // which devices notice as a hole in `seq` at the chat's next event.
  static constexpr size_t kResyncsMax = 100'000;
  static constexpr int64_t kRetryMs = 20;

  // Both outlive the outbox.
  Outbox(bus::Bus& bus, std::shared_ptr<Mailbox> mailbox, base::Metrics& metrics);

  void reply(uint32_t gateway, std::string value);
  // `chat` and `users` say whom to resync when it does not fit.
  void push(uint32_t gateway, std::string value, const std::string& chat, const Users& users);
  // A push that nobody misses (typing).
  void hint(uint32_t gateway, std::string value);

  // Nothing waits for room.
  bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    std::deque<std::string> replies;
    std::map<std::string, std::vector<Users>> resyncs;  // by chat
  };
  // Calls `refused` if the bus does not take it: at once where the bus answers inside the call, so
  // that what follows in this turn finds it waiting, else in a turn of its own.
  void produce(uint32_t gateway, std::string value, base::Task refused);
  void send_reply(uint32_t gateway, std::string value);
  void reply_refused(uint32_t gateway, std::string value);
  void cut(uint32_t gateway, const std::string& chat, const Users& users);
  void resync(uint32_t gateway, const std::string& chat, std::vector<Users> users);
  void resync_later(uint32_t gateway, const std::string& chat, const Users& users);
  void retry_later();
  void retry();

  bus::Bus& bus_;
  std::shared_ptr<Mailbox> mailbox_;  // shared with answers that are still out
  base::Counter& resyncs_total_;
  std::map<uint32_t, Waiting> waiting_;  // by gateway, none empty
  size_t resyncs_ = 0;
  bool retrying_ = false;
};

}  // namespace chat::messaging
