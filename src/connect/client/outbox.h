// Outbox: a client's own operations that have no known outcome yet. Decides what may be put on the
// wire: in the order they were made, one in flight after a reconnect until it is answered, then a
// bounded number; an operation that must wait holds back the later ones of its chat and no others.
// Pure; belongs to one client.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "connect/client/backoff.h"
#include "connect/client/model.h"

namespace chat::client {

using OperationId = uint64_t;

struct Operation {
  OperationId id = 0;
  std::string name;    // "send", "edit", … as the protocol calls it
  ChatId chat;         // empty for `create`
  std::string fields;  // the JSON members beside chat and key, or empty
  // What the people's side shows while it waits.
  Kind kind = Kind::kUnknown;
  std::string text;
  int64_t made_ms = 0;  // wall clock

  std::optional<Key> key;  // minted when first put on the wire, kept from then on
  bool in_flight = false;
  uint64_t sending = 0;       // running number of the last time it went out
  bool looked_up = false;     // its outcome is being searched in the log
  int64_t not_before_ms = 0;  // boot clock
  int attempts = 0;           // refusals that said: again
  // Put off on this connection: the server answers later ones of the chat by `retry_in_order` until
  // this key comes again, so that it must, even when the event was seen in the log by then.
  bool put_off = false;
  bool stored = false;  // seen in the log and reported
};

class Outbox {
 public:
  static constexpr size_t kOperationsMax = 1000;  // of at most 64 KiB each
  static constexpr size_t kInFlightMax = 16;
  static constexpr int64_t kRetryMostMs = 10'000;

  explicit Outbox(Backoff& backoff) : backoff_(backoff) {}

  // Nothing when the outbox is full.
  std::optional<OperationId> add(Operation operation);
  // Sends a second as the server limits them; 0: no limit.
  void set_rate(uint32_t per_second) { rate_ = per_second; }

  // The next operation that may go out now, or null. Mark it by sent() before asking again.
  Operation* next(int64_t now_ms);
  void sent(Operation& operation, int64_t now_ms);
  // When next() has something (perhaps now); nothing: not before something changes.
  std::optional<int64_t> wake_at() const;

  Operation* find(OperationId id);
  Operation* find(const Key& key);
  // It is over, one way or the other.
  void finish(OperationId id);
  // Again with the same key, no earlier than after_ms from now (0: the outbox's own delay).
  void again(OperationId id, int64_t now_ms, int64_t after_ms);
  // The same for one that the server refuses until an earlier one has come again: it waits for
  // that.
  void after_earlier(OperationId id, int64_t now_ms);
  // The server took or finally refused one: more may be in flight.
  void answered() { probing_ = false; }
  // Whatever was in flight has an unknown outcome and goes out again, in order.
  void disconnected();

  const std::deque<Operation>& operations() const { return operations_; }

 private:
  Backoff& backoff_;
  std::deque<Operation> operations_;
  OperationId last_id_ = 0;
  size_t in_flight_ = 0;
  bool probing_ = true;  // one at a time: nothing was answered yet, or the last was put off
  uint32_t rate_ = 0;
  std::deque<int64_t> sent_at_;  // of the last second, when there is a rate

  uint64_t last_sending_ = 0;

  bool room(int64_t now_ms) const;
  // The first waiting operation of each chat, where it may go out as far as order is concerned.
  std::vector<const Operation*> in_turn() const;
  void landed(Operation& operation);
};

}  // namespace chat::client
