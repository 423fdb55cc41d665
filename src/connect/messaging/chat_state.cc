#include "connect/messaging/chat_state.h"

#include <utility>

#include "connect/base/check.h"

namespace chat::messaging {

using protocol::Event;
using protocol::EventId;
using protocol::MemberItem;
using protocol::Seq;

ChatState::ChatState(persistence::LoadedChat loaded) {
  if (loaded.newest.empty()) return;
  if (loaded.chat) chat_ = std::move(*loaded.chat);
  members_.reserve(loaded.members.size());
  for (persistence::Member& member : loaded.members)
    put_member(member.user.value(), std::move(member.item));
  if (loaded.newest.front().seq() > 1) keys_.start_at(EventId(loaded.newest.front().id()));
  for (const Event& event : loaded.newest) keys_.push(KeyEntry::of(event));
  const Event& last = loaded.newest.back();
  tail_ = {EventId(last.id()), Seq(last.seq()), last.nth()};
}

protocol::Place ChatState::head() const {
  protocol::Place place;
  place.set_id(tail_.id.value());
  place.set_seq(tail_.seq.value());
  place.set_nth(tail_.nth);
  return place;
}

const MemberItem* ChatState::member(std::string_view user) const {
  const auto found = members_.find(user);
  return found == members_.end() ? nullptr : &found->second;
}

protocol::Role ChatState::role_of(std::string_view user) const {
  const MemberItem* item = member(user);
  return item == nullptr ? protocol::ROLE_NONE : item->role();
}

void ChatState::put_member(const std::string& user, MemberItem item) {
  const protocol::Role before = role_of(user);
  if (before == protocol::ROLE_OWNER) --owners_;
  if (item.role() == protocol::ROLE_OWNER) ++owners_;
  if ((before == protocol::ROLE_NONE) != (item.role() == protocol::ROLE_NONE))
    ++membership_version_;
  protocol::MemberItem& member = members_[user];
  intervals_ += static_cast<size_t>(item.intervals_size());
  intervals_ -= static_cast<size_t>(member.intervals_size());
  member = std::move(item);
}

void ChatState::apply(const Event& event) {
  CHECK(event.seq() == tail_.seq.value() + 1 && event.id() > tail_.id.value());
  MembershipChange change = membership_change(*this, event);
  if (change.chat) chat_ = std::move(*change.chat);
  for (auto& [user, item] : change.members) put_member(user, std::move(item));
  if (event.kind() == protocol::KIND_DELETE) keys_.blank(EventId(event.target()));
  keys_.push(KeyEntry::of(event));
  tail_ = {EventId(event.id()), Seq(event.seq()), event.nth()};
}

}  // namespace chat::messaging
