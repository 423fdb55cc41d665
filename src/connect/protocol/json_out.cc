#include "connect/protocol/json_out.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "connect/base/json_escape.h"

namespace chat::protocol::json {
namespace {

// One object being written: puts the commas. Its functions are named for the value they add.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view name, std::string_view value) { append_string(member(name), value); }
  void number(std::string_view name, uint64_t value) { append_number(member(name), value); }
  void truth(std::string_view name, bool value) { member(name) += value ? "true" : "false"; }
  void place(std::string_view name, const Place& value) { append_place(member(name), value); }
  // A finished JSON value.
  void raw(std::string_view name, std::string_view value) { member(name) += value; }

  // Begins a member; the caller appends its value. The name is ours, it needs no escape.
  std::string& member(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
};

// `append` is given the buffer and one element.
template <typename List, typename Append>
void append_array(std::string& out, const List& list, Append append) {
  out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ',';
    first = false;
    append(out, element);
  }
  out += ']';
}

void append_texts(std::string& out, const auto& texts) { append_array(out, texts, append_string); }

int64_t ms_of(uint64_t event_id) { return EventId(event_id).ms(); }

// A key of another length was never written by this server: nothing to show.
void add_key(Object& object, std::string_view key_bytes) {
  if (const auto key = Key::from_bytes(key_bytes)) object.text("key", key->text());
}

void append_attachment(std::string& out, const Attachment& attachment) {
  Object object(out);
  object.text("url", attachment.url());
  if (!attachment.type().empty()) object.text("type", attachment.type());
  if (attachment.size() != 0) object.number("size", attachment.size());
  if (!attachment.name().empty()) object.text("name", attachment.name());
  object.end();
}

void append_body(std::string& out, const Body& body) {
  Object object(out);
  object.text("text", body.text());
  if (body.reply_to() != 0) object.number("reply_to", body.reply_to());
  if (body.attachments_size() != 0)
    append_array(object.member("attachments"), body.attachments(), append_attachment);
  if (!body.meta().empty()) object.raw("meta", body.meta());
  object.end();
}

void append_changes(std::string& out, const ChatChange& change) {
  Object object(out);
  if (change.has_title()) object.text("title", change.title());
  if (change.has_topic()) object.text("topic", change.topic());
  if (change.visibility() != VISIBILITY_NONE)
    object.text("visibility", word_of(change.visibility()));
  if (change.has_joinable()) object.truth("joinable", change.joinable());
  object.end();
}

void add_chat_change(Object& object, const ChatChange& change) {
  append_changes(object.member("changes"), change);
  if (!change.created()) return;
  object.truth("created", true);
  object.text("type", word_of(change.type()));
  append_texts(object.member("members"), change.members());
}

void add_member_change(Object& object, const MemberChange& change) {
  append_texts(object.member("users"), change.users());
  object.text("change", word_of(change.change()));
  if (change.role() != ROLE_NONE) object.text("role", word_of(change.role()));
}

void add_body(Object& object, const Event& event, const Body& body) {
  if (event.gone())
    object.truth("gone", true);
  else
    append_body(object.member("body"), body);
}

void add_place_and_kind(Object& object, std::string_view chat, const Event& event,
                        std::string_view kind) {
  object.text("chat", chat);
  object.number("id", event.id());
  object.number("seq", event.seq());
  object.number("ts", static_cast<uint64_t>(ms_of(event.id())));
  object.text("kind", kind);
}

// What every kind has.
void add_common(Object& object, std::string_view chat, const Event& event) {
  add_place_and_kind(object, chat, event, word_of(event.kind()));
  object.text("from", event.from());
  add_key(object, event.key());
}

void add_own_fields(Object& object, const Event& event) {
  switch (event.kind()) {
    case KIND_MESSAGE: return add_body(object, event, event.body());
    case KIND_EDIT:
      object.number("target", event.target());
      return add_body(object, event, event.body());
    case KIND_DELETE: return object.number("target", event.target());
    case KIND_REACT:
      object.number("target", event.target());
      object.text("emoji", event.emoji());
      return object.truth("on", event.on());
    case KIND_MEMBER: return add_member_change(object, event.member());
    case KIND_CHAT: return add_chat_change(object, event.chat());
    default: return;  // a later version's kind: its common fields keep `seq` dense
  }
}

void add_edited(Object& object, uint64_t edit_id) {
  Object edited(object.member("edited"));
  edited.number("id", edit_id);
  edited.number("ts", static_cast<uint64_t>(ms_of(edit_id)));
  edited.end();
}

void add_deleted(Object& object, const OverlayItem& overlay) {
  Object deleted(object.member("deleted"));
  deleted.text("by", overlay.deleted_by());
  deleted.number("ts", static_cast<uint64_t>(ms_of(overlay.deleted())));
  deleted.end();
}

// An emoji that everybody took back keeps its place in the overlay with a count of 0.
void add_reactions(Object& object, const OverlayItem& overlay, std::span<const std::string> mine) {
  std::vector<const ReactionCount*> shown;
  for (const ReactionCount& reaction : overlay.reactions())
    if (reaction.count() != 0) shown.push_back(&reaction);
  if (shown.empty()) return;
  append_array(object.member("reactions"), shown,
               [mine](std::string& out, const ReactionCount* reaction) {
                 Object entry(out);
                 entry.text("emoji", reaction->emoji());
                 entry.number("count", reaction->count());
                 entry.truth("me", std::ranges::find(mine, reaction->emoji()) != mine.end());
                 entry.end();
               });
}

void add_overlay(Object& object, const Folded& message) {
  const OverlayItem& overlay = *message.overlay;
  if (overlay.deleted() == 0)
    add_body(object, *message.event, overlay.edited() ? overlay.body() : message.event->body());
  if (overlay.edited() != 0) add_edited(object, overlay.edited());
  if (overlay.deleted() != 0) add_deleted(object, overlay);
  add_reactions(object, overlay, message.mine);
}

// {"<kind>":<value>}: `fill` adds the fields of the value.
template <typename Fill>
std::string push_of(std::string_view kind, Fill fill) {
  std::string out;
  Object push(out);
  Object value(push.member(kind));
  fill(value);
  value.end();
  push.end();
  return out;
}

}  // namespace

