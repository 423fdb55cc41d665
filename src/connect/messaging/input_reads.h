// InputReads: reads what the first command of a chat's queue needs before it can be decided. The
// chat waits, others go on. The worker's thread.
#pragma once

#include <functional>
#include <memory>

#include "connect/messaging/block_builder.h"
#include "connect/messaging/chat_slot.h"
#include "connect/messaging/worker_parts.h"

namespace chat::messaging {

using Slot = std::shared_ptr<ChatSlot>;

class InputReads {
 public:
  // Events in one read of the log: 20 reads at most before a key needs a sync.
  static constexpr uint32_t kLogEvents = 1000;
  // And so many bytes: 20,000 events of 800. A read has 1 MB at most.
  static constexpr size_t kLogBytesMax = 16 << 20;

  using Rejected = std::function<void(const Slot&, const base::Error&)>;

  // `ready` is called when the chat can go on, `rejected` when the input can never be read. Any
  // other read that fails is tried again after a while, and whatever else the chat does goes on
  // meanwhile.
  InputReads(const WorkerParts& parts, std::function<void(const Slot&)> ready, Rejected rejected);

  void start(const Slot& slot, const Need& need);
  // Reads the target of a command that has just come, so that it is there at its turn.
  void prefetch(const Slot& slot, const protocol::Command& command);

 private:
  struct Lookup;
  void ready(const Slot& slot);
  void failed(const Slot& slot, const base::Error& error);
  void read_target(const Slot& slot, protocol::EventId target, const std::string& user);
  void read_marks(const Slot& slot);
  void read_place(const Slot& slot, protocol::EventId id,
                  std::optional<protocol::Place> Waiting::*place);
  void read_places(const Slot& slot, const NeedsPlaces& needs);
  void look_up(const Slot& slot, protocol::EventId from);
  void look_up_page(const Slot& slot, std::shared_ptr<Lookup> lookup);
  void looked_up_page(const Slot& slot, const std::shared_ptr<Lookup>& lookup,
                      const std::vector<protocol::Event>& events);
  void loaded_target(const Slot& slot, protocol::EventId target, const std::string& user,
                     bool stored, base::Result<persistence::LoadedTarget> result);
  // Calls `then` on the worker's thread with the value, if the first in the queue still waits for
  // it by then.
  template <typename T, typename Then>
  persistence::Done<T> awaited(const Slot& slot, Then then);

  WorkerParts parts_;
  std::function<void(const Slot&)> ready_;
  Rejected rejected_;
};

}  // namespace chat::messaging
