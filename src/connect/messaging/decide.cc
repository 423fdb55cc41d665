#include "connect/messaging/decide.h"

#include <algorithm>
#include <string>
#include <utility>

#include "connect/messaging/projections.h"
#include "connect/messaging/rules.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {

using protocol::Command;
using protocol::Error;
using protocol::ErrorCode;
using protocol::Event;
using protocol::EventId;
using protocol::Key;
using protocol::MemberChange;

namespace {

Refused refused(ErrorCode code, std::string message, std::string field = {}) {
  return {Error{code, std::move(message), std::move(field), 0}};
}

template <typename Users>
void add_once(const Users& users, google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const std::string& user : users)
    if (std::find(out->begin(), out->end(), user) == out->end()) *out->Add() = user;
}

void fill_member(Event& event, const std::string& user, protocol::Change change,
                 protocol::Role role = protocol::ROLE_NONE) {
  event.set_kind(protocol::KIND_MEMBER);
  MemberChange* member = event.mutable_member();
  member->add_users(user);
  member->set_change(change);
  member->set_role(role);
}

void fill_create(Event& event, const Command& command) {
  const protocol::Create& create = command.create();
  event.set_kind(protocol::KIND_CHAT);
  protocol::ChatChange* chat = event.mutable_chat();
  chat->set_created(true);
  chat->set_type(create.type());
  chat->add_members(command.from());
  add_once(create.members(), chat->mutable_members());
  if (!create.title().empty()) chat->set_title(create.title());
  if (!create.topic().empty()) chat->set_topic(create.topic());
  chat->set_visibility(create.visibility() == protocol::VISIBILITY_NONE
                           ? protocol::VISIBILITY_JOINED
                           : create.visibility());
  if (create.joinable()) chat->set_joinable(true);
}

// Inviting one who is in already, with another role, sets the role.
void fill_invite(Event& event, const ChatState& state, const protocol::Invite& invite) {
  event.set_kind(protocol::KIND_MEMBER);
  MemberChange* member = event.mutable_member();
  add_once(invite.users(), member->mutable_users());
  member->set_change(protocol::CHANGE_JOINED);
  const protocol::Role role = invite.role();
  member->set_role(role == protocol::ROLE_NONE ? protocol::ROLE_MEMBER : role);
  if (role == protocol::ROLE_NONE || member->users_size() != 1) return;
  const protocol::Role before = state.role_of(member->users(0));
  if (before != protocol::ROLE_NONE && before != role) member->set_change(protocol::CHANGE_ROLE);
}

void fill_react(Event& event, const protocol::React& react) {
  event.set_kind(protocol::KIND_REACT);
  event.set_target(react.target());
  event.set_emoji(react.emoji());
  event.set_on(react.on());
}

void fill_update(Event& event, const protocol::ChatChange& change) {
  event.set_kind(protocol::KIND_CHAT);
  protocol::ChatChange* chat = event.mutable_chat();
  *chat = change;
  chat->clear_created();
  chat->clear_type();
  chat->clear_members();
}

void fill_remove(Event& event, const Command& command) {
  const std::string& user = command.remove().user();
  const bool oneself = user == command.from();
  fill_member(event, user, oneself ? protocol::CHANGE_LEFT : protocol::CHANGE_REMOVED);
}

// What the command would append, without its place. False: the command names no such operation.
bool fill_content(Event& event, const ChatState& state, const Command& command) {
  switch (command.op_case()) {
    case Command::kSend:
      event.set_kind(protocol::KIND_MESSAGE);
      *event.mutable_body() = command.send().body();
      return true;
    case Command::kEdit:
      event.set_kind(protocol::KIND_EDIT);
      event.set_target(command.edit().target());
      *event.mutable_body() = command.edit().body();
      return true;
    case Command::kDelete:
      event.set_kind(protocol::KIND_DELETE);
      event.set_target(command.delete_().target());
      return true;
    case Command::kReact: fill_react(event, command.react()); return true;
    case Command::kCreate: fill_create(event, command); return true;
    case Command::kUpdate: fill_update(event, command.update().change()); return true;
    case Command::kInvite: fill_invite(event, state, command.invite()); return true;
    case Command::kRemove: fill_remove(event, command); return true;
    case Command::kSetRole:
      fill_member(event, command.set_role().user(), protocol::CHANGE_ROLE,
                  command.set_role().role());
      return true;
    case Command::kJoin:
      fill_member(event, command.from(), protocol::CHANGE_JOINED, protocol::ROLE_MEMBER);
      return true;
    case Command::kLeave: fill_member(event, command.from(), protocol::CHANGE_LEFT); return true;
    default: return false;
  }
}

std::optional<Decision> from_answer(const KeyAnswer& answer) {
  switch (answer.verdict) {
    case KeyVerdict::kNew: return std::nullopt;
    case KeyVerdict::kStored: return AlreadyStored{answer.entry->id, answer.entry->seq};
    case KeyVerdict::kReused:
      return refused(ErrorCode::kKeyReused, "this key was used for another operation", "key");
    case KeyVerdict::kNeedsLog: return NeedsLog{answer.from};
    case KeyVerdict::kSyncRequired:
      return refused(ErrorCode::kSyncRequired,
                     "the key is too old for this busy chat: catch up and look for it", "key");
    case KeyVerdict::kExpired: break;
  }
  return refused(ErrorCode::kKeyExpired, "a key is valid for 30 days", "key");
}

