// Everything the server writes as JSON, appended to a buffer: events, messages, replies, pushes,
// errors. Pure functions, any thread; the shapes are those of the protocol, to the field.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "connect/protocol/error.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::protocol::json {

// A JSON string with its quotes. The text is valid UTF-8; only what must be escaped is.
void append_string(std::string& out, std::string_view text);
void append_number(std::string& out, uint64_t value);

// {"chat":…,"id":…,"seq":…,"ts":…,"kind":…,"from":…,"key":…, and the kind's own fields}. A gone
// event has "gone":true in place of its body.
void append_event(std::string& out, std::string_view chat, const Event& event);
// {"chat":…,"id":…,"seq":…,"ts":…,"kind":"hidden"}
void append_hidden(std::string& out, std::string_view chat, const Event& event);

// A message of a page: the event with what later events made of it.
struct Folded {
  const Event* event = nullptr;
  const OverlayItem* overlay = nullptr;  // null: nothing happened to it
  std::span<const std::string> mine;     // the reader's own emoji on it
};
void append_message(std::string& out, std::string_view chat, const Folded& message);

// {"id":…,"seq":…}, with zeros for the place before the first event.
void append_place(std::string& out, const Place& place);

void append_error(std::string& out,
                  const Error& error);  // {"code":…,"field":…,"message":…,"retry_after_ms":…}
std::string error_body(const Error& error);  // {"error":{…}}: a REST answer, an error without id

// WebSocket replies. `ok` is a complete JSON value.
std::string reply_ok(uint64_t id, std::string_view ok);
std::string reply_error(uint64_t id, const Error& error);
// The `ok` value of a command's answer; call only when it is not a failure.
std::string ok_of(const Reply& reply);
Error error_of(const Failure& failure);
Failure failure_of(const Error& error);

// Pushes.
std::string push_event(std::string_view chat, const Event& event);
std::string push_hidden(std::string_view chat, const Event& event);
std::string push_marked(const Marked& marked);
std::string push_typing(std::string_view chat, std::string_view user);
std::string push_presence(std::string_view user, bool online,
                          int64_t last_seen_ms);  // 0: never seen
std::string push_rejected(std::string_view chat, std::string_view key_bytes, ErrorCode code);
std::string push_resync(std::string_view chat);
std::string push_reconnect(int64_t after_ms);

// Words of the protocol for the records' enums.
std::string_view word_of(Kind kind);
std::string_view word_of(Role role);
std::string_view word_of(Change change);
std::string_view word_of(ChatType type);
std::string_view word_of(Visibility visibility);

}  // namespace chat::protocol::json
