#include "connect/gateway/websocket.h"

#include "connect/gateway/connection_table.h"
#include "connect/protocol/json_out.h"

namespace chat::gateway {
namespace {

using protocol::CloseCode;
using protocol::Opcode;

// Replies are never left out: a page is made of 1 MB at most, and a reader that asks for more while
// 8 of them wait for it is closed.
constexpr size_t kRepliesBytesMax = 8 << 20;
// What each may keep waiting while too much waits elsewhere.
constexpr size_t kPressedBytesMax = ConnectionTable::kCrowdedBytesMax;
// 1,000 x 100 bytes. Who misses more chats than that reconnects.
constexpr size_t kCutChatsMax = 1'000;
constexpr int64_t kSlowRetryMs = 1'000;

}  // namespace

WebSocket::WebSocket(WebSocketHost& host, Connection& connection, uint64_t number)
    : host_(host), connection_(connection), session_(host.world(), *this, number, host.now()) {}

size_t WebSocket::on_bytes(char* data, size_t size) {
  session_.on_heard(host_.now());
  size_t used = 0;
  while (!session_.is_closed() && connection_.takes_input()) {
    protocol::FrameReader::Message message;
    switch (reader_.next(data, size, used, message)) {
      case protocol::FrameReader::Status::kNeedMore: return used;
      case protocol::FrameReader::Status::kFailed:
        session_.close(reader_.failure().code, reader_.failure().reason);
        return size;
      case protocol::FrameReader::Status::kMessage: take(message); break;
    }
  }
  return session_.is_closed() ? size : used;
}

void WebSocket::take(const protocol::FrameReader::Message& message) {
  switch (message.opcode) {
    case Opcode::kText: return session_.on_text(message.payload, host_.now());
    case Opcode::kBinary: return session_.on_binary();
    case Opcode::kPing:
      if (session_.on_ping(host_.now()))
        protocol::append_frame(connection_.out(), Opcode::kPong, message.payload);
      return;
    case Opcode::kClose: return session_.close(CloseCode::kNormal, "");
    default: return;  // a pong: it was heard
  }
}

bool WebSocket::has_room(size_t bytes) const {
  const size_t most = connection_.is_pressed() ? kPressedBytesMax : kOutboxBytesMax;
  return connection_.queue_bytes() + bytes <= most;
}

bool WebSocket::is_behind() const {
  return connection_.queue_bytes() >
         (connection_.is_pressed() ? kPressedBytesMax : kRepliesBytesMax);
}

void WebSocket::push(std::string_view frame) {
  if (session_.is_live() && has_room(frame.size())) connection_.out() += frame;
}

void WebSocket::push_event(std::string_view chat, std::string_view frame) {
  if (!cut_.empty() && cut_.contains(chat)) return;
  if (has_room(frame.size())) {
    connection_.out() += frame;
    return;
  }
  cut_.emplace(chat);
  if (cut_.size() > kCutChatsMax) session_.close_for_now(CloseCode::kTooSlow, kSlowRetryMs);
}

void WebSocket::push_resync(std::string_view chat) {
  if (!session_.is_live()) return;
  if (connection_.queue_bytes() == 0) return send_text(protocol::json::push_resync(chat));
  cut_.emplace(chat);
}

void WebSocket::on_drained() {
  for (const std::string& chat : std::exchange(cut_, {}))
    send_text(protocol::json::push_resync(chat));
}

void WebSocket::on_tick(int64_t) {
  if (!cut_.empty() && connection_.queue_bytes() == 0) on_drained();
  session_.on_tick(host_.now());
}

void WebSocket::on_no_room() { session_.close_for_now(CloseCode::kTooSlow, kSlowRetryMs); }

void WebSocket::on_stalled() {
  session_.close_for_now(CloseCode::kTooSlow, kSlowRetryMs);
  connection_.finish();
}

// A reader is slow by what waited for it before this text, which alone may be more than that; and
// what only this turn has queued did not wait yet.
void WebSocket::send_text(std::string_view text) {
  if (session_.is_closed()) return;
  if (is_behind()) connection_.write_early();
  if (is_behind()) return session_.close_for_now(CloseCode::kTooSlow, kSlowRetryMs);
  protocol::append_frame(connection_.out(), Opcode::kText, text);
}

void WebSocket::send_ping() { protocol::append_frame(connection_.out(), Opcode::kPing, ""); }

void WebSocket::send_close(CloseCode code, std::string_view reason) {
  protocol::append_close_frame(connection_.out(), code, reason);
  connection_.finish();
}

}  // namespace chat::gateway
