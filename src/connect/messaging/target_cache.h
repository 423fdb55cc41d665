// TargetCache: the messages of one chat that its operations aim at now, kept in step with the
// chat's state while more operations are decided on top. It belongs to its chat's worker.
//
// An answer to a read is only taken when nothing happened to the message since the read began:
// otherwise what is in the cache is newer, or the message must be read again.
#pragma once

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
  // Messages and reactions kept when nothing is in flight: about 256 x (1 KB + 256 x 100 bytes) at
  // the very most for one chat.
  static constexpr size_t kTargetsMax = 256;
  static constexpr size_t kReactionsMax = 256;

  // Nothing: it must be read. The pointers are good until the cache changes.
  std::optional<Target> find(protocol::EventId target, const std::string& user) const;

  bool loading(protocol::EventId target, const std::string& user) const;
  void begin_load(protocol::EventId target, const std::string& user);
  void finish_load(protocol::EventId target, const std::string& user,
                   persistence::LoadedTarget loaded);
  void cancel_load(protocol::EventId target, const std::string& user);

  // An event was applied to the chat's state.
  void apply(const protocol::Event& event);
  // Forgets what is too much. Only while no append is in flight: what is forgotten is read again,
  // and that must find everything that was applied.
  void trim();
  void clear();

 private:
  struct Known {
    std::optional<protocol::Event> event;
    std::optional<protocol::OverlayItem> overlay;
    // A user without reactions is there without an item.
    std::unordered_map<std::string, std::optional<protocol::ReactionItem>> reactions;
  };
  static Target target_of(const Known& known, const std::string& user);

  std::map<protocol::EventId, Known> known_;
  std::map<std::pair<protocol::EventId, std::string>, bool> loading_;  // true: changed meanwhile
};

}  // namespace chat::messaging
