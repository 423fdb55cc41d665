#include "connect/client/toy_server_test.h"

#include <algorithm>

#include "connect/base/json_escape.h"

namespace chat::client::toy {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

std::string place_json(const Place& place) {
  return "{\"id\":" + std::to_string(place.id.value()) +
         ",\"seq\":" + std::to_string(place.seq.value()) + "}";
}

std::string missing_json(const std::vector<SeqRange>& missing) {
  std::string out = "[";
  for (const SeqRange& hole : missing) {
    if (out.size() > 1) out += ',';
    out += "{\"from\":" + std::to_string(hole.from) + ",\"to\":" + std::to_string(hole.to) +
           ",\"why\":\"not_member\"}";
  }
  return out + "]";
}

bool is_entry(const Event& event) {
  return event.kind == Kind::kMessage || event.kind == Kind::kMember || event.kind == Kind::kChat;
}

std::string word_of(Kind kind) {
  switch (kind) {
    case Kind::kEdit: return "edit";
    case Kind::kDelete: return "delete";
    case Kind::kReact: return "react";
    case Kind::kMember: return "member";
    case Kind::kChat: return "chat";
    default: return "message";
  }
}

std::string head_fields(const Event& event, const std::string& kind) {
  return "\"chat\":" + quoted(event.chat.value()) + ",\"id\":" + std::to_string(event.id.value()) +
         ",\"seq\":" + std::to_string(event.seq.value()) + ",\"kind\":\"" + kind + "\"";
}

std::string body_json(const Body& body) { return "{\"text\":" + quoted(body.text) + "}"; }

std::string kind_fields(const Event& event) {
  std::string out = ",\"from\":" + quoted(event.from.value());
  if (event.key) out += ",\"key\":\"" + event.key->text() + "\"";
  if (event.gone) out += ",\"gone\":true";
  if (!event.gone && (event.kind == Kind::kMessage || event.kind == Kind::kEdit))
    out += ",\"body\":" + body_json(event.body);
  if (event.target != EventId()) out += ",\"target\":" + std::to_string(event.target.value());
  if (event.kind == Kind::kReact)
    out += ",\"emoji\":" + quoted(event.emoji) + ",\"on\":" + (event.on ? "true" : "false");
  if (event.kind == Kind::kMember)
    out += ",\"users\":[\"me\"],\"role\":\"member\",\"change\":" + quoted(event.change);
  if (event.kind == Kind::kChat) out += ",\"changes\":{\"title\":" + quoted(*event.title) + "}";
  return out;
}

std::string message_json(const Message& message) {
  Event event = message.event;
  event.gone = message.deleted;
  std::string out = "{" + head_fields(event, word_of(event.kind));
  event.gone = false;
  out += message.deleted ? ",\"from\":" + quoted(event.from.value()) : kind_fields(event);
  if (message.edited != EventId())
    out += ",\"edited\":{\"id\":" + std::to_string(message.edited.value()) + "}";
  if (message.deleted) out += ",\"deleted\":{\"by\":" + quoted(message.deleted_by.value()) + "}";
  if (!message.reactions.empty()) out += ",\"reactions\":[";
  for (const Reaction& reaction : message.reactions)
    out += std::string(&reaction == message.reactions.data() ? "" : ",") +
           "{\"emoji\":" + quoted(reaction.emoji) + ",\"count\":" + std::to_string(reaction.count) +
           ",\"me\":" + (reaction.me ? "true" : "false") + "}";
  if (!message.reactions.empty()) out += "]";
  return out + "}";
}

void count_reactions(Message& message, const std::map<std::string, std::set<UserId>>& reacting) {
  message.reactions.clear();
  for (const auto& [emoji, users] : reacting)
    if (!users.empty())
      message.reactions.push_back(
          {emoji, static_cast<uint32_t>(users.size()), users.count(UserId(ToyServer::kMe)) > 0});
}

void fold(Message& message, std::map<std::string, std::set<UserId>>& reacting, const Event& event) {
  if (message.deleted) return;
  if (event.kind == Kind::kDelete) {
    message.deleted = true;
    message.deleted_by = event.from;
    message.event.body = {};
    reacting.clear();
  } else if (event.kind == Kind::kReact) {
    if (event.on)
      reacting[event.emoji].insert(event.from);
    else
      reacting[event.emoji].erase(event.from);
  } else {
    message.edited = event.id;
    message.event.body = event.body;
  }
  count_reactions(message, reacting);
}

}  // namespace

