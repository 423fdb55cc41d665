// Deliveries: what messaging sends to one loop: answers to its requests, and pushes. Each push is
// encoded once and copied to every session that gets it.
// Thread rule: its loop's thread.
#pragma once

#include <functional>
#include <string>

#include "connect/bus/bus.h"
#include "connect/gateway/session_table.h"
#include "connect/protocol/records.pb.h"

namespace chat::gateway {

class Deliveries {
 public:
  // Gets the answers to what is not a session's request.
  using OnReply = std::function<void(const protocol::Reply&)>;

  Deliveries(SessionTable& sessions, OnReply on_reply);

  // Handles one record. False: it is no delivery, and was left out.
  bool take(const bus::Record& record);

 private:
  void handle(const protocol::Reply& reply);
  void handle(const protocol::EventPush& push);
  template <typename Users>
  void push_event(const protocol::EventPush& push, const Users& users, const std::string& text);
  template <typename Users>
  void push_to(const Users& users, uint64_t except_session, const std::string& text);
  void frame(const std::string& text);

  SessionTable& sessions_;
  OnReply on_reply_;
  protocol::Delivery delivery_;  // reused, so that its memory is
  std::string frame_;            // the same
};

}  // namespace chat::gateway
