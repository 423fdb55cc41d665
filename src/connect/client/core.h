// Core: the client's side of the protocol as a state machine. Events and time go in (connected, a
// text message, closed, the time, what the user wants), effects come out. It owns hello and the
// corrected clock, catching up after every connect, the order of live events, the outbox, and when
// to come back. No socket, no clock, no randomness of its own.
//
// Thread rule: one thread. After each call of an input: take_effects(), and call wake() again no
// later than wake_at().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connect/client/chat_log.h"
#include "connect/client/decode.h"
#include "connect/client/outbox.h"
#include "connect/client/time.h"

namespace chat::client {

enum class Status {
  kIdle,        // not started
  kWaiting,     // will connect again, see retry_at
  kConnecting,  // OpenConnection was asked for
  kGreeting,    // connected, hello not answered
  kOnline,
  kStopped,  // by the user or by a refusal that is final
};

// Effects. OpenConnection and CloseConnection concern the one connection; after CloseConnection its
// closed() is no longer expected.
struct OpenConnection {};
struct WriteText {
  std::string text;
};
struct CloseConnection {
  uint16_t code = 1000;
};
struct FetchToken {};  // answer by set_token() or token_failed()

// Notices: effects that the user's side shows.
struct StatusChanged {
  Status status = Status::kIdle;
  std::string why;  // for people, when it is not good news
};
struct ChatChanged {  // its log, settings or marks
  ChatId chat;
};
struct PageLoaded {  // the answer to load()
  ChatId chat;
  std::optional<Seq> first;  // the first message of the page
  std::optional<protocol::Error> error;
};
struct OperationStored {
  OperationId operation = 0;
  Appended appended;
};
struct OperationFailed {  // and what became of it is known: it is not stored
  OperationId operation = 0;
  protocol::Error error;
  std::string text;  // the operation's, as it was given
};
struct Typed {
  ChatId chat;
  UserId user;
};
struct PresenceChanged {
  UserId user;
  bool online = false;
  int64_t last_seen_ms = 0;
};

using Effect =
    std::variant<OpenConnection, WriteText, CloseConnection, FetchToken, StatusChanged, ChatChanged,
                 PageLoaded, OperationStored, OperationFailed, Typed, PresenceChanged>;

// A chat of the user.
struct Chat {
  explicit Chat(const UserId& me) : log(me) {}
  std::string type;
  std::string title;
  std::string role;
  bool left = false;
  Place read;
  uint64_t unread = 0;
  Seq unread_as_of;  // events up to here are counted in
  ChatLog log;

  // What is under way with the server.
  bool fetching = false;
  bool start_again = false;  // what is held may miss what happened while the user was away
  int64_t fetch_not_before_ms = 0;
  int fetch_attempts = 0;
  bool loading = false;
  EventId mark_wanted;  // not yet answered
  bool marking = false;
};

// Where a page is to be.
struct Where {
  enum class Position { kNewest, kBefore, kAfter, kAround, kAt };
  Position position = Position::kNewest;
  uint64_t value = 0;                  // an event id, or Unix milliseconds for kAt
  std::optional<uint64_t> before_seq;  // of the message a kBefore page ends before
  bool recount = false;                // one message again, for its reactions; not announced
};

class Core {
 public:
  // 1,000 chats with a short window each: 64 MB at most, 10 MB as people write.
  static constexpr size_t kChatsMax = 1000;
  static constexpr size_t kQuietMessagesMax = 100;
  static constexpr size_t kQuietBytesMax = 64 * 1024;
  // Named chats in a sync: 500 x (64 + 31 bytes) = 48 KB, below the 64 KiB of a message.
  static constexpr size_t kNamedMax = 500;
  static constexpr size_t kFetchesMax = 8;
  // A chat that is further behind than this starts again from its newest page.
  static constexpr uint64_t kFarBehind = 1000;
  static constexpr int64_t kHelloTimeoutMs = 10'000;
  static constexpr int64_t kAnswerTimeoutMs = 20'000;

  struct Options {
    std::string token;
    std::string device;  // of this process: another with the same name is replaced
    std::string agent = "cli/1.0";
    bool can_fetch_token = false;
    uint32_t page = 50;
    bool chats = true;  // false: no sync and no logs, only operations
  };

  Core(Options options, base::Random& random);

  // Inputs.
  void start(Time now);
  void stop(Time now);
  void connected(Time now);
  void text(Time now, std::string_view text);
  void heard(Time now) { heard_ms_ = now.boot_ms; }  // any frame, a ping too
  void closed(Time now, uint16_t code, std::string_view reason);
  void wake(Time now);
  void set_token(Time now, std::string token);
  void token_failed(Time now, std::string why);

  // Operations that append. `fields` are the JSON members beside chat and key. Nothing: the outbox
  // is full.
  std::optional<OperationId> operate(Time now, Operation operation);
  // Ephemeral or repeatable: never queued.
  void mark(Time now, const ChatId& chat, EventId read);
  void typing(Time now, const ChatId& chat);
  void watch(Time now, const std::vector<UserId>& users);
  // Loads a page into the chat's log; PageLoaded follows. False: offline, or one is under way.
  bool load(Time now, const ChatId& chat, const Where& where);
  // The chat whose window is looked at, and where: the others keep a short one.
  void look_at(const ChatId& chat, uint64_t seq);

