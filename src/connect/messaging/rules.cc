#include "connect/messaging/rules.h"

#include <string>

#include "connect/messaging/decide.h"
#include "connect/messaging/view.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {

using protocol::Command;
using protocol::ErrorCode;
using protocol::Event;
using protocol::refuse;
using protocol::Role;

namespace {

Verdict permitted() { return base::Unit{}; }
Verdict forbidden(const char* why) { return refuse(ErrorCode::kForbidden, why); }
Verdict not_found() { return base::Unexpected{no_such_chat()}; }

Verdict check_room(const ChatState& state, uint32_t joining) {
  if (state.chat().members() + joining > protocol::kMembersMax)
    return refuse(ErrorCode::kConflict, "a chat holds up to 100000 members");
  return permitted();
}

Verdict check_owner_stays(const ChatState& state) {
  if (state.owners() == 1 && state.chat().members() > 1)
    return refuse(ErrorCode::kConflict,
                  "the last owner of a chat with other members makes another one owner first");
  return permitted();
}

Verdict check_create(const Event& event) {
  const int members = event.chat().members_size();
  if (event.chat().type() == protocol::CHAT_TYPE_DIRECT && members != 2)
    return refuse(ErrorCode::kFieldInvalid, "a direct chat is between two users", "members");
  if (event.chat().type() == protocol::CHAT_TYPE_NONE)
    return refuse(ErrorCode::kFieldInvalid, "type is direct or group", "type");
  if (members > static_cast<int>(protocol::kUsersPerChangeMax))
    return refuse(ErrorCode::kFieldInvalid, "a chat begins with up to 100 members", "members");
  return permitted();
}

Verdict check_role_change(const ChatState& state, Role actor, const Event& event) {
  if (actor != protocol::ROLE_OWNER) return forbidden("only owners set roles");
  if (event.member().role() == protocol::ROLE_NONE)
    return refuse(ErrorCode::kFieldInvalid, "role is owner, admin or member", "role");
  const Role before = state.role_of(event.member().users(0));
  if (before == protocol::ROLE_NONE) return refuse(ErrorCode::kNotFound, "no such member", "user");
  const bool demotes =
      before == protocol::ROLE_OWNER && event.member().role() != protocol::ROLE_OWNER;
  return demotes ? check_owner_stays(state) : permitted();
}

Verdict check_invite(const ChatState& state, Role actor, const Event& event) {
  if (event.member().change() == protocol::CHANGE_ROLE)
    return check_role_change(state, actor, event);
  if (actor < protocol::ROLE_ADMIN) return forbidden("only owners and admins invite");
  if (event.member().role() > protocol::ROLE_MEMBER && actor != protocol::ROLE_OWNER)
    return forbidden("only owners invite admins and owners");
  const int users = event.member().users_size();
  if (users < 1 || users > static_cast<int>(protocol::kUsersPerChangeMax))
    return refuse(ErrorCode::kFieldInvalid, "1 to 100 users are invited at once", "users");
  uint32_t joining = 0;
  for (const std::string& user : event.member().users())
    if (state.role_of(user) == protocol::ROLE_NONE) ++joining;
  return check_room(state, joining);
}

Verdict check_remove(const ChatState& state, Role actor, const Event& event) {
  if (event.member().change() == protocol::CHANGE_LEFT)
    return actor == protocol::ROLE_OWNER ? check_owner_stays(state) : permitted();
  if (actor < protocol::ROLE_ADMIN) return forbidden("only owners and admins remove members");
  const protocol::MemberItem* other = state.member(event.member().users(0));
  if (other == nullptr) return refuse(ErrorCode::kNotFound, "no such member", "user");
  if (other->role() > protocol::ROLE_MEMBER && actor != protocol::ROLE_OWNER)
    return forbidden("only owners remove admins and owners");
  return permitted();
}

Verdict check_join(const ChatState& state, const Command& command) {
  const protocol::MemberItem* item = state.member(command.from());
  const bool direct = state.chat().type() == protocol::CHAT_TYPE_DIRECT;
  if (direct && item != nullptr) return forbidden("a direct chat cannot be joined");
  if (item != nullptr && item->role() != protocol::ROLE_NONE) return permitted();
  if (!state.exists() || direct) return not_found();
  if (!state.chat().joinable())
    return item == nullptr ? not_found() : forbidden("this chat is joined by invitation");
  return check_room(state, 1);
}

bool changes_members_or_settings(const Command& command) {
  switch (command.op_case()) {
    case Command::kUpdate:
    case Command::kInvite:
    case Command::kRemove:
    case Command::kSetRole:
    case Command::kLeave: return true;
    default: return false;
  }
}

Verdict check_edit(const Target& target, const Event& event) {
  if (target.event->from() != event.from()) return forbidden("only its author edits a message");
  if (target.deleted()) return refuse(ErrorCode::kConflict, "the message is deleted", "target");
  if (target.overlay != nullptr &&
      target.overlay->edits_size() >= static_cast<int>(protocol::kEditsPerMessageMax))
    return refuse(ErrorCode::kConflict, "a message is edited up to 1000 times", "target");
  return permitted();
}

Verdict check_react(const Target& target, const Event& event) {
  if (target.deleted()) return refuse(ErrorCode::kConflict, "the message is deleted", "target");
  const bool adds = event.on() && !has_emoji(target.overlay, event.emoji());
  if (adds && target.overlay != nullptr &&
      target.overlay->reactions_size() >= static_cast<int>(protocol::kEmojiPerMessageMax))
    return refuse(ErrorCode::kConflict, "a message holds up to 50 different emoji", "emoji");
  return permitted();
}

}  // namespace

Verdict check_membership(const ChatState& state, const Command& command, const Event& event) {
  if (command.op_case() == Command::kCreate) return check_create(event);
  if (command.op_case() == Command::kJoin) return check_join(state, command);
  const Role actor = state.role_of(command.from());
  if (actor == protocol::ROLE_NONE) return not_found();
  if (!changes_members_or_settings(command)) return permitted();
  if (state.chat().type() == protocol::CHAT_TYPE_DIRECT)
    return forbidden("a direct chat keeps its two members and has no settings");
  switch (command.op_case()) {
    case Command::kInvite: return check_invite(state, actor, event);
    case Command::kSetRole: return check_role_change(state, actor, event);
    case Command::kUpdate:
      return actor >= protocol::ROLE_ADMIN ? permitted()
                                           : forbidden("only owners and admins update a chat");
    default: return check_remove(state, actor, event);
  }
}

Verdict check_target(const ChatState& state, const Target& target, const Event& event) {
  const protocol::MemberItem* member = state.member(event.from());
  if (target.event == nullptr || target.event->kind() != protocol::KIND_MESSAGE ||
      member == nullptr || !View(*member).sees(protocol::Seq(target.event->seq())))
    return refuse(ErrorCode::kNotFound, "no such message", "target");
  if (event.kind() == protocol::KIND_EDIT) return check_edit(target, event);
  if (event.kind() == protocol::KIND_REACT) return check_react(target, event);
  if (target.event->from() != event.from() && state.role_of(event.from()) < protocol::ROLE_ADMIN)
    return forbidden("only its author, admins and owners delete a message");
  return permitted();
}

}  // namespace chat::messaging
