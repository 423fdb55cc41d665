#include "connect/gateway/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "connect/gateway/connection_table.h"
#include "connect/protocol/limits.h"

namespace chat::gateway {
namespace {

using base::EventLoop;
using Progress = crypto::TlsStream::Progress;

// How long a peer may take to notice that we are done with it.
constexpr int64_t kFinishMs = 5'000;
// TLS records read in one turn, 16 KiB each; what is left goes on in the next.
constexpr int kReadsPerTurn = 16;
// What was sent is cut off the outbox once it is this much, and more than half.
constexpr size_t kCompactBytes = 64 * 1024;

}  // namespace

Connection::Connection(ConnectionTable& table, int fd, Peer peer,
                       std::unique_ptr<crypto::TlsStream> tls)
    : table_(table),
      fd_(fd),
      peer_(std::move(peer)),
      tls_(std::move(tls)),
      moved_ms_(table.loop().now_ms()),
      handshaking_(tls_ != nullptr) {}

Connection::~Connection() = default;

void Connection::speak_through(std::unique_ptr<Speaker> speaker) {
  (speaking_ ? next_speaker_ : speaker_) = std::move(speaker);
}

void Connection::start() {
  interest_ = EventLoop::kRead;
  table_.loop().watch(fd_, interest_, *this);
}

std::string& Connection::out() {
  if (out_.empty()) out_ = table_.take_buffer();
  if (!dirty_) {
    dirty_ = true;
    table_.dirty_.push_back(this);
  }
  return out_;
}

void Connection::release_input() {
  held_ = false;
  resume_later();
}

void Connection::resume_later() {
  if (std::exchange(resuming_, true)) return;
  table_.resuming_.push_back(this);
}

void Connection::unchoke() {
  if (!choked_ || queue_bytes() >= kQueueBytesToRead) return;
  choked_ = false;
  if (!held_) resume_later();
}

void Connection::finish() {
  if (!is_open()) return;
  if (handshaking_) return abort();
  finishing_ = true;
  moved_ms_ = table_.loop().now_ms();
  input_ = {};
  count_held();
  out();  // so that the end of the turn looks at it
}

void Connection::abort() {
  if (closed_) return;
  closed_ = true;
  table_.loop().unwatch(fd_);
  close(fd_);
  out_ = {};
  input_ = {};
  sent_ = 0;
  count_queue();
  count_held();
  speaker_->on_closed();
  table_.closed_.push_back(this);
}

void Connection::on_events(uint32_t events) {
  if (closed_) return;
  if (handshaking_) return shake_hands();
  if ((events & EventLoop::kWrite) != 0 && blocked_) {
    blocked_ = false;
    write_out();
    if (!closed_ && !blocked_ && !finishing_) speaker_->on_drained();
    unchoke();
  }
  if (closed_) return;
  if ((events & EventLoop::kRead) != 0) {
    shut_ ? discard_input() : read_in();
  } else if ((events & EventLoop::kHangup) != 0) {
    abort();
  }
  if (!closed_) update_interest();
}

void Connection::shake_hands() {
  switch (tls_->handshake()) {
    case Progress::kDone:
      handshaking_ = false;
      interest_ = EventLoop::kRead;
      table_.loop().rewatch(fd_, interest_, *this);
      return read_in();
    case Progress::kWantRead: interest_ = EventLoop::kRead; break;
    case Progress::kWantWrite: interest_ = EventLoop::kWrite; break;
    default: return abort();
  }
  table_.loop().rewatch(fd_, interest_, *this);
}

Connection::Transfer Connection::receive(char* data, size_t size) {
  if (tls_ != nullptr) return tls_->read(data, size);
  const ssize_t n = recv(fd_, data, size, 0);
  if (n > 0) return {Progress::kDone, static_cast<size_t>(n)};
  if (n == 0) return {Progress::kClosed, 0};
  const bool is_empty = errno == EAGAIN || errno == EINTR;
  return {is_empty ? Progress::kWantRead : Progress::kFailed, 0};
}

Connection::Transfer Connection::transmit(const char* data, size_t size) {
  if (tls_ != nullptr) return tls_->write(data, size);
  const ssize_t n = send(fd_, data, size, MSG_NOSIGNAL);
  if (n >= 0) return {Progress::kDone, static_cast<size_t>(n)};
  const bool is_full = errno == EAGAIN || errno == EINTR;
  return {is_full ? Progress::kWantWrite : Progress::kFailed, 0};
}

// One read of a plain socket, whose rest makes the loop call again; several of a TLS stream, which
// may hold bytes that the loop does not see.
void Connection::read_in() {
  if (finishing_) return;  // what comes now is not answered any more
  if (held_) {
    paused_ = true;
    return;
  }
  if (choked_) return;  // there may be no room behind what is left
  std::memcpy(table_.input_.get(), input_.data(), input_.size());
  size_t have = input_.size();
  const int reads = tls_ == nullptr ? 1 : kReadsPerTurn;
  bool more = true;
  for (int i = 0; i < reads && more; ++i) more = read_once(have);
  if (closed_) return;
  keep(table_.input_.get(), have);
  if (more && tls_ != nullptr) resume_later();
}

// Whether there may be more to read at once.
bool Connection::read_once(size_t& have) {
  char* const buffer = table_.input_.get();
  const Transfer transfer = receive(buffer + have, ConnectionTable::kInputBytes - have);
  if (transfer.progress == Progress::kWantRead || transfer.progress == Progress::kWantWrite)
    return false;
  if (transfer.progress == Progress::kClosed) {
    end_of_input();
    return false;
  }
  if (transfer.progress == Progress::kFailed || transfer.bytes == 0) {
    abort();
    return false;
  }
  have += transfer.bytes;
  const size_t used = feed(buffer, have);
  std::memmove(buffer, buffer + used, have - used);
  have -= used;
  return is_open() && takes_input();
}

size_t Connection::feed(char* data, size_t size) {
  size_t used = 0;
  bool again = true;
  while (again && is_open() && takes_input() && used < size) {
    speaking_ = true;
    used += speaker_->on_bytes(data + used, size - used);
    speaking_ = false;
    again = next_speaker_ != nullptr;
    if (again) speaker_ = std::move(next_speaker_);
  }
  if (!is_open()) return size;
  choked_ = !held_ && !takes_input();
  return used;
}

void Connection::keep(const char* data, size_t size) {
  if (size > 0) {
    input_.assign(data, size);
  } else if (!input_.empty()) {
    input_ = {};
  }
  count_held();
}

// What is not whole after 10 s is refused by its speaker, but for the frames of a session. Small
// beginnings are kept in any case: they are what honest peers leave now and then.
void Connection::count_held() {
  const size_t now = closed_ || finishing_ ? 0 : input_.size() + speaker_->held_bytes();
  table_.held_bytes_ += now - held_bytes_;
  held_bytes_ = now;
  if (now > ConnectionTable::kHeldBytesFree && table_.held_bytes_ > table_.bounds_.held_bytes_max)
    speaker_->on_no_room();
}

// Input was left over, or the speaker did not want any.
void Connection::resume() {
  resuming_ = false;
  if (!is_open() || held_) return;
  choked_ = !takes_input();
  if (choked_) return;
  paused_ = false;
  if (!input_.empty()) {
    const size_t size = input_.size();
    std::memcpy(table_.input_.get(), input_.data(), size);
    const size_t used = feed(table_.input_.get(), size);
    if (closed_) return;
    keep(table_.input_.get() + used, size - used);
  }
  if (tls_ != nullptr && is_open() && !held_ && !ended_) read_in();
  if (!closed_) update_interest();
}

void Connection::end_of_input() {
  ended_ = true;
  if (finishing_ && shut_) return abort();
  if (is_open()) speaker_->on_end();
}

void Connection::discard_input() {
  const Transfer transfer = receive(table_.input_.get(), ConnectionTable::kInputBytes);
  if (transfer.progress == Progress::kClosed || transfer.progress == Progress::kFailed) abort();
}

void Connection::flush() {
  dirty_ = false;
  if (closed_ || handshaking_) return;
  if (!blocked_) write_out();
  if (closed_) return;
  count_queue();
  unchoke();
  update_interest();
}

// kDone: everything was written.
Progress Connection::write_some() {
  while (sent_ < out_.size()) {
    const Transfer transfer = transmit(out_.data() + sent_, out_.size() - sent_);
    if (transfer.progress != Progress::kDone) return transfer.progress;
    sent_ += transfer.bytes;
    written_ += static_cast<int64_t>(transfer.bytes);
    moved_ms_ = table_.loop().now_ms();
  }
  return Progress::kDone;
}

void Connection::write_early() {
  if (!is_open() || handshaking_ || blocked_) return;
  switch (write_some()) {
    case Progress::kDone:
      out_.clear();
      sent_ = 0;
      break;
    case Progress::kWantRead:
    case Progress::kWantWrite: blocked_ = true; break;
    default: return;  // the end of the turn meets it again, where nobody is inside the connection
  }
  count_queue();
}

void Connection::write_out() {
  switch (write_some()) {
    case Progress::kDone: return sent_all();
    case Progress::kWantRead:
    case Progress::kWantWrite: break;
    default: return abort();
  }
  blocked_ = true;
  if (sent_ > kCompactBytes && sent_ > out_.size() / 2) out_.erase(0, std::exchange(sent_, 0));
  count_queue();
}

void Connection::sent_all() {
  sent_ = 0;
  stall_.end();
  table_.give_buffer(std::exchange(out_, {}));
  count_queue();
  if (!finishing_ || shut_) return;
  if (tls_ != nullptr) tls_->shutdown();
  if (ended_ || ::shutdown(fd_, SHUT_WR) != 0) return abort();
  // Closing now with input unread would reset the connection and take the answer with it.
  shut_ = true;
}

void Connection::update_interest() {
  const bool reads = shut_ || (!paused_ && !choked_ && !ended_ && !finishing_ &&
                               queue_bytes() < kQueueBytesToRead);
  const uint32_t interest = (reads ? EventLoop::kRead : 0u) | (blocked_ ? EventLoop::kWrite : 0u);
  if (interest == interest_) return;
  interest_ = interest;
  table_.loop().rewatch(fd_, interest_, *this);
}

void Connection::count_queue() {
  const size_t now = queue_bytes();
  if (now == counted_) return;
  table_.queue_bytes_.fetch_add(now - counted_, std::memory_order_relaxed);
  if (account_) account_->fetch_add(now - counted_);
  counted_ = now;
}

void Connection::count_for(QueueAccount account) {
  if (account_) account_->fetch_sub(counted_);
  account_ = std::move(account);
  if (account_) account_->fetch_add(counted_);
}

bool Connection::is_pressed() const {
  return table_.is_crowded() || table_.is_too_much(user_queue_bytes());
}

void Connection::tick(int64_t now_ms) {
  if (closed_) return;
  if (handshaking_) {
    if (now_ms - moved_ms_ >= protocol::kRequestTimeoutMs) abort();
    return;
  }
  const bool stalled = is_stalled(now_ms);
  if (finishing_) {
    if (stalled || now_ms - moved_ms_ >= kFinishMs) abort();
    return;
  }
  stalled ? speaker_->on_stalled() : speaker_->on_tick(now_ms);
}

// What the socket still holds was not taken: its buffer of up to 4 MB makes room in large steps.
bool Connection::is_stalled(int64_t now_ms) {
  if (!blocked_) return false;
  int held_by_socket = 0;
  ioctl(fd_, SIOCOUTQ, &held_by_socket);
  return stall_.is_slow(now_ms, written_ - held_by_socket,
                        is_pressed() ? Stall::kCrowdedWindowMs : Stall::kWindowMs);
}

}  // namespace chat::gateway
