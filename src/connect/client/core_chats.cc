// Core and its chats: catching up, gaps, pages, marks.
#include <algorithm>
#include <array>

#include "connect/base/json_escape.h"
#include "connect/client/core.h"

namespace chat::client {
namespace {

constexpr int64_t kRetryMs = 500;
constexpr int64_t kRetryMostMs = 30'000;
constexpr int64_t kTypingEveryMs = 3'000;
constexpr uint32_t kEventsPage = 200;

std::string chat_member(const ChatId& chat) {
  std::string out = "\"chat\":";
  base::append_json_string(out, chat.value());
  return out;
}

std::string position_member(const Where& where) {
  static constexpr std::array<std::string_view, 5> kNames{"", "before", "after", "around", "at"};
  if (where.position == Where::Position::kNewest) return "";
  return ",\"" + std::string(kNames[static_cast<size_t>(where.position)]) +
         "\":" + std::to_string(where.value);
}

}  // namespace

Chat& Core::chat_of(const ChatId& id) { return chats_.try_emplace(id, me_).first->second; }

void Core::changed(const ChatId& id) {
  Chat& chat = chats_.at(id);
  if (id == looked_at_)
    chat.log.trim(looked_at_seq_ ? looked_at_seq_ : chat.log.head().value());
  else
    chat.log.trim(chat.log.head().value(), kQuietMessagesMax, kQuietBytesMax);
  if (!chat.log.unsure().empty()) unsure_.insert(id);
  effects_.push_back(ChatChanged{id});
}

void Core::look_at(const ChatId& chat, uint64_t seq) {
  looked_at_ = chat;
  looked_at_seq_ = seq;
}

std::string Core::sync_members() const {
  std::string out = "\"chats\":{";
  size_t named = 0;
  for (const auto& [id, chat] : chats_) {
    if (!chat.log.started() || chat.left) continue;
    if (++named > kNamedMax) break;
    if (named > 1) out += ',';
    base::append_json_string(out, id.value());
    out += ":{\"after\":" + std::to_string(chat.log.synced().id.value()) + "}";
  }
  out += "},\"limit\":" + std::to_string(options_.page);
  if (sync_cursor_.empty()) return out;
  out += ",\"cursor\":";
  base::append_json_string(out, sync_cursor_);
  return out;
}

void Core::sync(Time now) {
  sync_again_ = false;
  syncing_ = true;
  request(now, {.asked = Asked::kSync}, "sync", sync_members());
}

void Core::sync_answered(Time now, const Json& ok) {
  const SyncAnswer answer = sync_of(ok);
  for (const SyncedChat& synced : answer.chats) take_synced(synced);
  sync_cursor_ = answer.next;
  if (!sync_cursor_.empty() && chats_.size() < kChatsMax) return sync(now);
  sync_cursor_.clear();
  syncing_ = false;
  synced_ = true;
  set_status(Status::kOnline, "caught up");
}

void Core::take_synced(const SyncedChat& synced) {
  if (synced.chat == ChatId()) return;
  if (synced.error) {
    if (auto found = chats_.find(synced.chat); found != chats_.end()) found->second.left = true;
    return;
  }
  if (!chats_.count(synced.chat) && chats_.size() >= kChatsMax) return;
  Chat& chat = chat_of(synced.chat);
  if (!synced.type.empty()) chat.type = synced.type;
  chat.title = synced.title;
  chat.role = synced.role;
  chat.left = synced.left;
  if (synced.page) chat.log.page(*synced.page);
  if (synced.events) chat.log.fetched(*synced.events);
  chat.unread_as_of = std::max(chat.unread_as_of, synced.head.seq);
  take_applied(synced.chat, chat);
  chat.read = std::max(chat.read, synced.read);
  chat.unread = synced.unread;
  if (chat.log.behind() || (synced.events && !synced.events->complete)) behind_.insert(synced.chat);
  changed(synced.chat);
}

void Core::live(Event event) {
  found_own(event);
  if (!options_.chats) return;
  auto found = chats_.find(event.chat);
  if (found == chats_.end()) {
    // A chat this client has not heard of: its settings and newest page come by a sync.
    sync_again_ = sync_again_ || chats_.size() < kChatsMax;
    return;
  }
  Chat& chat = found->second;
  if (chat.log.live(event) == ChatLog::Took::kGap) behind_.insert(event.chat);
  take_applied(event.chat, chat);
}

void Core::take_applied(const ChatId& id, Chat& chat) {
  const std::vector<Event> applied = chat.log.take_applied();
  for (const Event& event : applied) {
    found_own(event);
    take_settings(chat, event);
    count_unread(chat, event);
  }
  if (chat.start_again) behind_.insert(id);
  if (!applied.empty()) changed(id);
}

void Core::take_settings(Chat& chat, const Event& event) {
  if (event.kind == Kind::kChat && event.title) chat.title = *event.title;
  if (event.kind != Kind::kMember) return;
  if (std::find(event.users.begin(), event.users.end(), me_) == event.users.end()) return;
  chat.left = event.change == "left" || event.change == "removed";
  // Back after an absence: messages that are held may have been deleted in the meantime.
  if (event.change == "joined" && event.seq.value() > chat.log.entries().begin()->first)
    chat.start_again = true;
  chat.role = chat.left ? "" : event.role;
}

void Core::count_unread(Chat& chat, const Event& event) {
  if (event.seq <= chat.unread_as_of) return;
  chat.unread_as_of = event.seq;
  if (event.kind != Kind::kMessage) return;
  if (event.from == me_) {
    // Sending moves the mark to the own message, on the server too.
    chat.read = {event.id, event.seq};
    chat.unread = 0;
  } else {
    ++chat.unread;
  }
}

void Core::fetch_behind(Time now) {
  for (const ChatId& id : behind_) {
    if (fetches_ >= kFetchesMax) return;
    Chat& chat = chats_.at(id);
    if (!chat.fetching && chat.fetch_not_before_ms <= now.boot_ms) fetch(now, id, chat);
  }
}

void Core::fetch(Time now, const ChatId& id, Chat& chat) {
  chat.fetching = true;
  ++fetches_;
  const ChatLog& log = chat.log;
  if (chat.start_again || !log.started() ||
      log.head().value() > log.synced().seq.value() + kFarBehind)
    return request(now, {.asked = Asked::kRestart, .chat = id}, "history",
                   chat_member(id) + ",\"limit\":" + std::to_string(options_.page));
  request(now, {.asked = Asked::kEvents, .chat = id}, "events",
          chat_member(id) + ",\"after\":" + std::to_string(log.synced().id.value()) +
              ",\"limit\":" + std::to_string(kEventsPage));
}

void Core::fetch_answered(Time now, const ChatId& id, const EventsPage& page) {
  --fetches_;
  Chat& chat = chats_.at(id);
  const Place before = chat.log.synced();
  chat.fetching = false;
  if (chat.log.fetched(page)) {
    chat.fetch_attempts = 0;
    if (!chat.start_again) behind_.erase(id);
  } else if (chat.log.synced() == before) {
    chat.fetch_not_before_ms = now.boot_ms + kRetryMs;
  }
  take_applied(id, chat);
  changed(id);
}

void Core::restart_answered(const ChatId& id, const Page& page) {
  --fetches_;
  Chat& chat = chats_.at(id);
  chat.fetching = false;
  if (page.head.seq < chat.log.synced().seq) return;
  chat.start_again = false;
  chat.log.restart(page);
  // A page does not say whether the user is back in the chat; a sync does.
  sync_again_ = sync_again_ || chat.left;
  for (const Message& message : page.messages) found_own(message.event);
  if (!chat.log.behind()) behind_.erase(id);
  take_applied(id, chat);
  changed(id);
}

void Core::fetch_refused(Time now, const Request& request, const protocol::Error& error) {
  --fetches_;
  Chat& chat = chats_.at(request.chat);
  chat.fetching = false;
  if (error.code == protocol::ErrorCode::kNotFound ||
      error.code == protocol::ErrorCode::kForbidden) {
    chat.left = true;
    behind_.erase(request.chat);
    return changed(request.chat);
  }
  const int64_t ceiling = std::min(kRetryMostMs, kRetryMs << std::min(chat.fetch_attempts++, 10));
  chat.fetch_not_before_ms = now.boot_ms + error.retry_after_ms + backoff_.jitter_ms(ceiling);
}

bool Core::load(Time now, const ChatId& id, const Where& where) {
  auto found = chats_.find(id);
  if (status_ != Status::kOnline || found == chats_.end() || found->second.loading) return false;
  // A log starts from its newest page.
  send_load(now, id, found->second.log.started() ? where : Where{});
  return true;
}

void Core::send_load(Time now, const ChatId& id, const Where& where) {
  chats_.at(id).loading = true;
  loads_[id] = where;
  const uint32_t limit = where.recount ? 1 : options_.page;
  request(now, {.asked = Asked::kPage, .chat = id, .where = where}, "history",
          chat_member(id) + ",\"limit\":" + std::to_string(limit) + position_member(where));
}

void Core::end_load(const Request& request, std::optional<Seq> first,
                    std::optional<protocol::Error> error) {
  Chat& chat = chats_.at(request.chat);
  chat.loading = false;
  loads_.erase(request.chat);
  if (!request.where.recount) {
    effects_.push_back(PageLoaded{request.chat, first, std::move(error)});
  } else if (error) {
    chat.log.still_unsure(EventId(request.where.value));
    unsure_.insert(request.chat);
  }
}

void Core::page_answered(Time, const Request& request, const Page& page) {
  Chat& chat = chats_.at(request.chat);
  if (!chat.log.page(page, request.where.before_seq))
    return end_load(request, {},
                    protocol::Error{protocol::ErrorCode::kUnavailable, "the page came too late"});
  std::optional<Seq> first;
  if (!page.messages.empty()) first = page.messages.front().event.seq;
  for (const Message& message : page.messages) found_own(message.event);
  take_applied(request.chat, chat);
  if (chat.log.behind()) behind_.insert(request.chat);
  changed(request.chat);
  end_load(request, first, {});
}

void Core::page_refused(Time now, const Request& request, const protocol::Error& error) {
  chats_.at(request.chat).fetch_not_before_ms = now.boot_ms + error.retry_after_ms + kRetryMs;
  end_load(request, {}, error);
}

// Reads the messages again whose reactions could not be counted from the events alone.
void Core::ask_unsure(Time now) {
  for (auto it = unsure_.begin(); it != unsure_.end();) {
    Chat& chat = chats_.at(*it);
    if (chat.log.unsure().empty()) {
      it = unsure_.erase(it);
      continue;
    }
    // After catching up: what is being fetched may change them again.
    if (!chat.loading && !behind_.count(*it) && chat.fetch_not_before_ms <= now.boot_ms) {
      const EventId id = *chat.log.unsure().begin();
      chat.log.asked_again(id);
      send_load(now, *it,
                {.position = Where::Position::kAround, .value = id.value(), .recount = true});
    }
    ++it;
  }
}

void Core::mark(Time now, const ChatId& id, EventId read) {
  auto found = chats_.find(id);
  if (found == chats_.end() || read <= std::max(found->second.read.id, found->second.mark_wanted))
    return;
  found->second.mark_wanted = read;
  marks_.insert(id);
  pump(now);
}

void Core::send_marks(Time now) {
  for (auto it = marks_.begin(); it != marks_.end();) {
    Chat& chat = chats_.at(*it);
    if (chat.mark_wanted == EventId()) {
      it = marks_.erase(it);
      continue;
    }
    if (!chat.marking) {
      chat.marking = true;
      const std::string id = std::to_string(chat.mark_wanted.value());
      request(now, {.asked = Asked::kMark, .chat = *it}, "mark",
              chat_member(*it) + ",\"read\":" + id + ",\"delivered\":" + id);
    }
    ++it;
  }
}

void Core::typing(Time now, const ChatId& chat) {
  if (status_ != Status::kOnline || now.boot_ms < typing_not_before_ms_) return;
  typing_not_before_ms_ = now.boot_ms + kTypingEveryMs;
  effects_.push_back(WriteText{"{\"typing\":{" + chat_member(chat) + "}}"});
}

void Core::watch(Time now, const std::vector<UserId>& users) {
  if (status_ != Status::kOnline) return;
  std::string members = "\"users\":[";
  for (size_t i = 0; i < users.size() && i < protocol::kWatchUsersMax; ++i) {
    if (i > 0) members += ',';
    base::append_json_string(members, users[i].value());
  }
  request(now, {.asked = Asked::kWatch}, "watch", members + "]");
}

}  // namespace chat::client
