#include "connect/messaging/access.h"

#include "connect/messaging/answer.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {

namespace json = protocol::json;
using protocol::EventId;

Access::Access(persistence::UserChat chat) : chat_(std::move(chat)) {
  if (chat_.head) head_ = place_of(*chat_.head);
  if (chat_.member) view_ = View(*chat_.member);
  newest_ = view_.newest(head_);
}

protocol::Role Access::role() const {
  return member_now() ? chat_.member->role() : protocol::ROLE_NONE;
}

bool Access::knows_settings() const {
  if (!chat_.settings) return false;
  return member_now() || joinable() || view_.sees(EventId(chat_.settings->version()));
}

std::string_view Access::title() const {
  return knows_settings() ? std::string_view(chat_.settings->title()) : std::string_view();
}

std::string_view Access::topic() const {
  return knows_settings() ? std::string_view(chat_.settings->topic()) : std::string_view();
}

uint32_t Access::members() const { return knows_settings() ? chat_.settings->members() : 0; }

protocol::ChatType Access::type() const {
  return chat_.settings ? chat_.settings->type() : protocol::CHAT_TYPE_GROUP;
}

protocol::Visibility Access::visibility() const {
  return knows_settings() ? chat_.settings->visibility() : protocol::VISIBILITY_JOINED;
}

const protocol::Event* Access::newest_message() const {
  if (!chat_.head || newest_.seq() != chat_.head->seq() || !is_message(*chat_.head)) return nullptr;
  return &*chat_.head;
}

void Access::append_fields(std::string& out) const {
  out += "\"chat\":";
  json::append_string(out, chat().value());
  out += ",\"type\":";
  json::append_string(out, json::word_of(type()));
  out += ",\"title\":";
  json::append_string(out, title());
  out += ",\"role\":";
  append_role(out, role());
  out += ",\"head\":";
  json::append_place(out, newest_);
  out += ",\"read\":";
  json::append_place(out, read());
  out += ",\"unread\":";
  json::append_number(out, unread());
}

}  // namespace chat::messaging
