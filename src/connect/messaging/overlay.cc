#include "connect/messaging/overlay.h"

#include <algorithm>
#include <string>

namespace chat::messaging {

using protocol::Event;
using protocol::OverlayItem;
using protocol::ReactionItem;

namespace {

OverlayItem overlay_after(const Target& before, const Event& event) {
  OverlayItem overlay = before.overlay == nullptr ? OverlayItem() : *before.overlay;
  overlay.set_version(event.id());
  overlay.set_target(event.target());
  return overlay;
}

TargetChange edited(const Target& before, const Event& event) {
  TargetChange change;
  OverlayItem& overlay = change.overlay.emplace(overlay_after(before, event));
  overlay.set_edited(event.id());
  *overlay.mutable_body() = event.body();
  overlay.add_edits(event.id());
  return change;
}

// A tombstone keeps the ids of the edits, so that they can be blanked again.
TargetChange deleted(const Target& before, const Event& event) {
  TargetChange change;
  OverlayItem& overlay = change.overlay.emplace(overlay_after(before, event));
  overlay.set_deleted(event.id());
  overlay.set_deleted_by(event.from());
  overlay.clear_body();
  overlay.clear_reactions();
  return change;
}

void count(OverlayItem& overlay, const Event& event) {
  auto& counts = *overlay.mutable_reactions();
  auto found = std::find_if(counts.begin(), counts.end(),
                            [&](const auto& c) { return c.emoji() == event.emoji(); });
  if (event.on() && found == counts.end()) {
    protocol::ReactionCount* added = overlay.add_reactions();
    added->set_emoji(event.emoji());
    added->set_count(1);
  } else if (event.on()) {
    found->set_count(found->count() + 1);
  } else if (found != counts.end() && found->count() > 1) {
    found->set_count(found->count() - 1);
  } else if (found != counts.end()) {
    counts.erase(found);
  }
}

TargetChange reacted(const Target& before, const Event& event) {
  TargetChange change;
  if (has_emoji(before.reaction, event.emoji()) == event.on()) return change;
  ReactionItem& mine = change.reaction.emplace();
  if (before.reaction != nullptr) mine = *before.reaction;
  mine.set_version(event.id());
  if (event.on()) {
    mine.add_emoji(event.emoji());
  } else {
    auto& list = *mine.mutable_emoji();
    list.erase(std::find(list.begin(), list.end(), event.emoji()));
  }
  count(change.overlay.emplace(overlay_after(before, event)), event);
  return change;
}

}  // namespace

bool Target::deleted() const {
  return (overlay != nullptr && overlay->deleted() != 0) || (event != nullptr && event->gone());
}

bool has_emoji(const ReactionItem* reaction, const std::string& emoji) {
  return reaction != nullptr && std::find(reaction->emoji().begin(), reaction->emoji().end(),
                                          emoji) != reaction->emoji().end();
}

bool has_emoji(const OverlayItem* overlay, const std::string& emoji) {
  return overlay != nullptr &&
         std::any_of(overlay->reactions().begin(), overlay->reactions().end(),
                     [&](const auto& count) { return count.emoji() == emoji; });
}

TargetChange target_change(const Target& before, const Event& event) {
  const bool reflected = before.overlay != nullptr && before.overlay->version() >= event.id();
  if (reflected || before.deleted()) return {};
  if (event.kind() == protocol::KIND_EDIT) return edited(before, event);
  if (event.kind() == protocol::KIND_DELETE) return deleted(before, event);
  if (event.kind() == protocol::KIND_REACT) return reacted(before, event);
  return {};
}

}  // namespace chat::messaging
