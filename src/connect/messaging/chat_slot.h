// ChatSlot: one chat on a worker: its state, the commands that wait, and the one block in flight.
// The worker's thread only. Held by shared_ptr so that an answer that comes after the
// chat was evicted or its partition given away finds that it is gone.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "connect/base/result.h"
#include "connect/messaging/chat_state.h"
#include "connect/messaging/decide.h"
#include "connect/messaging/fanout.h"
#include "connect/messaging/mark.h"
#include "connect/messaging/target_cache.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// A command that was taken from the bus and has no final outcome yet.
struct Waiting {
  protocol::Command command;
  int partition = 0;
  uint64_t offset = 0;
  int64_t record_ms = 0;
  int64_t since_boot_ms = 0;
  bool signal = false;     // from the topic of signals: no offset, no answer
  bool attempted = false;  // it was in an append, so it is decided to the end
  bool answered = false;   // it was told `unavailable` meanwhile
  bool passed = false;     // the bus's commit does not wait for it any more
  bool alone = false;      // a block with it was rejected: it gets one of its own
  // What was read because deciding asked for it.
  std::optional<KeyLookup> lookup;
  bool target_absent = false;  // there is no such message, and never will be
  std::optional<protocol::Place> read_place;
  std::optional<protocol::Place> delivered_place;
};

// One of a block's commands with what became of it.
struct Stored {
  size_t event = 0;  // which of the append's
  protocol::Seq target_seq;
};
struct Outcome {
  Waiting waiting;
  std::variant<Stored, AlreadyStored, Refused, MarkMoved> result;
};

// Commands that were decided one upon the other and get their answers together.
struct Block {
  store::Append append;  // kept until the outcome is known, to send again or to be found
  std::vector<Outcome> outcomes;
  bool projected = false;  // marks without events are written
  bool stored = false;     // found in the log after its answer was lost
  size_t bytes = 0;        // of the events
};

// The marks of users who mark.
class MarkCache {
 public:
  static constexpr size_t kUsersMax = 256;
  const protocol::MarksItem* find(const std::string& user) const;
  // Marks only move up, so of two answers the higher counts.
  void put(const std::string& user, protocol::MarksItem marks, const ChatState& state);
  void replace(const std::string& user, const protocol::MarksItem& marks);
  void apply(const protocol::Event& event);
  void trim();
  void clear() { marks_.clear(); }
  size_t size() const { return marks_.size(); }

 private:
  std::unordered_map<std::string, protocol::MarksItem> marks_;
};

// How long to wait after so many failures in a row: doubling from 20 ms to a second.
int64_t retry_delay_ms(uint32_t failures);

// The same would fail again, and nothing was written.
bool never_succeeds(const base::Error& error);

// Plain data.
struct ChatSlot {
  protocol::ChatId id;
  int partition = 0;

  ChatState state;
  bool loaded = false;
  int64_t verified_boot_ms = 0;  // when the tail was last known to be the newest
  TargetCache targets;
  MarkCache marks;
  Audience audience;

  std::deque<Waiting> queue;
  std::optional<Block> block;  // in flight
  bool unresolved = false;     // the block's outcome must be found out by a reload
  bool loading = false;
  bool reading = false;      // the first in the queue waits for an input
  bool backing_off = false;  // a step failed: nothing is tried for a while
  uint32_t failures = 0;     // of steps, in a row
  // An answer counts only if it is the one that is waited for.
  uint64_t steps = 0;           // loads and steps of blocks, one at a time
  uint64_t reads = 0;           // of inputs that the first in the queue waits for
  bool reading_target = false;  // the latest of them is of its target
  uint32_t read_failures = 0;   // in a row
  uint64_t generation = 0;      // of the targets, which reads of them belong to

  // The worker's bookkeeping.
  bool touched = false;  // got a command in this take
  bool active = false;
  size_t counted_weight = 0;
  std::list<std::shared_ptr<ChatSlot>>::iterator place;

  // Of a chat at rest, in the units of ChatState: marks and users online cost one each.
  size_t weight() const;
  bool idle() const { return queue.empty() && !block && !loading && !reading && !backing_off; }
};

}  // namespace chat::messaging
