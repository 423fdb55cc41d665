// Answers: tells the asker and everyone concerned what became of a command, and that its record is
// done with. The worker's thread.
#pragma once

#include <array>

#include "connect/base/result.h"
#include "connect/messaging/chat_slot.h"
#include "connect/messaging/worker_parts.h"
#include "connect/protocol/error.h"

namespace chat::messaging {

class Answers {
 public:
  explicit Answers(const WorkerParts& parts);

  // Every outcome of the block in order, the reply before the pushes.
  void block(ChatSlot& slot, Block block);
  // The command is refused without having been decided.
  void refuse(const Waiting& waiting, const protocol::Error& error);
  // It can never be carried out. Whatever is known of an earlier attempt was seen in the log.
  void failed(Waiting& waiting, const base::Error& error);
  // The outcome is not known, and may come out later.
  void unavailable(Waiting& waiting);
  void typing(ChatSlot& slot, const Waiting& waiting);
  // The command has been answered and nothing of it is open.
  void done(const Waiting& waiting);

 private:
  void outcome(ChatSlot& slot, Block& block, const Outcome& outcome);
  void stored(ChatSlot& slot, Block& block, const Waiting& waiting, const Stored& stored);
  void appended(const Waiting& waiting, protocol::EventId id, protocol::Seq seq, bool duplicate);
  void marked(ChatSlot& slot, const Waiting& waiting, const MarkMoved& moved);
  void reply(const Waiting& waiting, protocol::Reply reply);
  base::Counter& refusals(protocol::ErrorCode code);

  WorkerParts parts_;
  std::array<base::Counter*, protocol::kErrorCodes> refusals_{};  // made when first needed
};

}  // namespace chat::messaging
