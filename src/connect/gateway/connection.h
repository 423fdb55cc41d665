// Connection: one accepted socket, plain or TLS, on one event loop. It moves bytes; what they mean
// is its Speaker's business. Input stays in a buffer that all connections of the loop share, except
// for what the speaker could not use yet; output is corked and written once a turn. So an idle
// connection holds no buffer at all.
// Thread rule: its loop's thread. Owner: the ConnectionTable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "connect/base/event_loop.h"
#include "connect/crypto/tls.h"
#include "connect/gateway/stall.h"
#include "connect/gateway/user_queues.h"

namespace chat::gateway {

class Connection;
class ConnectionTable;

struct Peer {
  std::string address;  // numeric
  bool is_loopback = false;
};

// What speaks over a connection: HTTP, then perhaps WebSocket.
class Speaker {
 public:
  virtual ~Speaker() = default;
  // Bytes have come, which may be changed in place. Returns how many were used; the rest is offered
  // again with more behind it.
  virtual size_t on_bytes(char* data, size_t size) = 0;
  // The peer sends no more.
  virtual void on_end() = 0;
  // Of the bytes that were used: how many it keeps, for a unit that is not whole yet.
  [[nodiscard]] virtual size_t held_bytes() const = 0;
  // This connection keeps input, and all of them keep more than the loop has room for.
  virtual void on_no_room() = 0;
  // About once a second.
  virtual void on_tick(int64_t boot_ms) = 0;
  // The outbox is empty again after the socket had been full.
  virtual void on_drained() {}
  // The peer takes what waits for it too slowly.
  virtual void on_stalled() = 0;
  // The connection is gone. The speaker is destroyed soon after, at the end of the turn.
  virtual void on_closed() {}
};

class Connection final : public base::EventLoop::Watcher {
 public:
  // A peer that sends without reading its answers is not listened to while this much waits for it.
  static constexpr size_t kQueueBytesToRead = 256 * 1024;

  Connection(ConnectionTable& table, int fd, Peer peer, std::unique_ptr<crypto::TlsStream> tls);
  ~Connection() override;

  // Takes the place of the present speaker, at once or after the call it is in.
  void speak_through(std::unique_ptr<Speaker> speaker);
  void start();

  // Append output here; it goes out at the end of the turn.
  std::string& out();
  [[nodiscard]] size_t queue_bytes() const { return out_.size() - sent_; }
  // From now on what waits is this user's.
  void count_for(QueueAccount account);
  // What waits for all of the user's readers. 0 while it is nobody's.
  [[nodiscard]] size_t user_queue_bytes() const {
    return account_ ? account_->load() - counted_ + queue_bytes() : 0;
  }
  // More waits than is kept: for all readers of this loop, or for this user's.
  [[nodiscard]] bool is_pressed() const;
  // Writes what is queued before the turn ends, as far as the socket takes it.
  void write_early();

  // Whether the speaker may go on with the bytes that it was offered. Those it leaves when it may
  // not are offered again once enough answers are written.
  [[nodiscard]] bool takes_input() const { return !held_ && queue_bytes() < kQueueBytesToRead; }
  // No bytes are offered until release_input: a request is being answered.
  void hold_input() { held_ = true; }
  void release_input();
  // Writes what is queued, then closes.
  void finish();
  // Closes at once.
  void abort();

  [[nodiscard]] bool is_open() const { return !closed_ && !finishing_; }
  [[nodiscard]] const Peer& peer() const { return peer_; }
  [[nodiscard]] ConnectionTable& table() const { return table_; }

  void on_events(uint32_t events) override;

 private:
  friend class ConnectionTable;
  using Transfer = crypto::TlsStream::Transfer;

  void flush();
  void resume();
  void resume_later();
  void unchoke();
  void tick(int64_t now_ms);
  bool is_stalled(int64_t now_ms);
  void shake_hands();
  void read_in();
  bool read_once(size_t& have);
  size_t feed(char* data, size_t size);
  void keep(const char* data, size_t size);
  void count_held();
  void discard_input();
  void end_of_input();
  crypto::TlsStream::Progress write_some();
  void write_out();
  void sent_all();
  void update_interest();
  void count_queue();
  Transfer receive(char* data, size_t size);
  Transfer transmit(const char* data, size_t size);

  ConnectionTable& table_;
  const int fd_;
  const Peer peer_;
  std::unique_ptr<crypto::TlsStream> tls_;
  std::unique_ptr<Speaker> speaker_;
  std::unique_ptr<Speaker> next_speaker_;
  std::string input_;      // what the speaker could not use yet
  size_t held_bytes_ = 0;  // that and what the speaker keeps, in the table's sum
  std::string out_;
  size_t sent_ = 0;       // of out_
  size_t counted_ = 0;    // of the queue, in the table's sum and the account
  QueueAccount account_;  // of the user to whom the queue belongs; null: nobody
  int64_t written_ = 0;   // since it began
  Stall stall_;
  size_t index_ = 0;  // in the table
  int64_t moved_ms_;  // when the outbox last moved, or the connection began or began to finish
  uint32_t interest_ = 0;
  bool handshaking_ = false;
  bool speaking_ = false;   // inside the speaker's on_bytes
  bool held_ = false;       // the speaker wants no input
  bool paused_ = false;     // and so the socket is not watched for it
  bool choked_ = false;     // input was left because too many answers wait
  bool blocked_ = false;    // the socket's buffer is full
  bool dirty_ = false;      // in the table's list of those that have output
  bool resuming_ = false;   // in the table's list of those that have input left
  bool ended_ = false;      // the peer sends no more
  bool finishing_ = false;  // closes once the outbox is empty
  bool shut_ = false;       // it is empty, and the peer was told
  bool closed_ = false;
};

}  // namespace chat::gateway
