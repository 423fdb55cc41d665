// ChatLog: one chat as one client sees it. Events of the live stream and pages of the history are
// folded into messages; what is not known is known to be a hole. Holds a window of bounded size:
// older stretches are dropped and fetched again.
//
// Two things are kept apart: `synced`, the place up to which every event was seen (a live event
// must follow it, or there is a gap), and the stretches of seq whose messages are held. A message
// says as of which seq it was folded, so that a page that was read before or after the events that
// cross it on the wire folds to the same.
// Pure; belongs to one client's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connect/client/model.h"

namespace chat::client {

class ChatLog {
 public:
  // A window of 1,000 messages of 300 bytes is 300 KB; long texts shorten it.
  static constexpr size_t kMessagesMax = 1000;
  static constexpr size_t kBytesMax = 1024 * 1024;
  // Live events kept while a gap before them is fetched, and edits, deletes and reactions kept for
  // pages that were read before them and arrive after them.
  static constexpr size_t kPendingMax = 256;
  static constexpr size_t kRecentMax = 512;
  // Names kept of who reacted to one message; beyond it the count alone is kept.
  static constexpr size_t kNamesMax = 256;

  struct Entry {
    Message message;
    uint64_t as_of = 0;  // events up to this seq are folded in
    // Who is known to react with what. Pages only count: `strangers` are the counted without name.
    std::map<std::string, std::map<UserId, bool>> reacting;
    std::map<std::string, uint32_t> strangers;
    size_t bytes = 0;
  };
  enum class Took { kApplied, kKnown, kGap };

  explicit ChatLog(UserId me) : me_(std::move(me)) {}

  // A live event. kGap: something is missing before it; fetch the events after synced().
  Took live(const Event& event);
  // The answer to `events after` synced(): closes the gap, then takes what was pending. False when
  // there is more to fetch.
  bool fetched(const EventsPage& page);
  // A page. The first page, a newest one, sets synced(). False: it is too old to be brought up to
  // date with the events seen since; read it again. `before`: the seq it was to end before.
  bool page(const Page& page, std::optional<uint64_t> before = std::nullopt);
  // Forgets everything and starts from this newest page.
  void restart(const Page& page);

  // The events that the log took since this was last asked, in order.
  std::vector<Event> take_applied() { return std::exchange(applied_, {}); }

  bool started() const { return started_; }
  Place synced() const { return synced_; }
  Seq head() const { return head_; }  // the newest event heard of
  bool behind() const { return !pending_.empty() || head_ > synced_.seq; }

  // The messages held, by seq.
  const std::map<uint64_t, Entry>& entries() const { return entries_; }
  const Entry* find(EventId id) const;
  // The stretch of seq around this one without a hole, or nothing when it is one.
  std::optional<SeqRange> stretch(uint64_t seq) const;
  const std::map<uint64_t, uint64_t>& stretches() const { return known_; }  // from -> to
  // True when nothing that this user may read comes before the stretch.
  bool begins_at(uint64_t from) const { return begins_ && *begins_ >= from; }
  bool absent(uint64_t seq) const;  // in a hole that the server named: not a member then, expired
  // Messages whose reactions could not be counted exactly: read them again.
  const std::set<EventId>& unsure() const { return unsure_; }
  void asked_again(EventId id) { unsure_.erase(id); }
  void still_unsure(EventId id) {
    if (find(id)) unsure_.insert(id);
  }

  // Drops the messages farthest from `around` until the window is within its bounds.
  void trim(uint64_t around, size_t messages_max = kMessagesMax, size_t bytes_max = kBytesMax);

 private:
  UserId me_;
  bool started_ = false;
  Place synced_;
  Seq head_;
  std::map<uint64_t, Entry> entries_;
  std::map<EventId, uint64_t> seq_of_;   // of the entries
  std::map<uint64_t, uint64_t> known_;   // disjoint, not touching: from -> to, inclusive
  std::map<uint64_t, uint64_t> absent_;  // likewise
  std::optional<uint64_t> begins_;       // the oldest seq that can be read
  std::map<uint64_t, Event> pending_;    // live, behind a gap
  std::deque<Event> recent_;             // edits, deletes, reactions, newest last
  uint64_t recent_from_ = 0;             // recent_ is whole for events after this seq
  std::set<EventId> unsure_;
  size_t bytes_ = 0;
  std::vector<Event> applied_;

  void apply(const Event& event);
  void take_pending();
  void skip_missing(const std::vector<SeqRange>& missing);
  void insert(Message message, uint64_t as_of);
  void erase(std::map<uint64_t, Entry>::iterator entry);
  void fold(Entry& entry, const Event& event);
  void fold_reaction(Entry& entry, const Event& event);
  bool reacted_before(Entry& entry, const Event& event);
  void remember(const Event& event);
  void weigh(Entry& entry);
};

// Adds [from, to] to disjoint stretches, joining what touches.
void add_stretch(std::map<uint64_t, uint64_t>& stretches, SeqRange range);
// Takes [from, to] out of them.
void remove_stretch(std::map<uint64_t, uint64_t>& stretches, SeqRange range);

}  // namespace chat::client