void append_string(std::string& out, std::string_view text) { base::append_json_string(out, text); }

void append_number(std::string& out, uint64_t value) {
  char digits[20];  // 2^64 - 1 has 20
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

void append_event(std::string& out, std::string_view chat, const Event& event) {
  Object object(out);
  add_common(object, chat, event);
  add_own_fields(object, event);
  object.end();
}

void append_hidden(std::string& out, std::string_view chat, const Event& event) {
  Object object(out);
  add_place_and_kind(object, chat, event, "hidden");
  object.end();
}

void append_message(std::string& out, std::string_view chat, const Folded& message) {
  Object object(out);
  add_common(object, chat, *message.event);
  if (message.overlay != nullptr && message.event->kind() == KIND_MESSAGE)
    add_overlay(object, message);
  else
    add_own_fields(object, *message.event);
  object.end();
}

void append_place(std::string& out, const Place& place) {
  Object object(out);
  object.number("id", place.id());
  object.number("seq", place.seq());
  object.end();
}

void append_error(std::string& out, const Error& error) {
  Object object(out);
  object.text("code", name_of(error.code));
  if (error.field.empty())
    object.raw("field", "null");
  else
    object.text("field", error.field);
  object.text("message", error.message);
  if (error.retry_after_ms <= 0)
    object.raw("retry_after_ms", "null");
  else
    object.number("retry_after_ms", static_cast<uint64_t>(error.retry_after_ms));
  object.end();
}

std::string error_body(const Error& error) {
  std::string out;
  Object object(out);
  append_error(object.member("error"), error);
  object.end();
  return out;
}

std::string reply_ok(uint64_t id, std::string_view ok) {
  std::string out;
  out.reserve(ok.size() + 40);
  Object object(out);
  object.number("id", id);
  object.raw("ok", ok);
  object.end();
  return out;
}

std::string reply_error(uint64_t id, const Error& error) {
  std::string out;
  Object object(out);
  object.number("id", id);
  append_error(object.member("error"), error);
  object.end();
  return out;
}

std::string ok_of(const Reply& reply) {
  std::string out;
  Object object(out);
  if (reply.has_appended()) {
    const Appended& appended = reply.appended();
    object.text("chat", appended.chat());
    object.number("id", appended.id());
    object.number("seq", appended.seq());
    if (appended.is_create())
      object.truth("created", !appended.duplicate());
    else
      object.truth("duplicate", appended.duplicate());
  } else if (reply.has_marked()) {
    object.text("chat", reply.marked().chat());
    object.place("read", reply.marked().read());
    object.number("unread", reply.marked().unread());
  }
  object.end();
  return out;
}

Error error_of(const Failure& failure) {
  return {error_code_from(failure.code()), failure.message(), failure.field(),
          static_cast<int64_t>(failure.retry_after_ms())};
}

Failure failure_of(const Error& error) {
  Failure failure;
  failure.set_code(static_cast<uint32_t>(error.code));
  failure.set_field(error.field);
  failure.set_message(error.message);
  failure.set_retry_after_ms(static_cast<uint64_t>(std::max<int64_t>(error.retry_after_ms, 0)));
  return failure;
}

std::string push_event(std::string_view chat, const Event& event) {
  std::string out;
  Object push(out);
  append_event(push.member("event"), chat, event);
  push.end();
  return out;
}

std::string push_hidden(std::string_view chat, const Event& event) {
  std::string out;
  Object push(out);
  append_hidden(push.member("event"), chat, event);
  push.end();
  return out;
}

std::string push_marked(const Marked& marked) {
  return push_of("marked", [&](Object& value) {
    value.text("chat", marked.chat());
    value.text("user", marked.user());
    value.place("read", marked.read());
    value.place("delivered", marked.delivered());
  });
}

std::string push_typing(std::string_view chat, std::string_view user) {
  return push_of("typing", [&](Object& value) {
    value.text("chat", chat);
    value.text("user", user);
  });
}

std::string push_presence(std::string_view user, bool online, int64_t last_seen_ms) {
  return push_of("presence", [&](Object& value) {
    value.text("user", user);
    value.truth("online", online);
    if (last_seen_ms <= 0)
      value.raw("last_seen", "null");
    else
      value.number("last_seen", static_cast<uint64_t>(last_seen_ms));
  });
}

std::string push_rejected(std::string_view chat, std::string_view key_bytes, ErrorCode code) {
  return push_of("rejected", [&](Object& value) {
    value.text("chat", chat);
    add_key(value, key_bytes);
    value.text("code", name_of(code));
  });
}

std::string push_resync(std::string_view chat) {
  return push_of("resync", [&](Object& value) { value.text("chat", chat); });
}

std::string push_reconnect(int64_t after_ms) {
  return push_of("reconnect", [&](Object& value) {
    value.number("after_ms", static_cast<uint64_t>(std::max<int64_t>(after_ms, 0)));
  });
}

}  // namespace chat::protocol::json
