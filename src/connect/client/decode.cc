#include "connect/client/decode.h"

#include <algorithm>
#include <array>
#include <utility>

namespace chat::client {
namespace {

constexpr std::array<std::pair<std::string_view, Kind>, 7> kKinds{{
    {"message", Kind::kMessage},
    {"edit", Kind::kEdit},
    {"delete", Kind::kDelete},
    {"react", Kind::kReact},
    {"hidden", Kind::kHidden},
    {"member", Kind::kMember},
    {"chat", Kind::kChat},
}};

Kind kind_of(std::string_view word) {
  for (const auto& [name, kind] : kKinds)
    if (name == word) return kind;
  return Kind::kUnknown;
}

const std::vector<Json>& array_of(const Json& object, std::string_view name) {
  static const std::vector<Json> kNone;
  const Json* member = object.find(name);
  return member && member->is(Json::Type::kArray) ? member->array : kNone;
}

std::optional<std::string> text_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (!member || !member->is(Json::Type::kString)) return std::nullopt;
  return member->string;
}

Body body_of(const Json& value) {
  Body body;
  body.text = string_of(value, "text");
  body.reply_to = EventId(number_of(value, "reply_to"));
  for (const Json& item : array_of(value, "attachments"))
    body.attachments.push_back({.url = string_of(item, "url"),
                                .type = string_of(item, "type"),
                                .name = string_of(item, "name"),
                                .size = number_of(item, "size")});
  if (const Json* meta = value.find("meta"); meta && meta->is(Json::Type::kObject))
    body.meta = meta->raw;
  return body;
}

std::vector<UserId> users_of(const Json& object, std::string_view name) {
  std::vector<UserId> users;
  for (const Json& user : array_of(object, name)) users.emplace_back(user.string);
  return users;
}

void read_chat_change(const Json& changes, Event& event) {
  event.created = bool_of(changes, "created");
  event.title = text_of(changes, "title");
  event.topic = text_of(changes, "topic");
  event.users = users_of(changes, "members");
}

std::vector<SeqRange> missing_of(const Json& value) {
  std::vector<SeqRange> missing;
  for (const Json& hole : array_of(value, "missing")) {
    const SeqRange range{number_of(hole, "from"), number_of(hole, "to")};
    if (range.from > 0 && range.from <= range.to) missing.push_back(range);
  }
  return missing;
}

std::optional<EventId> cursor_of(const Json& value, std::string_view name) {
  const Json* member = value.find(name);
  if (!member || !member->is(Json::Type::kInteger)) return std::nullopt;
  return EventId(number_of(value, name));
}

std::optional<SeqRange> range_of(const Json& value, const Page& page) {
  if (const Json* range = value.find("range"); range && range->is(Json::Type::kObject)) {
    const SeqRange found{number_of(*range, "from"), number_of(*range, "to")};
    if (found.from > 0 && found.from <= found.to) return found;
  }
  if (page.messages.empty()) return std::nullopt;
  // The page of a sync need not say it: it is the newest, so that it ends at the head.
  const uint64_t last = page.messages.back().event.seq.value();
  return SeqRange{page.messages.front().event.seq.value(),
                  value.find("range") ? last : std::max(last, page.head.seq.value())};
}

SyncedChat synced_chat_of(const Json& value) {
  SyncedChat chat;
  chat.chat = ChatId(string_of(value, "chat"));
  chat.type = string_of(value, "type");
  chat.title = string_of(value, "title");
  chat.role = string_of(value, "role");
  chat.head = place_of(value, "head");
  chat.read = place_of(value, "read");
  chat.unread = number_of(value, "unread");
  chat.left = bool_of(value, "left");
  if (const Json* error = value.find("error")) chat.error = error_of(*error);
  if (value.find("events")) chat.events = events_page_of(value);
  if (value.find("messages")) chat.page = page_of(value);
  // Where the answer does not say `prev`, there may be more.
  if (chat.page && !value.find("prev") && !chat.page->messages.empty() &&
      chat.page->messages.front().event.seq > Seq(1))
    chat.page->prev = chat.page->messages.front().event.id;
  return chat;
}

}  // namespace

std::string string_of(const Json& object, std::string_view name) {
  return text_of(object, name).value_or("");
}

uint64_t number_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (!member || !member->is(Json::Type::kInteger) || member->integer < 0) return 0;
  return static_cast<uint64_t>(member->integer);
}

bool bool_of(const Json& object, std::string_view name, bool fallback) {
  const Json* member = object.find(name);
  return member && member->is(Json::Type::kBool) ? member->boolean : fallback;
}

