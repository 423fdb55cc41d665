// What a client knows of the server's answers: events, messages (events folded), pages, chats.
// Value types, no thread rule. decode.h reads them from JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"

namespace chat::client {

using protocol::ChatId;
using protocol::EventId;
using protocol::Key;
using protocol::Seq;
using protocol::UserId;

enum class Kind { kMessage, kEdit, kDelete, kReact, kHidden, kMember, kChat, kUnknown };

struct Attachment {
  std::string url;
  std::string type;
  std::string name;
  uint64_t size = 0;
  bool operator==(const Attachment&) const = default;
};

struct Body {
  std::string text;
  EventId reply_to;
  std::vector<Attachment> attachments;
  std::string meta;  // a JSON object as it came, or empty
  bool operator==(const Body&) const = default;
};

// One entry of a chat's log. Fields of other kinds are empty.
struct Event {
  ChatId chat;
  EventId id;
  Seq seq;
  Kind kind = Kind::kUnknown;
  UserId from;
  std::optional<Key> key;
  Body body;
  bool gone = false;  // the body was blanked by a delete
  EventId target;
  std::string emoji;
  bool on = false;
  std::vector<UserId> users;  // of `member`; of `chat` the first members
  std::string change;         // of `member`: joined, left, removed, role
  std::string role;
  bool created = false;              // of `chat`
  std::optional<std::string> title;  // of `chat`, when it changed
  std::optional<std::string> topic;
  bool operator==(const Event&) const = default;
};

struct Reaction {
  std::string emoji;
  uint32_t count = 0;
  bool me = false;
  bool operator==(const Reaction&) const = default;
};

// A message as a reader sees it: the event with what later events made of it.
struct Message {
  Event event;
  EventId edited;  // id of the latest edit
  bool deleted = false;
  UserId deleted_by;
  std::vector<Reaction> reactions;
};

struct Place {
  EventId id;
  Seq seq;
  auto operator<=>(const Place&) const = default;
};

struct SeqRange {
  uint64_t from = 0;
  uint64_t to = 0;  // inclusive
  bool operator==(const SeqRange&) const = default;
};

// A page of the folded log (`history`, and `messages` of a sync).
struct Page {
  std::vector<Message> messages;
  std::optional<SeqRange> range;  // nothing: the page is empty
  std::vector<SeqRange> missing;
  Place head;
  std::optional<EventId> prev;  // nothing: the end of what this user may read
  std::optional<EventId> next;
};

// A stretch of the raw log (`events`, and a named chat of a sync).
struct EventsPage {
  std::vector<Event> events;
  std::vector<SeqRange> missing;
  Place head;
  bool complete = true;
};

// A chat in a sync's answer.
struct SyncedChat {
  ChatId chat;
  std::string type;
  std::string title;
  std::string role;
  Place head;
  Place read;
  uint64_t unread = 0;
  bool left = false;
  std::optional<Page> page;          // a chat that was not named
  std::optional<EventsPage> events;  // a named one
  std::optional<protocol::Error> error;
};

struct SyncAnswer {
  std::vector<SyncedChat> chats;
  std::string next;  // empty: that was all
};

struct HelloAnswer {
  UserId user;
  int64_t time_ms = 0;
  int64_t ping_ms = 0;
  uint32_t sends_per_second = 0;  // 0: no limit
};

// The answer to an appending operation.
struct Appended {
  ChatId chat;
  EventId id;
  Seq seq;
  bool duplicate = false;
};

}  // namespace chat::client
