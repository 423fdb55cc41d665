#include "connect/messaging/projections.h"

#include <utility>

#include "connect/messaging/membership_change.h"
#include "connect/messaging/view.h"
#include "connect/store/item_names.h"

namespace chat::messaging {

using protocol::Event;
using protocol::EventId;
using store::ItemWrite;
using store::Projections;
using store::Table;

namespace {

void add_membership(Projections& out, const ChatState& state, const std::string& chat,
                    const Event& event) {
  MembershipChange change = membership_change(state, event);
  if (change.chat)
    out.items.push_back({{Table::kChats, chat, std::string(store::kChatItem)},
                         event.id(),
                         change.chat->SerializeAsString()});
  for (const auto& [user, item] : change.members) {
    std::string value = item.SerializeAsString();
    out.items.push_back({{Table::kChats, chat, store::member_item(user)}, event.id(), value});
    out.items.push_back({{Table::kUsers, user, chat}, event.id(), std::move(value)});
  }
}

// A delete blanks the message and every edit of it.
void add_redactions(Projections& out, const Event& event, const Target& target) {
  out.redactions.push_back(EventId(event.target()));
  if (target.overlay == nullptr) return;
  for (const uint64_t edit : target.overlay->edits()) out.redactions.push_back(EventId(edit));
}

void add_target(Projections& out, const std::string& chat, const Event& event,
                const Target& target) {
  TargetChange change = target_change(target, event);
  if (change.overlay && event.kind() == protocol::KIND_DELETE) add_redactions(out, event, target);
  if (change.overlay)
    out.items.push_back({{Table::kChats, chat, store::edit_item(EventId(event.target()))},
                         event.id(),
                         change.overlay->SerializeAsString()});
  if (change.reaction)
    out.items.push_back(
        {{Table::kChats, chat, store::reaction_item(event.from(), EventId(event.target()))},
         event.id(),
         change.reaction->SerializeAsString()});
}

}  // namespace

ItemWrite mark_item(Table table, const std::string& user, const std::string& chat,
                    const protocol::Place& place) {
  return {{table, user, chat}, place.id(), place.SerializeAsString()};
}

Projections projections_of(const ChatState& state, const std::string& chat, const Event& event,
                           const Target* target) {
  Projections out;
  if (event.kind() == protocol::KIND_MESSAGE) {
    // Whoever sends has read what came before.
    out.items.push_back(mark_item(Table::kRead, event.from(), chat, place_of(event)));
  } else if (target != nullptr) {
    add_target(out, chat, event, *target);
  } else {
    add_membership(out, state, chat, event);
  }
  return out;
}

}  // namespace chat::messaging