bool ToyChat::sees(uint64_t seq) const {
  for (const SeqRange& range : visible)
    if (range.from <= seq && seq <= range.to) return true;
  return false;
}

Place ToyChat::head() const {
  for (auto event = log.rbegin(); event != log.rend(); ++event)
    if (sees(event->seq.value())) return {event->id, event->seq};
  return {};
}

std::vector<SeqRange> ToyChat::missing(uint64_t from, uint64_t to) const {
  std::vector<SeqRange> holes;
  for (uint64_t seq = from; seq <= to; ++seq) {
    if (sees(seq)) continue;
    if (!holes.empty() && holes.back().to + 1 == seq)
      holes.back().to = seq;
    else
      holes.push_back({seq, seq});
  }
  return holes;
}

std::map<uint64_t, Message> ToyChat::folded() const {
  std::map<uint64_t, Message> messages;
  std::map<EventId, uint64_t> seqs;
  std::map<EventId, std::map<std::string, std::set<UserId>>> reacting;
  for (const Event& event : log) {
    if (!sees(event.seq.value())) continue;
    if (is_entry(event)) {
      messages[event.seq.value()] = Message{.event = event};
      seqs[event.id] = event.seq.value();
    } else if (auto target = seqs.find(event.target); target != seqs.end()) {
      fold(messages[target->second], reacting[event.target], event);
    }
  }
  // A tombstone shows even when the delete itself is not for this reader, without saying by whom.
  for (auto& [seq, message] : messages)
    if (message.event.gone && !message.deleted) {
      message.event.body = {};
      message.reactions.clear();
      message.deleted = true;
    }
  return messages;
}

std::string event_json(const Event& event, const ToyChat& chat) {
  if (event.target != EventId()) {
    auto target = std::find_if(chat.log.begin(), chat.log.end(),
                               [&](const Event& other) { return other.id == event.target; });
    if (target == chat.log.end() || !chat.sees(target->seq.value()))
      return "{" + head_fields(event, "hidden") + "}";
  }
  return "{" + head_fields(event, word_of(event.kind)) + kind_fields(event) + "}";
}

std::string events_json(const ToyChat& chat, uint64_t after, size_t limit) {
  std::string list;
  size_t count = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  bool complete = true;
  for (const Event& event : chat.log) {
    if (event.id.value() <= after) continue;
    if (first == 0) first = event.seq.value();
    if (!chat.sees(event.seq.value())) continue;
    if (++count > limit) {
      complete = false;
      break;
    }
    list += (list.empty() ? "" : ",") + event_json(event, chat);
    last = event.seq.value();
  }
  return "\"events\":[" + list + "],\"head\":" + place_json(chat.head()) + ",\"missing\":" +
         missing_json(first ? chat.missing(first, last) : std::vector<SeqRange>{}) +
         ",\"complete\":" + (complete ? "true" : "false");
}

