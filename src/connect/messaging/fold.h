// Fold: turns the entries of a page into messages: the log's events with what later events made of
// them, as far as this reader may know it.
//
// Nothing from beyond the reader's interval is used, except tombstones. Where what happened to a
// message lies beyond it (or a hole lies between the two), the reader sees the last of its edits
// that lies within, whose event is read from the log, and no reactions: counts cannot be taken
// apart. A state machine without I/O. Thread rule: belongs to one read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connect/messaging/view.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

class Fold {
 public:
  using Overlays = std::vector<protocol::OverlayItem>;
  using Reactions = std::vector<std::pair<protocol::EventId, protocol::ReactionItem>>;

  // Both ascending; the reactions are the reader's own.
  Fold(const View& view, Overlays overlays, Reactions reactions);

  // An edit whose event is to be read from the log; nothing when all are there.
  std::optional<protocol::EventId> wanted() const;
  // The wanted event; nothing when the log no longer has it.
  void take(std::optional<protocol::Event> edit);

  void append(std::string& out, std::string_view chat, const protocol::Event& message) const;

 private:
  void cut_to(const View& view, size_t overlay);

  Overlays overlays_;
  Reactions reactions_;
  std::vector<size_t> waiting_;  // overlays whose latest visible edit is wanted
};

}  // namespace chat::messaging
