// Core on the wire: what it asks, and what becomes of answers and pushes.
#include <algorithm>

#include "connect/base/json_escape.h"
#include "connect/client/core.h"

namespace chat::client {
namespace {

// A server that says when to come back is believed up to ten minutes.
constexpr int64_t kLeaveMostMs = 600'000;

}  // namespace

void Core::request(Time now, Request request, std::string_view name, std::string_view members) {
  request.sent_ms = now.boot_ms;
  const uint64_t id = ++last_request_;
  std::string text = "{\"id\":" + std::to_string(id) + ",";
  base::append_json_string(text, name);
  text += ":{";
  text += members;
  text += "}}";
  requests_.emplace(id, std::move(request));
  effects_.push_back(WriteText{std::move(text)});
}

void Core::text(Time now, std::string_view text) {
  if (status_ != Status::kGreeting && status_ != Status::kOnline) return;
  heard_ms_ = now.boot_ms;
  protocol::Result<Json> parsed = protocol::json::parse(text);
  if (!parsed || !parsed->is(Json::Type::kObject)) return drop(now, 1003, "an answer is no JSON");
  if (!parsed->find("id")) {
    pushed(now, *parsed);
  } else if (auto found = requests_.find(number_of(*parsed, "id")); found != requests_.end()) {
    const Request request = std::move(found->second);
    requests_.erase(found);
    if (const Json* ok = parsed->find("ok"))
      answered(now, request, *ok);
    else if (const Json* error = parsed->find("error"))
      refused(now, request, error_of(*error));
  }
  pump(now);
}

void Core::answered(Time now, const Request& request, const Json& ok) {
  switch (request.asked) {
    case Asked::kHello: return hello_answered(now, ok);
    case Asked::kSync: return sync_answered(now, ok);
    case Asked::kEvents:
      return fetch_answered(now, request.chat, events_page_of(ok).value_or(EventsPage{}));
    case Asked::kRestart: return restart_answered(request.chat, page_of(ok).value_or(Page{}));
    case Asked::kPage: return page_answered(now, request, page_of(ok).value_or(Page{}));
    case Asked::kLookup:
      return lookup_answered(now, request, events_page_of(ok).value_or(EventsPage{}));
    case Asked::kOperation: return operation_answered(now, request.operation, appended_of(ok));
    case Asked::kMark: return marked(ok);
    case Asked::kWatch: break;
  }
  if (const Json* presence = ok.find("presence"); presence && presence->is(Json::Type::kArray))
    for (const Json& one : presence->array)
      effects_.push_back(PresenceChanged{UserId(string_of(one, "user")), bool_of(one, "online"),
                                         static_cast<int64_t>(number_of(one, "last_seen"))});
}

void Core::refused(Time now, const Request& request, const protocol::Error& error) {
  switch (request.asked) {
    case Asked::kHello: return hello_refused(now, error);
    case Asked::kSync:
      syncing_ = false;
      sync_again_ = true;
      sync_cursor_.clear();
      sync_not_before_ms_ = now.boot_ms + error.retry_after_ms + backoff_.next_ms(0);
      return;
    case Asked::kEvents:
    case Asked::kRestart: return fetch_refused(now, request, error);
    case Asked::kPage: return page_refused(now, request, error);
    case Asked::kLookup:
      // The operation goes out again, and is looked up again if it must be.
      if (Operation* operation = outbox_.find(request.operation)) operation->looked_up = false;
      return outbox_.again(request.operation, now.boot_ms, error.retry_after_ms);
    case Asked::kOperation: return operation_refused(now, request.operation, error);
    case Asked::kMark:
      // A mark is not worth insisting on: the next one carries it.
      if (auto chat = chats_.find(request.chat); chat != chats_.end()) {
        chat->second.marking = false;
        chat->second.mark_wanted = {};
      }
      return;
    case Asked::kWatch: return;
  }
}

void Core::pushed(Time now, const Json& message) {
  if (const Json* event = message.find("event")) {
    if (std::optional<Event> read = event_of(*event)) live(std::move(*read));
  } else if (const Json* typing = message.find("typing")) {
    effects_.push_back(
        Typed{ChatId(string_of(*typing, "chat")), UserId(string_of(*typing, "user"))});
  } else if (const Json* push = message.find("marked")) {
    if (string_of(*push, "user") == me_.value()) marked(*push);
  } else if (const Json* presence = message.find("presence")) {
    effects_.push_back(PresenceChanged{UserId(string_of(*presence, "user")),
                                       bool_of(*presence, "online"),
                                       static_cast<int64_t>(number_of(*presence, "last_seen"))});
  } else if (const Json* resync = message.find("resync")) {
    const ChatId chat(string_of(*resync, "chat"));
    if (chats_.count(chat))
      behind_.insert(chat);
    else
      sync_again_ = options_.chats;
  } else if (const Json* rejected = message.find("rejected")) {
    const std::optional<Key> key = Key::parse(string_of(*rejected, "key"));
    if (Operation* operation = key ? outbox_.find(*key) : nullptr)
      operation_refused(now, operation->id, error_of(*rejected));
  } else if (const Json* reconnect = message.find("reconnect")) {
    pushed_reconnect(now, *reconnect);
  }
}

// The server is going away: the delay it gives, and half as much again at random, spread its
// clients over the servers that stay.
void Core::pushed_reconnect(Time now, const Json& push) {
  const int64_t after = std::min(static_cast<int64_t>(number_of(push, "after_ms")), kLeaveMostMs);
  leave_at_ms_ = now.boot_ms + after + backoff_.jitter_ms(after / 2 + Backoff::kFirstMs);
}

void Core::marked(const Json& push) {
  auto found = chats_.find(ChatId(string_of(push, "chat")));
  if (found == chats_.end()) return;
  Chat& chat = found->second;
  chat.marking = false;
  chat.read = std::max(chat.read, place_of(push, "read"));
  if (push.find("unread")) {
    chat.unread = number_of(push, "unread");
  } else if (chat.read.seq >= chat.log.head()) {
    chat.unread = 0;
  }
  if (chat.mark_wanted <= chat.read.id) chat.mark_wanted = {};
  changed(found->first);
}

}  // namespace chat::client