std::string page_json(const ToyChat& chat, const Json& fields) {
  const std::map<uint64_t, Message> all = chat.folded();
  const size_t limit = std::max<size_t>(number_of(fields, "limit"), 1);
  std::vector<const Message*> before;
  std::vector<const Message*> after;
  const uint64_t pivot = fields.find("before")   ? number_of(fields, "before")
                         : fields.find("after")  ? number_of(fields, "after") + 1
                         : fields.find("around") ? number_of(fields, "around")
                         : fields.find("at")     ? number_of(fields, "at") << 11
                                                 : UINT64_MAX;
  for (const auto& [seq, message] : all)
    (message.event.id.value() < pivot ? before : after).push_back(&message);
  size_t take_before = fields.find("around") ? limit / 2 : limit;
  if (fields.find("after") || fields.find("at")) take_before = 0;
  take_before = std::min(take_before, before.size());
  const size_t take_after = fields.find("before") ? 0 : std::min(limit - take_before, after.size());
  std::vector<const Message*> page(before.end() - static_cast<long>(take_before), before.end());
  page.insert(page.end(), after.begin(), after.begin() + static_cast<long>(take_after));
  const bool older = take_before < before.size();
  const bool newer = take_after < after.size();
  std::string out = "\"messages\":[";
  for (const Message* message : page)
    out += (out.back() == '[' ? "" : ",") + message_json(*message);
  out += "],\"head\":" + place_json(chat.head());
  if (page.empty()) return out + ",\"range\":null,\"missing\":[],\"prev\":null,\"next\":null";
  uint64_t from = page.front()->event.seq.value();
  if (!older) from = chat.visible.front().from;
  uint64_t to = newer ? after[take_after]->event.seq.value() - 1 : chat.head().seq.value();
  if (fields.find("before") && !after.empty()) to = after.front()->event.seq.value() - 1;
  out += ",\"range\":{\"from\":" + std::to_string(from) + ",\"to\":" + std::to_string(to) + "}";
  out += ",\"missing\":" + missing_json(chat.missing(from, to)) + ",\"prev\":";
  out += older ? std::to_string(page.front()->event.id.value()) : "null";
  return out + ",\"next\":" + (newer ? std::to_string(page.back()->event.id.value()) : "null");
}

const Event& ToyServer::append(const std::string& name, Event event) {
  ToyChat& chat = chats[name];
  const uint64_t last = chat.log.empty() ? 0 : chat.log.back().id.value();
  event.chat = ChatId(name);
  event.id = EventId(std::max(EventId::first_of_ms(now_ms_).value(), last + 1));
  event.seq = Seq(chat.log.size() + 1);
  if (event.kind == Kind::kDelete)
    for (Event& other : chat.log)
      if (other.id == event.target || other.target == event.target)
        other.gone = other.kind != Kind::kReact;
  chat.log.push_back(event);
  if (greeted_ && chat.sees(event.seq.value()))
    pushes.push_back("{\"event\":" + event_json(chat.log.back(), chat) + "}");
  return chat.log.back();
}

void ToyServer::invite(const std::string& name) {
  ToyChat& chat = chats[name];
  if (chat.member()) return;
  chat.visible.push_back({chat.log.size() + 1, UINT64_MAX});
  append(name, {.kind = Kind::kMember,
                .from = UserId("boss"),
                .users = {UserId(kMe)},
                .change = "joined",
                .role = "member"});
}

void ToyServer::remove(const std::string& name) {
  ToyChat& chat = chats[name];
  if (!chat.member()) return;
  append(name, {.kind = Kind::kMember,
                .from = UserId("boss"),
                .users = {UserId(kMe)},
                .change = "removed",
                .role = "member"});
  chat.visible.back().to = chat.log.size();
}

void ToyServer::open_session() {
  greeted_ = false;
  shed_.clear();
  replies.clear();
  pushes.clear();
}

void ToyServer::ok(uint64_t id, const std::string& value) {
  replies.push_back("{\"id\":" + std::to_string(id) + ",\"ok\":" + value + "}");
}

void ToyServer::refuse(uint64_t id, const std::string& code, int64_t retry_after_ms) {
  replies.push_back("{\"id\":" + std::to_string(id) + ",\"error\":{\"code\":\"" + code +
                    "\",\"retry_after_ms\":" + std::to_string(retry_after_ms) + "}}");
}

void ToyServer::request(std::string_view text) {
  const Json request = std::move(protocol::json::parse(text).value());
  const uint64_t id = number_of(request, "id");
  for (const auto& [name, fields] : request.object) {
    if (name == "id" || name == "typing") continue;
    if (name == "hello") return hello(id, fields);
    if (!greeted_) return refuse(id, "token_missing");
    if (name == "sync") return sync(id, fields);
    if (name == "events") return events(id, fields);
    if (name == "history") return history(id, fields);
    if (name == "mark") return mark(id, fields);
    return operate(id, name, fields);
  }
}

void ToyServer::hello(uint64_t id, const Json& fields) {
  if (string_of(fields, "token") != token) return refuse(id, "token_expired");
  greeted_ = true;
  ok(id, "{\"user\":\"me\",\"time\":" + std::to_string(now_ms_) +
             ",\"ping_ms\":25000,\"limits\":{\"sends_per_second\":0}}");
}

