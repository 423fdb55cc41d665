#include "connect/app/inspect.h"

#include <optional>
#include <string_view>
#include <vector>

#include "connect/protocol/json_out.h"
#include "connect/store/blocking_store.h"
#include "connect/store/item_names.h"

namespace chat::app {
namespace {

namespace json = protocol::json;
using base::Code;
using base::Result;
using protocol::ChatId;
using store::Table;

constexpr uint32_t kChatsPerStep = 500;
constexpr uint32_t kMembersShown = 1000;
constexpr uint32_t kEventsShown = 20;

// `,"name":`, or without the comma at the beginning of an object.
void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  json::append_string(out, name);
  out += ':';
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  json::append_string(out, text);
}

void append_whole(std::string& out, std::string_view name, uint64_t value) {
  append_name(out, name);
  json::append_number(out, value);
}

void append_comma(std::string& out) {
  if (out.back() != '[') out += ',';
}

protocol::Place place_of(const protocol::Event& event) {
  protocol::Place place;
  place.set_id(event.id());
  place.set_seq(event.seq());
  place.set_nth(event.nth());
  return place;
}

template <typename Record>
Result<Record> parse_record(const std::string& value) {
  Record record;
  if (record.ParseFromString(value)) return record;
  return base::unexpected(Code::kCorrupt, "a stored record does not parse");
}

template <typename Record>
Result<std::optional<Record>> parse_item(const std::optional<store::Item>& item) {
  if (!item) return std::optional<Record>();
  TRY_ASSIGN(Record record, parse_record<Record>(item->value));
  return std::optional<Record>(std::move(record));
}

void append_settings(std::string& out, const protocol::ChatItem& settings) {
  append_text(out, "type", json::word_of(settings.type()));
  append_text(out, "title", settings.title());
  append_text(out, "topic", settings.topic());
  append_text(out, "visibility", json::word_of(settings.visibility()));
  append_name(out, "joinable");
  out += settings.joinable() ? "true" : "false";
  append_text(out, "creator", settings.creator());
  append_whole(out, "members_count", settings.members());
}

Result<base::Unit> append_chats(std::string& out, store::BlockingStore& store,
                                const std::vector<ChatId>& chats) {
  std::vector<store::ItemKey> keys;
  for (const ChatId& chat : chats)
    keys.push_back({Table::kChats, chat.value(), std::string(store::kChatItem)});
  TRY_ASSIGN(const auto heads, store.read_heads(chats));
  TRY_ASSIGN(const auto items, store.read_items(keys));
  for (size_t i = 0; i < chats.size(); ++i) {
    TRY_ASSIGN(const auto settings, parse_item<protocol::ChatItem>(items[i]));
    append_comma(out);
    out += '{';
    append_text(out, "chat", chats[i].value());
    if (settings) append_settings(out, *settings);
    append_name(out, "head");
    json::append_place(out, heads[i] ? place_of(*heads[i]) : protocol::Place());
    out += '}';
  }
  return base::Unit{};
}

Result<base::Unit> append_members(std::string& out, store::BlockingStore& store,
                                  const ChatId& chat) {
  const std::string prefix(store::kMemberPrefix);
  TRY_ASSIGN(const auto items, store.scan_items({Table::kChats, chat.value(), prefix,
                                                 store::after_prefix(prefix), kMembersShown}));
  append_name(out, "members");
  out += '[';
  for (const store::Item& item : items) {
    TRY_ASSIGN(const auto member, parse_record<protocol::MemberItem>(item.value));
    append_comma(out);
    out += '{';
    append_text(out, "user", store::user_of_member_item(item.item));
    append_text(out, "role", json::word_of(member.role()));
    append_whole(out, "since", member.since());
    out += '}';
  }
  out += ']';
  return base::Unit{};
}

void append_intervals(std::string& out, const protocol::MemberItem& member) {
  append_name(out, "intervals");
  out += '[';
  for (const protocol::Interval& interval : member.intervals()) {
    append_comma(out);
    out += R"({"from":)";
    json::append_place(out, interval.from());
    out += R"(,"to":)";
    if (interval.open())
      out += "null";
    else
      json::append_place(out, interval.to());
    out += '}';
  }
  out += ']';
}

}  // namespace

Result<std::string> inspect_chats(store::RocksDbStore& store) {
  store::BlockingStore blocking(store);
  std::string out = R"({"chats":[)";
  std::optional<ChatId> after;
  for (;;) {
    TRY_ASSIGN(const std::vector<ChatId> chats, store.list_chats(after, kChatsPerStep));
    if (chats.empty()) break;
    TRY(append_chats(out, blocking, chats));
    after = chats.back();
  }
  return out + "]}";
}

Result<std::string> inspect_chat(store::Store& store, const ChatId& chat) {
  store::BlockingStore blocking(store);
  store::LogRange newest;
  newest.newest_first = true;
  newest.events_max = kEventsShown;
  TRY_ASSIGN(const auto events, blocking.read_log(chat, newest));
  if (events.empty()) return base::unexpected(Code::kNotFound, "there is no such chat");
  TRY_ASSIGN(const auto items,
             blocking.read_items({{Table::kChats, chat.value(), std::string(store::kChatItem)}}));
  TRY_ASSIGN(const auto settings, parse_item<protocol::ChatItem>(items.front()));
  std::string out = "{";
  append_text(out, "chat", chat.value());
  if (settings) append_settings(out, *settings);
  TRY(append_members(out, blocking, chat));
  append_name(out, "newest");
  out += '[';
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    append_comma(out);
    json::append_event(out, chat.value(), *event);
  }
  return out + "]}";
}

Result<std::string> inspect_member(store::Store& store, const ChatId& chat,
                                   const protocol::UserId& user) {
  store::BlockingStore blocking(store);
  TRY_ASSIGN(const auto items,
             blocking.read_items({{Table::kChats, chat.value(), store::member_item(user.value())},
                                  {Table::kRead, user.value(), chat.value()},
                                  {Table::kDelivered, user.value(), chat.value()}}));
  TRY_ASSIGN(const auto member, parse_item<protocol::MemberItem>(items[0]));
  TRY_ASSIGN(const auto read, parse_item<protocol::Place>(items[1]));
  TRY_ASSIGN(const auto delivered, parse_item<protocol::Place>(items[2]));
  if (!member) return base::unexpected(Code::kNotFound, "this user was never in this chat");
  std::string out = "{";
  append_text(out, "chat", chat.value());
  append_text(out, "user", user.value());
  append_text(out, "role", json::word_of(member->role()));
  append_whole(out, "since", member->since());
  append_intervals(out, *member);
  append_name(out, "read");
  json::append_place(out, read.value_or(protocol::Place()));
  append_name(out, "delivered");
  json::append_place(out, delivered.value_or(protocol::Place()));
  return out + "}";
}

}  // namespace chat::app
