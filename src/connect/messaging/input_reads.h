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

  // `ready` is called when the chat can go on; `failed` when a read failed and is to be tried
  // again later.
  InputReads(const WorkerParts& parts, std::function<void(const Slot&)> ready,
             std::function<void(const Slot&)> failed);

  void start(const Slot& slot, const Need& need);
  // Reads the target of a command that has just come, so that it is there at its turn.
  void prefetch(const Slot& slot, const protocol::Command& command);

 private:
  struct Lookup;
  void read_target(const Slot& slot, protocol::EventId target, const std::string& user);
  void read_marks(const Slot& slot);
  void read_place(const Slot& slot, protocol::EventId id,
                  std::optional<protocol::Place> Waiting::*place);
  void read_places(const Slot& slot, const NeedsPlaces& needs);
  void look_up(const Slot& slot, protocol::EventId from);
  void look_up_page(const Slot& slot, std::shared_ptr<Lookup> lookup);
  void looked_up_page(const Slot& slot, const std::shared_ptr<Lookup>& lookup,
                      const std::vector<protocol::Event>& events);
  // Calls `then` on the worker's thread with the answer, unless the chat's state is another by
  // then.
  template <typename T, typename Then>
  persistence::Done<T> answered(const Slot& slot, Then then);

  WorkerParts parts_;
  std::function<void(const Slot&)> ready_;
  std::function<void(const Slot&)> failed_;
};

}  // namespace chat::messaging