void ToyServer::sync(uint64_t id, const Json& fields) {
  if (chance(faults.refuse_percent)) return refuse(id, "overloaded", 50);
  std::string list;
  const Json* named = fields.find("chats");
  for (const auto& [name, chat] : chats) {
    if (chat.visible.empty()) continue;
    const Json* known = named ? named->find(name) : nullptr;
    if (!known && !chat.member()) continue;
    list += (list.empty() ? "{" : ",{") + std::string("\"chat\":\"") + name + "\",\"unread\":0,";
    list += known ? events_json(chat, number_of(*known, "after"), number_of(fields, "limit"))
                  : page_json(chat, fields);
    list += std::string(",\"left\":") + (chat.member() ? "false" : "true") + "}";
  }
  ok(id, "{\"chats\":[" + list + "],\"next\":null}");
}

void ToyServer::events(uint64_t id, const Json& fields) {
  if (chance(faults.refuse_percent)) return refuse(id, "unavailable", 10);
  // A short limit, so that catching up takes several answers.
  ok(id, "{" +
             events_json(chats[string_of(fields, "chat")], number_of(fields, "after"),
                         std::min<uint64_t>(number_of(fields, "limit"), 7)) +
             "}");
}

void ToyServer::history(uint64_t id, const Json& fields) {
  if (chance(faults.refuse_percent)) return refuse(id, "overloaded", 10);
  ok(id, "{" + page_json(chats[string_of(fields, "chat")], fields) + "}");
}

void ToyServer::mark(uint64_t id, const Json& fields) {
  ToyChat& chat = chats[string_of(fields, "chat")];
  chat.read = std::max(chat.read, number_of(fields, "read"));
  ok(id, "{\"chat\":" + quoted(string_of(fields, "chat")) +
             ",\"read\":{\"id\":" + std::to_string(chat.read) + ",\"seq\":1},\"unread\":0}");
}

void ToyServer::operate(uint64_t id, const std::string& name, const Json& fields) {
  const std::string chat_name = string_of(fields, "chat");
  const std::string key = string_of(fields, "key");
  ToyChat& chat = chats[chat_name];
  if (auto shed = shed_.find(chat_name); shed != shed_.end()) {
    if (shed->second != key) return refuse(id, "retry_in_order");
    shed_.erase(shed);
  }
  if (chance(faults.refuse_percent)) {
    shed_[chat_name] = key;
    return refuse(id, chance(50) ? "overloaded" : "rate_limited", 20);
  }
  if (chance(faults.sync_required_percent)) {
    shed_.erase(chat_name);
    return refuse(id, "sync_required");
  }
  for (const Event& event : chat.log)
    if (event.key && event.key->text() == key)
      return ok(id, "{\"chat\":" + quoted(chat_name) +
                        ",\"id\":" + std::to_string(event.id.value()) +
                        ",\"seq\":" + std::to_string(event.seq.value()) + ",\"duplicate\":true}");
  if (!chat.member()) return refuse(id, "not_found");
  if (Key::parse(key)->ms() > now_ms_ + 5000) return refuse(id, "key_in_future");
  Event event{.kind = Kind::kMessage, .from = UserId(kMe), .key = Key::parse(key)};
  if (name == "edit") event.kind = Kind::kEdit;
  if (name == "delete") event.kind = Kind::kDelete;
  if (name == "react") event.kind = Kind::kReact;
  if (const Json* body = fields.find("body")) event.body.text = string_of(*body, "text");
  event.target = EventId(number_of(fields, "target"));
  event.emoji = string_of(fields, "emoji");
  event.on = bool_of(fields, "on");
  const bool unknown = chance(faults.unknown_percent);
  order.push_back(key);
  const size_t at = replies.size();
  const Event stored = append(chat_name, event);
  if (unknown) {
    shed_[chat_name] = key;
    return refuse(id, "unavailable", 20);
  }
  CHECK(at == replies.size());
  ok(id, "{\"chat\":" + quoted(chat_name) + ",\"id\":" + std::to_string(stored.id.value()) +
             ",\"seq\":" + std::to_string(stored.seq.value()) + ",\"duplicate\":false}");
}

}  // namespace chat::client::toy
