// What edits, deletes and reactions do to a message: the overlay and the reaction item of one user.
// Pure functions, any thread.
#pragma once

#include <optional>

#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// A message that an operation aims at, as far as deciding needs it. Null: there is none.
struct Target {
  const protocol::Event* event = nullptr;
  const protocol::OverlayItem* overlay = nullptr;
  const protocol::ReactionItem* reaction = nullptr;  // of the user who asks

  bool deleted() const;
};

struct TargetChange {
  std::optional<protocol::OverlayItem> overlay;
  std::optional<protocol::ReactionItem> reaction;  // of the event's user
};

// The items as they are after the event, only those that it changes. An event that changes nothing
// (the same reaction again, a second delete, one that the items already reflect) changes none.
TargetChange target_change(const Target& before, const protocol::Event& event);

bool has_emoji(const protocol::ReactionItem* reaction, const std::string& emoji);
bool has_emoji(const protocol::OverlayItem* overlay, const std::string& emoji);

}  // namespace chat::messaging
