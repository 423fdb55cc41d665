// A toy server for the client's tests: a few chats in memory, the protocol's operations without
// sockets, and faults on demand. The reference that a client must converge to.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "connect/base/random.h"
#include "connect/client/decode.h"

namespace chat::client::toy {

// A chat's log; the members' intervals are those of `me`, everybody else sees everything.
struct ToyChat {
  std::vector<Event> log;
  std::vector<SeqRange> visible;  // the last one ends at UINT64_MAX while `me` is a member
  uint64_t read = 0;              // id

  bool sees(uint64_t seq) const;
  bool member() const { return !visible.empty() && visible.back().to == UINT64_MAX; }
  Place head() const;  // the newest event that `me` may read
  std::vector<SeqRange> missing(uint64_t from, uint64_t to) const;
  // The log folded as `me` sees it, by seq.
  std::map<uint64_t, Message> folded() const;
};

struct Faults {
  int refuse_percent = 0;   // an operation is refused with something temporary
  int unknown_percent = 0;  // stored, and answered `unavailable`
  int sync_required_percent = 0;
};

class ToyServer {
 public:
  static constexpr const char* kMe = "me";
  ToyServer(base::Random& random, int64_t now_ms) : random_(random), now_ms_(now_ms) {}

  void set_now(int64_t ms) { now_ms_ = ms; }
  Faults faults;
  std::map<std::string, ToyChat> chats;
  std::string token = "t1";

  // Appends as somebody; pushes to the session. The event's id, seq, chat are filled in.
  const Event& append(const std::string& chat, Event event);
  void invite(const std::string& chat);
  void remove(const std::string& chat);

  // The one session of `me`.
  void open_session();
  void request(std::string_view text);
  std::vector<std::string> replies;  // for the session, in order
  std::vector<std::string> pushes;   // likewise; may be lost
  std::vector<std::string> order;    // keys of what was stored for `me`, in order of arrival

 private:
  base::Random& random_;
  int64_t now_ms_;
  bool greeted_ = false;
  std::map<std::string, std::string> shed_;  // chat -> key that must come again first

  bool chance(int percent) { return static_cast<int>(random_.next() % 100) < percent; }
  void ok(uint64_t id, const std::string& value);
  void refuse(uint64_t id, const std::string& code, int64_t retry_after_ms = 0);
  void hello(uint64_t id, const Json& fields);
  void sync(uint64_t id, const Json& fields);
  void events(uint64_t id, const Json& fields);
  void history(uint64_t id, const Json& fields);
  void mark(uint64_t id, const Json& fields);
  void operate(uint64_t id, const std::string& name, const Json& fields);
};

std::string event_json(const Event& event, const ToyChat& chat);
std::string events_json(const ToyChat& chat, uint64_t after, size_t limit);
std::string page_json(const ToyChat& chat, const Json& fields);

}  // namespace chat::client::toy