  std::vector<Effect> take_effects();
  std::optional<int64_t> wake_at() const;  // boot clock; may have passed

  Status status() const { return status_; }
  bool synced() const { return synced_; }  // every chat was heard of since the last connect
  int64_t retry_at_ms() const { return retry_at_ms_; }
  const UserId& me() const { return me_; }
  const std::map<ChatId, Chat>& chats() const { return chats_; }
  const Chat* chat(const ChatId& id) const;
  const Outbox& outbox() const { return outbox_; }
  // The server's time as well as it is known.
  int64_t corrected_ms(Time now) const;

 private:
  enum class Asked { kHello, kSync, kEvents, kRestart, kPage, kLookup, kOperation, kMark, kWatch };
  struct Request {
    Asked asked = Asked::kHello;
    ChatId chat;
    OperationId operation = 0;
    Where where;
    int64_t sent_ms = 0;
  };

  const Options options_;
  base::Random& random_;
  Backoff backoff_;
  Outbox outbox_;
  std::string token_;
  UserId me_;
  std::vector<Effect> effects_;

  // The connection.
  Status status_ = Status::kIdle;
  int64_t retry_at_ms_ = 0;
  int64_t greeted_ms_ = 0;  // when the connection was made
  int64_t online_since_ms_ = 0;
  int64_t heard_ms_ = 0;
  int64_t ping_ms_ = 0;
  std::optional<int64_t> leave_at_ms_;   // the server said that it is going away
  bool token_asked_ = false;             // at the user's side
  bool token_fresh_ = true;              // not refused since it was set
  std::optional<int64_t> clock_offset_;  // server's time minus the boot clock
  uint64_t last_request_ = 0;
  std::map<uint64_t, Request> requests_;

  // The chats.
  std::map<ChatId, Chat> chats_;
  bool syncing_ = false;
  bool sync_again_ = false;
  bool synced_ = false;
  std::string sync_cursor_;
  int64_t sync_not_before_ms_ = 0;
  std::set<ChatId> behind_;  // to be fetched
  std::set<ChatId> unsure_;  // with messages to be read again
  std::set<ChatId> marks_;   // with a mark to be sent
  size_t fetches_ = 0;
  std::map<ChatId, Where> loads_;  // under way
  ChatId looked_at_;
  uint64_t looked_at_seq_ = 0;
  int64_t typing_not_before_ms_ = 0;

  // core.cc: the connection's life
  void set_status(Status status, std::string why = {});
  void open();
  void say_hello(Time now);
  void retry_in(Time now, int64_t delay_ms, std::string why);
  void disconnected(Time now);
  void drop(Time now, uint16_t code, std::string why);
  void want_token(std::string why);
  void hello_answered(Time now, const Json& ok);
  void hello_refused(Time now, const protocol::Error& error);
  int64_t lasted_ms(Time now) const;
  bool expired(Time now, const Request& request) const;
  void pump(Time now);

  // core_wire.cc: requests, answers and pushes
  void request(Time now, Request request, std::string_view name, std::string_view members);
  void answered(Time now, const Request& request, const Json& ok);
  void refused(Time now, const Request& request, const protocol::Error& error);
  void pushed(Time now, const Json& message);
  void pushed_reconnect(Time now, const Json& push);
  void marked(const Json& push);

  // core_chats.cc: catching up
  Chat& chat_of(const ChatId& id);
  void sync(Time now);
  void sync_answered(Time now, const Json& ok);
  void take_synced(const SyncedChat& synced);
  void live(Event event);
  void take_applied(const ChatId& id, Chat& chat);
  void take_settings(Chat& chat, const Event& event);
  void count_unread(Chat& chat, const Event& event);
  void fetch_behind(Time now);
  void fetch(Time now, const ChatId& id, Chat& chat);
  void fetch_answered(Time now, const ChatId& id, const EventsPage& page);
  void restart_answered(const ChatId& id, const Page& page);
  std::string sync_members() const;
  void fetch_refused(Time now, const Request& request, const protocol::Error& error);
  void send_load(Time now, const ChatId& id, const Where& where);
  void page_answered(Time now, const Request& request, const Page& page);
  void page_refused(Time now, const Request& request, const protocol::Error& error);
  void end_load(const Request& request, std::optional<Seq> first,
                std::optional<protocol::Error> error);
  void ask_unsure(Time now);
  void send_marks(Time now);
  void changed(const ChatId& id);

  // core_operations.cc: the outbox on the wire
  void send_operations(Time now);
  void operation_answered(Time now, OperationId id, const Appended& appended);
  void operation_refused(Time now, OperationId id, const protocol::Error& error);
  void look_up(Time now, OperationId id, EventId after);
  void lookup_answered(Time now, const Request& request, const EventsPage& page);
  void found_own(const Event& event);
  void fail_operation(OperationId id, const protocol::Error& error);
};

}  // namespace chat::client
