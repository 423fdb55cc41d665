#include "connect/protocol/operation.h"

#include "connect/protocol/limits.h"

namespace chat::protocol {
namespace {

using json::Value;

constexpr Fields::Word<ChatType> kChatTypes[] = {{"direct", CHAT_TYPE_DIRECT},
                                                 {"group", CHAT_TYPE_GROUP}};
constexpr Fields::Word<Visibility> kVisibilities[] = {{"joined", VISIBILITY_JOINED},
                                                      {"full", VISIBILITY_FULL}};
constexpr Fields::Word<Role> kRoles[] = {
    {"member", ROLE_MEMBER}, {"admin", ROLE_ADMIN}, {"owner", ROLE_OWNER}};

void fill_attachment(const Value& value, Fields& body, size_t index, Attachment& attachment) {
  const std::string name = "attachments[" + std::to_string(index) + "]";
  if (!value.is(Value::Type::kObject))
    return body.refuse(ErrorCode::kFieldInvalid, name, "is an object");
  Fields fields(value, body.refusal(), body.path() + name + ".");
  fields.require({"url"});
  attachment.set_url(fields.text("url", 1, kUrlBytesMax).value_or(""));
  attachment.set_type(fields.text("type", 0, kAttachmentTextBytesMax).value_or(""));
  attachment.set_size(fields.integer("size", 0, EventId::kMax).value_or(0));
  attachment.set_name(fields.text("name", 0, kAttachmentTextBytesMax).value_or(""));
}

void fill_meta(Fields& fields, Body& body) {
  const Value* meta = fields.object("meta");
  if (meta == nullptr) return;
  if (meta->raw.size() > kMetaBytesMax)
    return fields.refuse(
        ErrorCode::kFieldInvalid, "meta",
        "is " + range_text(0, kMetaBytesMax) + " bytes, got " + std::to_string(meta->raw.size()));
  body.set_meta(meta->raw.data(), meta->raw.size());
}

void fill_body(Fields& fields, Body& body) {
  fields.require({"body"});
  const Value* value = fields.object("body");
  if (value == nullptr) return;
  Fields inner(*value, fields.refusal(), fields.path() + "body.");
  body.set_text(inner.text("text", 0, kTextBytesMax).value_or(""));
  body.set_reply_to(inner.integer("reply_to", 1, EventId::kMax).value_or(0));
  if (const Value* attachments = inner.array("attachments", kAttachmentsMax))
    for (size_t i = 0; i < attachments->array.size(); ++i)
      fill_attachment(attachments->array[i], inner, i, *body.add_attachments());
  fill_meta(inner, body);
  if (!body.text().empty() || body.attachments_size() != 0) return;
  inner.require({"text"});
  inner.refuse(ErrorCode::kFieldInvalid, "text", "is empty, and there is no attachment");
}

bool accepted_suffices(Fields& fields) {
  const std::optional<std::string> ack = fields.text("ack", 0, kMessageBytesMax);
  if (!ack || *ack == "stored") return false;
  if (*ack != "accepted")
    fields.refuse(ErrorCode::kFieldInvalid, "ack", "is one of stored, accepted");
  return true;
}

template <typename Names>
void add_users(const std::vector<UserId>& users, Names& names) {
  for (const UserId& user : users) *names.Add() = user.value();
}

uint32_t limit_of(Fields& fields) {
  return static_cast<uint32_t>(fields.integer("limit", 1, kPageMax).value_or(kPageDefault));
}

std::string required_chat(Fields& fields) {
  fields.require({"chat"});
  return fields.chat("chat").value_or(ChatId()).value();
}

std::string required_user(Fields& fields) {
  fields.require({"user"});
  return fields.user("user").value_or(UserId()).value();
}

void add_known_chat(Fields& fields, const Value::Member& member, SyncRead& sync) {
  if (!ChatId::parse(member.first))
    return fields.refuse(ErrorCode::kFieldInvalid, "chats",
                         "is an object whose names are chats: 1 to 64 of A-Z a-z 0-9 . _ : -");
  if (!member.second.is(Value::Type::kObject))
    return fields.refuse(ErrorCode::kFieldInvalid, "chats", "has an object for each chat");
  Fields known(member.second, fields.refusal(), "chats.");
  known.require({"after"});
  SyncRead::Known& entry = *sync.add_chats();
  entry.set_chat(member.first);
  entry.set_after(known.integer("after", 0, EventId::kMax).value_or(0));
}

void fill_known_chats(Fields& fields, SyncRead& sync) {
  const Value* chats = fields.object("chats");
  if (chats == nullptr) return;
  if (chats->object.size() > kSyncNamedChatsMax)
    return fields.refuse(ErrorCode::kFieldInvalid, "chats",
                         "names " + range_text(0, kSyncNamedChatsMax) + " chats, got " +
                             std::to_string(chats->object.size()));
  for (const Value::Member& member : chats->object) add_known_chat(fields, member, sync);
}

}  // namespace

uint64_t target_of(Fields& fields) {
  fields.require({"target"});
  return fields.integer("target", 1, EventId::kMax).value_or(0);
}

Role role_of(Fields& fields) { return fields.word<Role>("role", kRoles).value_or(ROLE_NONE); }

void fill_send(Fields& fields, Command& command) {
  fill_body(fields, *command.mutable_send()->mutable_body());
  command.mutable_send()->set_accepted(accepted_suffices(fields));
}

void fill_edit(Fields& fields, Command& command) {
  fill_body(fields, *command.mutable_edit()->mutable_body());
}

void fill_delete(Fields& fields, Command& command) {
  command.mutable_delete_()->set_target(target_of(fields));
}

void fill_react(Fields& fields, Command& command) {
  React& react = *command.mutable_react();
  react.set_target(target_of(fields));
  fields.require({"emoji", "on"});
  react.set_emoji(fields.text("emoji", 1, kEmojiBytesMax).value_or(""));
  react.set_on(fields.boolean("on").value_or(false));
}

void fill_create(Fields& fields, Command& command) {
  Create& create = *command.mutable_create();
  fields.require({"type"});
  create.set_type(fields.word<ChatType>("type", kChatTypes).value_or(CHAT_TYPE_NONE));
  if (create.type() == CHAT_TYPE_DIRECT) fields.require({"members"});
  add_users(fields.users("members", 0, kUsersPerChangeMax), *create.mutable_members());
  create.set_title(fields.text("title", 0, kTitleBytesMax).value_or(""));
  create.set_topic(fields.text("topic", 0, kTopicBytesMax).value_or(""));
  create.set_visibility(
      fields.word<Visibility>("visibility", kVisibilities).value_or(VISIBILITY_NONE));
  create.set_joinable(fields.boolean("joinable").value_or(false));
  if (create.joinable() && create.type() == CHAT_TYPE_DIRECT)
    fields.refuse(ErrorCode::kFieldInvalid, "joinable", "is only for groups");
}

void fill_update(Fields& fields, Command& command) {
  ChatChange& change = *command.mutable_update()->mutable_change();
  if (auto title = fields.text("title", 0, kTitleBytesMax)) change.set_title(*title);
  if (auto topic = fields.text("topic", 0, kTopicBytesMax)) change.set_topic(*topic);
  change.set_visibility(
      fields.word<Visibility>("visibility", kVisibilities).value_or(VISIBILITY_NONE));
  if (auto joinable = fields.boolean("joinable")) change.set_joinable(*joinable);
}

void fill_invite(Fields& fields, Command& command) {
  Invite& invite = *command.mutable_invite();
  fields.require({"users"});
  add_users(fields.users("users", 1, kUsersPerChangeMax), *invite.mutable_users());
  invite.set_role(role_of(fields));
}

void fill_remove(Fields& fields, Command& command) {
  command.mutable_remove()->set_user(required_user(fields));
}

void fill_set_role(Fields& fields, Command& command) {
  SetRole& set_role = *command.mutable_set_role();
  set_role.set_user(required_user(fields));
  fields.require({"role"});
  set_role.set_role(role_of(fields));
}

void fill_join(Fields&, Command& command) { command.mutable_join(); }

void fill_leave(Fields&, Command& command) { command.mutable_leave(); }

void fill_mark(Fields& fields, Command& command) {
  Mark& mark = *command.mutable_mark();
  if (!fields.has("delivered")) fields.require({"read"});
  mark.set_read(fields.integer("read", 0, EventId::kMax).value_or(0));
  mark.set_delivered(fields.integer("delivered", 0, EventId::kMax).value_or(0));
}

void fill_typing(Fields&, Command& command) { command.mutable_typing(); }

void fill_sync(Fields& fields, ReadRequest& read) {
  SyncRead& sync = *read.mutable_sync();
  fill_known_chats(fields, sync);
  sync.set_cursor(fields.text("cursor", 1, kUriBytesMax).value_or(""));
  sync.set_limit(limit_of(fields));
}

void fill_history(Fields& fields, ReadRequest& read) {
  HistoryRead& history = *read.mutable_history();
  history.set_chat(required_chat(fields));
  size_t positions = 0;
  for (std::string_view name : {"before", "after", "around", "at"})
    if (fields.has(name) && ++positions == 2)
      fields.refuse(ErrorCode::kFieldInvalid, name,
                    "is one position too many: at most one of before, after, around, at");
  if (auto id = fields.integer("before", 0, EventId::kMax)) history.set_before(*id);
  if (auto id = fields.integer("after", 0, EventId::kMax)) history.set_after(*id);
  if (auto id = fields.integer("around", 0, EventId::kMax)) history.set_around(*id);
  if (auto ms = fields.integer("at", 0, kMomentMaxMs)) history.set_at_ms(*ms);
  history.set_limit(limit_of(fields));
}

void fill_events(Fields& fields, ReadRequest& read) {
  EventsRead& events = *read.mutable_events();
  events.set_chat(required_chat(fields));
  events.set_after(fields.integer("after", 0, EventId::kMax).value_or(0));
  events.set_limit(limit_of(fields));
}

Hello hello_of(Fields& fields) {
  return {fields.text("token", 0, kMessageBytesMax).value_or(""),
          fields.text("device", 0, kDeviceBytesMax).value_or(""),
          fields.text("agent", 0, kAgentBytesMax).value_or("")};
}

Watch watch_of(Fields& fields) {
  fields.require({"users"});
  return {fields.users("users", 0, kWatchUsersMax)};
}

Result<Value> parse_object(std::string_view text) {
  TRY_ASSIGN(Value value, json::parse(text));
  if (value.is(Value::Type::kObject)) return value;
  const auto at = static_cast<size_t>(value.raw.data() - text.data());
  return refuse(ErrorCode::kJsonInvalid,
                "JSON is invalid at byte " + std::to_string(at) + ": this is no object");
}

}  // namespace chat::protocol