Place place_of(const Json& object, std::string_view name) {
  const Json* place = object.find(name);
  if (!place) return {};
  return {EventId(number_of(*place, "id")), Seq(number_of(*place, "seq"))};
}

std::optional<Event> event_of(const Json& value) {
  Event event;
  event.chat = ChatId(string_of(value, "chat"));
  event.id = EventId(number_of(value, "id"));
  event.seq = Seq(number_of(value, "seq"));
  if (event.id == EventId() || event.seq == Seq()) return std::nullopt;
  event.kind = kind_of(string_of(value, "kind"));
  event.from = UserId(string_of(value, "from"));
  event.key = Key::parse(string_of(value, "key"));
  event.gone = bool_of(value, "gone");
  event.target = EventId(number_of(value, "target"));
  event.emoji = string_of(value, "emoji");
  event.on = bool_of(value, "on");
  event.users = users_of(value, "users");
  event.change = string_of(value, "change");
  event.role = string_of(value, "role");
  if (const Json* body = value.find("body")) event.body = body_of(*body);
  if (event.kind == Kind::kChat) {
    const Json* changes = value.find("changes");
    read_chat_change(changes ? *changes : value, event);
    event.created = event.created || bool_of(value, "created");
    if (event.users.empty()) event.users = users_of(value, "members");
  }
  return event;
}

std::optional<Message> message_of(const Json& value) {
  std::optional<Event> event = event_of(value);
  if (!event) return std::nullopt;
  Message message{.event = std::move(*event)};
  if (const Json* edited = value.find("edited")) message.edited = EventId(number_of(*edited, "id"));
  if (const Json* deleted = value.find("deleted"); deleted && deleted->is(Json::Type::kObject)) {
    message.deleted = true;
    message.deleted_by = UserId(string_of(*deleted, "by"));
    message.event.body = {};
  }
  if (message.deleted) return message;
  for (const Json& reaction : array_of(value, "reactions"))
    message.reactions.push_back({.emoji = string_of(reaction, "emoji"),
                                 .count = static_cast<uint32_t>(number_of(reaction, "count")),
                                 .me = bool_of(reaction, "me")});
  return message;
}

std::optional<Page> page_of(const Json& value) {
  if (!value.is(Json::Type::kObject)) return std::nullopt;
  Page page;
  for (const Json& item : array_of(value, "messages"))
    if (std::optional<Message> message = message_of(item))
      page.messages.push_back(std::move(*message));
  page.head = place_of(value, "head");
  page.range = range_of(value, page);
  page.missing = missing_of(value);
  page.prev = cursor_of(value, "prev");
  page.next = cursor_of(value, "next");
  return page;
}

std::optional<EventsPage> events_page_of(const Json& value) {
  if (!value.is(Json::Type::kObject)) return std::nullopt;
  EventsPage page;
  for (const Json& item : array_of(value, "events"))
    if (std::optional<Event> event = event_of(item)) page.events.push_back(std::move(*event));
  page.missing = missing_of(value);
  page.head = place_of(value, "head");
  page.complete = bool_of(value, "complete", true);
  return page;
}

SyncAnswer sync_of(const Json& value) {
  SyncAnswer answer;
  for (const Json& item : array_of(value, "chats")) answer.chats.push_back(synced_chat_of(item));
  answer.next = string_of(value, "next");
  return answer;
}

HelloAnswer hello_of(const Json& value) {
  HelloAnswer answer;
  answer.user = UserId(string_of(value, "user"));
  answer.time_ms = static_cast<int64_t>(number_of(value, "time"));
  answer.ping_ms = static_cast<int64_t>(number_of(value, "ping_ms"));
  if (const Json* limits = value.find("limits"))
    answer.sends_per_second = static_cast<uint32_t>(number_of(*limits, "sends_per_second"));
  return answer;
}

Appended appended_of(const Json& value) {
  return {ChatId(string_of(value, "chat")), EventId(number_of(value, "id")),
          Seq(number_of(value, "seq")), bool_of(value, "duplicate")};
}

protocol::Error error_of(const Json& value) {
  protocol::Error error;
  const std::string name = string_of(value, "code");
  for (uint32_t number = 0; number < protocol::kErrorCodes; ++number)
    if (protocol::name_of(protocol::ErrorCode(number)) == name)
      error.code = protocol::ErrorCode(number);
  error.message = string_of(value, "message");
  error.field = string_of(value, "field");
  error.retry_after_ms = static_cast<int64_t>(number_of(value, "retry_after_ms"));
  return error;
}

}  // namespace chat::client