// `event_ms`: the time that the event would get, which is ahead of the record's where the chat's
// tail is. That no event is older than its key rests on it; how old a key is does not.
std::optional<Decision> check_age(const Key& key, int64_t event_ms, int64_t record_ms) {
  if (key.ms() > event_ms + protocol::kKeyToleranceMs)
    return refused(ErrorCode::kKeyInFuture, "the key's time is ahead of the server's", "key");
  if (record_ms - key.ms() > protocol::kKeyAgeMaxMs)
    return refused(ErrorCode::kKeyExpired, "a key is valid for 30 days", "key");
  return std::nullopt;
}

// Creating a chat that is there: a direct chat answers whatever the key, a group only to the key
// that made it. Its first event tells whether the same was asked for.
Decision create_again(const ChatState& state, const Inputs& inputs, const Event& event) {
  const protocol::ChatItem& chat = state.chat();
  const protocol::Place& created = chat.created();
  const bool direct = chat.type() == protocol::CHAT_TYPE_DIRECT;
  if (direct && state.member(event.from()) != nullptr)
    return AlreadyStored{EventId(created.id()), protocol::Seq(created.seq())};
  if (direct || chat.creator() != event.from() || chat.create_key() != event.key())
    return refused(ErrorCode::kConflict, "the chat is there already");
  const EventId first(created.id());
  const KeyEntry* entry = state.keys().at_or_below(first);
  if (entry == nullptr && inputs.lookup != nullptr && inputs.lookup->from <= first &&
      inputs.lookup->found)
    entry = &*inputs.lookup->found;
  if (entry == nullptr) return NeedsLog{first};
  if (!entry->gone && entry->digest != content_digest(event))
    return refused(ErrorCode::kKeyReused, "this key made another chat", "key");
  return AlreadyStored{first, entry->seq};
}

std::optional<Decision> check_key(const ChatState& state, const Inputs& inputs, const Event& event,
                                  const Key& key, int64_t event_ms, int64_t record_ms) {
  // One who was never in the chat has stored nothing there, and must not learn that it exists.
  if (state.member(event.from()) != nullptr) {
    const KeyAnswer answer = look_up(state.keys(), inputs.lookup, state.tail().seq, event.from(),
                                     key, content_digest(event), record_ms);
    if (auto decision = from_answer(answer)) return decision;
  }
  return check_age(key, event_ms, record_ms);
}

void place(Event& event, const Tail& tail, EventId id) {
  event.set_id(id.value());
  event.set_seq(tail.seq.value() + 1);
  event.set_nth(tail.nth + (event.kind() == protocol::KIND_MESSAGE ? 1 : 0));
}

}  // namespace

EventId next_id(const Tail& tail, int64_t record_ms) {
  return std::max(EventId::first_of_ms(record_ms), EventId(tail.id.value() + 1));
}

std::optional<EventId> target_of(const Command& command) {
  if (command.has_edit()) return EventId(command.edit().target());
  if (command.has_delete_()) return EventId(command.delete_().target());
  if (command.has_react()) return EventId(command.react().target());
  return std::nullopt;
}

Error no_such_chat() { return {ErrorCode::kNotFound, "no such chat", "chat", 0}; }

Decision decide(const ChatState& state, const Inputs& inputs, const Command& command,
                int64_t record_ms) {
  const std::optional<Key> key = Key::from_bytes(command.key());
  if (!key) return refused(ErrorCode::kKeyInvalid, "key is a UUIDv7", "key");
  Event event;
  event.set_from(command.from());
  event.set_key(command.key());
  if (!fill_content(event, state, command))
    return refused(ErrorCode::kUnknownOperation, "this version knows no such operation");

  if (command.has_create() && state.exists()) return create_again(state, inputs, event);
  const EventId id = next_id(state.tail(), record_ms);
  if (auto decision = check_key(state, inputs, event, *key, id.ms(), record_ms))
    return std::move(*decision);

  if (Verdict verdict = check_membership(state, command, event); !verdict)
    return Refused{std::move(verdict.error())};
  place(event, state.tail(), id);
  const std::optional<EventId> target = target_of(command);
  if (target && *target <= state.tail().id && inputs.target == nullptr) return NeedsTarget{*target};
  const Target none;
  const Target* aim = target ? (inputs.target == nullptr ? &none : inputs.target) : nullptr;
  if (aim != nullptr)
    if (Verdict verdict = check_target(state, *aim, event); !verdict)
      return Refused{std::move(verdict.error())};

  store::Projections projections = projections_of(state, command.chat(), event, aim);
  const protocol::Seq target_seq(aim == nullptr ? 0 : aim->event->seq());
  return Appending{std::move(event), std::move(projections), target_seq};
}

}  // namespace chat::messaging
