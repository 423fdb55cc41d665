#include "connect/messaging/membership_change.h"

#include <algorithm>

#include "connect/messaging/chat_state.h"
#include "connect/messaging/view.h"

namespace chat::messaging {

using protocol::ChatItem;
using protocol::Event;
using protocol::MemberItem;
using protocol::Place;

namespace {

// From where on one who joins by the event sees: everything, or just the event itself and later.
Place first_place(const Event& event, protocol::Visibility visibility, const Place& tail) {
  return visibility == protocol::VISIBILITY_FULL || event.seq() == 1 ? Place() : tail;
}

MemberItem joined(const MemberItem* before, const Event& event, protocol::Role role, Place from) {
  MemberItem item = before == nullptr ? MemberItem() : *before;
  item.set_version(event.id());
  item.set_since(event.id());
  item.set_role(role == protocol::ROLE_NONE ? protocol::ROLE_MEMBER : role);
  if (from.seq() == 0) item.clear_intervals();  // one interval of everything holds the earlier ones
  if (item.intervals_size() >= kIntervalsMax)
    item.mutable_intervals()->DeleteSubrange(0, item.intervals_size() - kIntervalsMax + 1);
  protocol::Interval* interval = item.add_intervals();
  *interval->mutable_from() = std::move(from);
  interval->set_open(true);
  return item;
}

MemberItem gone(const MemberItem& before, const Event& event) {
  MemberItem item = before;
  item.set_version(event.id());
  item.set_role(protocol::ROLE_NONE);
  if (item.intervals_size() > 0) {
    protocol::Interval& last = *item.mutable_intervals(item.intervals_size() - 1);
    last.set_open(false);
    *last.mutable_to() = place_of(event);
  }
  return item;
}

// The user's new item, or nothing when the event leaves it as it is.
std::optional<MemberItem> changed_member(const ChatState& state, const Event& event,
                                         const std::string& user) {
  const MemberItem* before = state.member(user);
  const bool is_in = before != nullptr && before->role() != protocol::ROLE_NONE;
  const protocol::MemberChange& change = event.member();
  switch (change.change()) {
    case protocol::CHANGE_JOINED:
      if (is_in) return std::nullopt;
      return joined(before, event, change.role(),
                    first_place(event, state.chat().visibility(), state.head()));
    case protocol::CHANGE_LEFT:
    case protocol::CHANGE_REMOVED:
      if (!is_in) return std::nullopt;
      return gone(*before, event);
    case protocol::CHANGE_ROLE: {
      if (!is_in || before->role() == change.role()) return std::nullopt;
      MemberItem item = *before;
      item.set_version(event.id());
      item.set_role(change.role());
      return item;
    }
    default: return std::nullopt;
  }
}

MembershipChange changed_members(const ChatState& state, const Event& event) {
  MembershipChange change;
  int64_t members = state.chat().members();
  for (const std::string& user : event.member().users()) {
    std::optional<MemberItem> item = changed_member(state, event, user);
    if (!item) continue;
    if (event.member().change() == protocol::CHANGE_JOINED) ++members;
    if (item->role() == protocol::ROLE_NONE) --members;
    change.members.emplace_back(user, std::move(*item));
  }
  if (members == state.chat().members()) return change;
  change.chat = state.chat();
  change.chat->set_version(event.id());
  change.chat->set_members(static_cast<uint32_t>(std::max<int64_t>(members, 0)));
  return change;
}

void set_fields(ChatItem& item, const protocol::ChatChange& change) {
  if (change.has_title()) item.set_title(change.title());
  if (change.has_topic()) item.set_topic(change.topic());
  if (change.visibility() != protocol::VISIBILITY_NONE) item.set_visibility(change.visibility());
  if (change.has_joinable()) item.set_joinable(change.joinable());
}

MembershipChange created_chat(const Event& event) {
  MembershipChange change;
  ChatItem& item = change.chat.emplace();
  item.set_version(event.id());
  item.set_type(event.chat().type());
  item.set_visibility(protocol::VISIBILITY_JOINED);
  set_fields(item, event.chat());
  item.set_creator(event.from());
  item.set_create_key(event.key());
  item.set_members(static_cast<uint32_t>(event.chat().members_size()));
  *item.mutable_created() = place_of(event);
  const bool group = event.chat().type() == protocol::CHAT_TYPE_GROUP;
  for (const std::string& user : event.chat().members()) {
    const bool owner = group && user == event.from();
    change.members.emplace_back(
        user,
        joined(nullptr, event, owner ? protocol::ROLE_OWNER : protocol::ROLE_MEMBER, Place()));
  }
  return change;
}

}  // namespace

MembershipChange membership_change(const ChatState& state, const Event& event) {
  if (event.kind() == protocol::KIND_MEMBER) return changed_members(state, event);
  if (event.kind() != protocol::KIND_CHAT) return {};
  if (event.chat().created()) return created_chat(event);
  MembershipChange change;
  change.chat = state.chat();
  change.chat->set_version(event.id());
  set_fields(*change.chat, event.chat());
  return change;
}

}  // namespace chat::messaging
