#include "connect/gateway/connection_table.h"

#include <unistd.h>

#include <utility>

namespace chat::gateway {
namespace {

constexpr int64_t kTickMs = 1'000;

}  // namespace

ConnectionTable::ConnectionTable(base::EventLoop& loop, crypto::TlsContext* tls,
                                 const Bounds& bounds)
    : loop_(loop), tls_(tls), bounds_(bounds) {
  loop_.set_turn_hook([this] { end_turn(); });
  timer_ = loop_.start_timer(kTickMs, [this] { tick(); });
}

ConnectionTable::~ConnectionTable() {
  abort_all();
  bury();
  loop_.cancel_timer(timer_);
  loop_.set_turn_hook({});
}

void ConnectionTable::adopt(int fd, Peer peer, const MakeSpeaker& make_speaker) {
  auto tls = tls_ == nullptr ? nullptr : tls_->open(fd);
  if (tls_ != nullptr && tls == nullptr) {  // no memory: never in the clear instead
    close(fd);
    return;
  }
  auto& connection = *connections_.emplace_back(
      std::make_unique<Connection>(*this, fd, std::move(peer), std::move(tls)));
  connection.index_ = connections_.size() - 1;
  count_.store(connections_.size(), std::memory_order_relaxed);
  connection.speak_through(make_speaker(connection));
  connection.start();
}

void ConnectionTable::abort_all() {
  for (const auto& connection : connections_) connection->abort();
}

void ConnectionTable::finish_all() {
  for (const auto& connection : connections_) connection->finish();
}

void ConnectionTable::end_turn() {
  for (Connection* const resuming : std::exchange(resuming_, {})) resuming->resume();
  for (size_t i = 0; i < dirty_.size(); ++i) dirty_[i]->flush();  // the list may grow meanwhile
  dirty_.clear();
  std::erase_if(resuming_, [](const Connection* each) { return each->closed_; });
  bury();
  // Who has more input goes on in the next turn, so that one that never ends holds up nobody.
  if (!resuming_.empty()) loop_.post([] {});
}

void ConnectionTable::tick() {
  timer_ = loop_.start_timer(kTickMs, [this] { tick(); });
  const int64_t now_ms = loop_.now_ms();
  for (size_t i = 0; i < connections_.size(); ++i) connections_[i]->tick(now_ms);
}

// Destroys what was closed, now that nobody is inside it any more and no list names it.
void ConnectionTable::bury() {
  for (Connection* const closed : std::exchange(closed_, {})) {
    const size_t index = closed->index_;
    std::swap(connections_[index], connections_.back());
    connections_[index]->index_ = index;
    connections_.pop_back();
  }
  count_.store(connections_.size(), std::memory_order_relaxed);
}

std::string ConnectionTable::take_buffer() {
  if (spare_.empty()) return {};
  std::string buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void ConnectionTable::give_buffer(std::string buffer) {
  if (spare_.size() == kSpareBuffers || buffer.capacity() > kSpareBytesMax) return;
  buffer.clear();
  spare_.push_back(std::move(buffer));
}

}  // namespace chat::gateway
