// TargetCache: the messages of one chat that its operations aim at now, kept in step with the
// chat's state while more operations are decided on top. It belongs to its chat's worker.
//
// An answer to a read is only taken when nothing happened to the message since the read began:
// otherwise what is in the cache is newer, or the message must be read again. A message that does
// not exist is never kept, and neither are bodies of messages, which nothing is decided by.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "connect/messaging/overlay.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/ids.h"

namespace chat::messaging {

class TargetCache {
 public:
  // Messages, and users' reactions to each, kept when nothing is in flight: about 256 x (1 KB + 256
  // x 100 bytes) at the very most for one chat.
  static constexpr size_t kTargetsMax = 256;
  static constexpr size_t kReactionsMax = 256;

  explicit TargetCache(size_t targets_max = kTargetsMax, size_t reactions_max = kReactionsMax)
      : targets_max_(targets_max), reactions_max_(reactions_max) {}

  // Nothing: it must be read. The pointers are good until the cache changes.
  std::optional<Target> find(protocol::EventId target, const std::string& user);

  // For what is read before its turn: what a turn needs is read in any case.
  bool has_room(protocol::EventId target) const;
  bool loading(protocol::EventId target, const std::string& user) const;
  void begin_load(protocol::EventId target, const std::string& user);
  void finish_load(protocol::EventId target, const std::string& user,
                   persistence::LoadedTarget loaded);
  void cancel_load(protocol::EventId target, const std::string& user);

  // An event was applied to the chat's state.
  void apply(const protocol::Event& event);
  // Forgets what was not used for longest, as far as it is too much. Only while no append is in
  // flight: what is forgotten is read again, and that must find everything that was applied. Only
  // after something was decided: a command whose message is forgotten before its turn would read it
  // without end. Answers to reads that are out do not make up for a message that is forgotten: they
  // may be from before what was applied.
  void trim();
  void clear();

 private:
  // A user without reactions is there without an item.
  struct Reactions {
    std::optional<protocol::ReactionItem> item;
    uint64_t used = 0;
  };
  struct Known {
    protocol::Event event;  // without its body
    std::optional<protocol::OverlayItem> overlay;
    std::unordered_map<std::string, Reactions> reactions;
    uint64_t used = 0;
  };
  static Target target_of(const Known& known, const std::string& user);

  size_t targets_max_;
  size_t reactions_max_;
  std::map<protocol::EventId, Known> known_;
  std::map<std::pair<protocol::EventId, std::string>, bool> loading_;  // true: changed meanwhile
  uint64_t uses_ = 0;  // so far; what was used later has a higher number
};

}  // namespace chat::messaging
