// Connection: one WebSocket to the server, over an event loop: address, TCP, TLS, the upgrade,
// frames. Answers pings by itself. Knows nothing of the protocol inside the messages.
//
// Thread rule: the loop's own thread. Owned by Client; the listener outlives it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connect/base/event_loop.h"
#include "connect/base/random.h"
#include "connect/client/url.h"
#include "connect/crypto/tls.h"
#include "connect/protocol/frame.h"

namespace chat::client {

class Connection final : public base::EventLoop::Watcher {
 public:
  // From the call of open() to a usable WebSocket. Looking up the host's name is not in it: the
  // resolver blocks, and has a limit of its own.
  static constexpr int64_t kOpenTimeoutMs = 10'000;
  // A page of 200 messages of 16 KiB of which each byte is escaped as six: 19 MB.
  static constexpr size_t kMessageBytesMax = 20 * 1024 * 1024;
  // 16 operations of 64 KiB in flight, and as much again for all else.
  static constexpr size_t kUnsentBytesMax = 2 * 1024 * 1024;

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_open() = 0;
    virtual void on_text(std::string_view text) = 0;
    virtual void on_frame() = 0;  // anything at all was heard
    // The end, once for each open() that was not ended by close(). 1006 without a close frame, 1015
    // when a person has to change something before it can ever open, as a certificate. With both
    // the reason is for people.
    virtual void on_closed(uint16_t code, std::string_view reason) = 0;
  };

  // `tls` may be null when the URL's scheme has none.
  Connection(base::EventLoop& loop, base::Random& random, Url url,
             std::unique_ptr<crypto::TlsContext> tls, Listener& listener);
  ~Connection() override;

  void open();
  // Queues a text message; flush() puts what is queued on the wire.
  void write(std::string_view text);
  void flush();
  // Sends a close frame if that can be done at once, and forgets the connection.
  void close(uint16_t code);

  void on_events(uint32_t events) override;

 private:
  enum class State { kClosed, kConnecting, kSecuring, kUpgrading, kOpen };

  base::EventLoop& loop_;
  base::Random& random_;
  const Url url_;
  std::unique_ptr<crypto::TlsContext> tls_context_;
  Listener& listener_;

  State state_ = State::kClosed;
  uint64_t incarnation_ = 0;  // tells whether a callback has ended or replaced the connection
  int fd_ = -1;
  std::unique_ptr<crypto::TlsStream> tls_;
  base::EventLoop::TimerId timer_ = 0;
  std::string key_;  // of the upgrade
  protocol::FrameReader reader_;
  std::string in_;
  std::string out_;
  size_t out_sent_ = 0;
  uint32_t watched_ = 0;

  base::Status start();
  void connected();
  void secure();
  void upgrade();
  void read_upgrade();
  bool read_some();
  void read_frames();
  bool take(const protocol::FrameReader::Message& message);
  void want(uint32_t events);
  void forget();
  void fail(base::Error error);
  void fail(uint16_t code, std::string reason);
};

}  // namespace chat::client
