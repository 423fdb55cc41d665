#include "connect/messaging/fold.h"

#include <algorithm>

#include "connect/base/check.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {

using protocol::Event;
using protocol::EventId;
using protocol::OverlayItem;

Fold::Fold(const View& view, Overlays overlays, Reactions reactions)
    : overlays_(std::move(overlays)), reactions_(std::move(reactions)) {
  for (size_t i = 0; i < overlays_.size(); ++i) {
    const OverlayItem& overlay = overlays_[i];
    if (!view.sees_between(EventId(overlay.target()), EventId(overlay.version()))) cut_to(view, i);
  }
}

void Fold::cut_to(const View& view, size_t i) {
  OverlayItem& overlay = overlays_[i];
  overlay.clear_reactions();
  overlay.clear_body();
  overlay.set_edited(0);
  for (const uint64_t edit : overlay.edits())
    if (view.sees(EventId(edit))) overlay.set_edited(edit);
  if (overlay.edited() != 0 && overlay.deleted() == 0) waiting_.push_back(i);
}

std::optional<EventId> Fold::wanted() const {
  if (waiting_.empty()) return std::nullopt;
  return EventId(overlays_[waiting_.back()].edited());
}

void Fold::take(std::optional<Event> edit) {
  CHECK(!waiting_.empty());
  OverlayItem& overlay = overlays_[waiting_.back()];
  waiting_.pop_back();
  if (edit && edit->has_body())
    *overlay.mutable_body() = std::move(*edit->mutable_body());
  else
    overlay.set_edited(0);
}

void Fold::append(std::string& out, std::string_view chat, const Event& message) const {
  protocol::json::Folded folded;
  folded.event = &message;
  const auto overlay =
      std::lower_bound(overlays_.begin(), overlays_.end(), message.id(),
                       [](const OverlayItem& item, uint64_t id) { return item.target() < id; });
  if (overlay != overlays_.end() && overlay->target() == message.id()) folded.overlay = &*overlay;
  const auto mine =
      std::lower_bound(reactions_.begin(), reactions_.end(), EventId(message.id()),
                       [](const auto& reaction, EventId id) { return reaction.first < id; });
  std::vector<std::string> emoji;
  if (mine != reactions_.end() && mine->first == EventId(message.id()))
    emoji.assign(mine->second.emoji().begin(), mine->second.emoji().end());
  folded.mine = emoji;
  protocol::json::append_message(out, chat, folded);
}

}  // namespace chat::messaging
