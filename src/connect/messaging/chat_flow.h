// ChatFlow: drives one chat after the other from waiting commands to answers: load, decide a block,
// append, answer; and finds out what became of an append whose answer was lost or was a conflict.
// Nothing here waits: each step ends by asking persistence, and the answer starts the next.
//
// The rules it keeps: one append in flight a chat. An attempted append is never abandoned: its
// outcome is read from the log. A refusal is sent only when the tail that it rests on was seen to
// be the newest after it was decided: by the append of its own block, or by a read of its own. A
// chat, which may have very many members, is not loaded for one who was never in it.
//
// The worker's thread.
#pragma once

#include <functional>
#include <memory>

#include "connect/messaging/answers.h"
#include "connect/messaging/chat_slot.h"
#include "connect/messaging/input_reads.h"
#include "connect/messaging/worker_parts.h"

namespace chat::messaging {

class ChatFlow {
 public:
  // An attempt that is open for so long no longer holds up the commit of its partition, whose queue
  // would fill. It was answered `unavailable` and is still seen through; should this worker go
  // away first, its sender's retry with the same key finds what became of it.
  static constexpr int64_t kPassMs = 60'000;

  // `idle` is called whenever a chat may have come to rest.
  ChatFlow(const WorkerParts& parts, std::function<void(const Slot&)> idle);

  // A command for the chat. Call pump once all that came together are in.
  void enqueue(const Slot& slot, Waiting waiting);
  // Does what can be done for the chat now.
  void pump(const Slot& slot);
  // Answers `unavailable` to what has waited too long; what was never attempted is dropped.
  void park(const Slot& slot, int64_t boot_ms);

 private:
  void open(const Slot& slot);
  void opened(const Slot& slot, const protocol::UserId& user, persistence::UserChat found);
  void load(const Slot& slot);
  void loaded(const Slot& slot, ChatState state);
  void start_block(const Slot& slot);
  void advance(const Slot& slot);
  void append(const Slot& slot);
  void appended(const Slot& slot, const base::Result<store::AppendResult>& result);
  void projected(const Slot& slot);
  void confirmed(const Slot& slot, protocol::EventId tail);
  void project(const Slot& slot);
  void confirm(const Slot& slot);
  void finish(const Slot& slot);
  void rejected(const Slot& slot, const base::Error& error);
  void input_rejected(const Slot& slot, const base::Error& error);
  void put_back(const Slot& slot, bool attempted);
  bool block_is_stored(const ChatSlot& slot) const;
  void back_off(const Slot& slot);
  void forget_state(ChatSlot& slot);
  void park_attempted(const ChatSlot& slot, Waiting& waiting, int64_t boot_ms);
  // False: it was answered and is dropped.
  bool stays_parked(const ChatSlot& slot, Waiting& waiting, int64_t boot_ms);
  void park_queue(const Slot& slot, int64_t boot_ms);
  // A load or a step of the block. Calls `then` on the worker's thread with the answer, if the chat
  // is still held and at this step by then.
  template <typename T, typename Then>
  persistence::Done<T> answered(const Slot& slot, Then then);

  WorkerParts parts_;
  Answers answers_;
  InputReads reads_;
  std::function<void(const Slot&)> idle_;
};

}  // namespace chat::messaging
