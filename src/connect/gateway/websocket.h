// WebSocket: a Session over a Connection: frames in, frames out, and the rule for a reader that is
// too slow. Event pushes beyond kOutboxBytesMax are left out, and once the outbox is empty again
// the client gets `resync` for each chat that missed one. Thread rule: its loop's thread. Owner:
// the connection.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connect/gateway/connection.h"
#include "connect/gateway/session.h"
#include "connect/protocol/frame.h"

namespace chat::gateway {

class WebSocket;

// What a WebSocket needs of its loop.
class WebSocketHost {
 public:
  virtual ~WebSocketHost() = default;
  virtual SessionWorld& world() = 0;
  virtual Moment now() const = 0;
  virtual int64_t bus_ms() const = 0;
  virtual void run(uint64_t session, protocol::Command command) = 0;
  virtual void read(uint64_t session, uint64_t number, protocol::ReadRequest request) = 0;
  virtual void announce(WebSocket& socket) = 0;
  virtual std::string watch(WebSocket& socket, const std::vector<protocol::UserId>& users) = 0;
  // The last call about this socket.
  virtual void left(WebSocket& socket) = 0;
};

class WebSocket final : public Speaker, public SessionPort {
 public:
  // What may wait for one reader: 1,000 pushes of 1 KB.
  static constexpr size_t kOutboxBytesMax = 1 << 20;

  WebSocket(WebSocketHost& host, Connection& connection, uint64_t number);

  Session& session() { return session_; }
  Connection& connection() { return connection_; }
  // A frame that is not tied to a chat's order: marks, presence, typing. May be left out when the
  // reader is slow.
  void push(std::string_view frame);
  // An event's frame, or what stands for it.
  void push_event(std::string_view chat, std::string_view frame);
  void push_resync(std::string_view chat);

  size_t on_bytes(char* data, size_t size) override;
  void on_end() override { connection_.abort(); }
  [[nodiscard]] size_t held_bytes() const override { return reader_.held_bytes(); }
  void on_no_room() override;
  void on_tick(int64_t boot_ms) override;
  void on_drained() override;
  void on_stalled() override;
  void on_closed() override { host_.left(*this); }

  void send_text(std::string_view text) override;
  void send_ping() override;
  void send_close(protocol::CloseCode code, std::string_view reason) override;
  void run(protocol::Command command) override { host_.run(session_.number(), std::move(command)); }
  void read(protocol::ReadRequest request, uint64_t number) override {
    host_.read(session_.number(), number, std::move(request));
  }
  void announce(const protocol::UserId&, const std::string&) override { host_.announce(*this); }
  std::string watch(const std::vector<protocol::UserId>& users) override {
    return host_.watch(*this, users);
  }
  int64_t bus_ms() override { return host_.bus_ms(); }

 private:
  void take(const protocol::FrameReader::Message& message);
  [[nodiscard]] bool has_room(size_t bytes) const;  // for a push
  // More waits than replies may leave waiting.
  [[nodiscard]] bool is_behind() const;

  WebSocketHost& host_;
  Connection& connection_;
  protocol::FrameReader reader_{protocol::End::kServer};
  Session session_;
  std::set<std::string, std::less<>> cut_;  // chats whose pushes were left out
};

}  // namespace chat::gateway
