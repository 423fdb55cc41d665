// Paging: plans one page of a chat's folded history. A state machine without I/O: it names the next
// stretch of the log to read, is given what was read, and in the end says what the page is.
//
// A page is a run of consecutive seqs: what the user may not read of it are holes that are named,
// what is no message (edits, deletes, reactions) is jumped over. Neighbouring pages join without a
// gap: a page covers everything from where its neighbour ended, the holes in between included.
// Thread rule: belongs to one read.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "connect/messaging/view.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/ids.h"
#include "connect/store/store.h"

namespace chat::messaging {

// What one page reads at most before it answers short: 5,000 events are 100 pages' worth of
// reactions in front of one message and take about 5 ms.
inline constexpr uint32_t kPageEventsMax = 5'000;
// A page without a message tells little, so the search for one goes on for longer: 20,000 events of
// reactions only are a user's 20 a second for 17 minutes, and take about 20 ms.
inline constexpr uint32_t kPageSearchEventsMax = 20'000;
// Of serialized events and of what happened to them. One read may hold more, until the page is cut
// from it: the newest texts of 200 edited messages are 12 MB.
inline constexpr size_t kPageBytesMax = 1 << 20;

// Entries of a page, which its limit counts: messages, joinings and leavings, changes of settings.
bool is_message(const protocol::Event& event);

struct PagePosition {
  enum class Kind { kNewest, kBefore, kAfter, kAround };
  Kind kind = Kind::kNewest;
  protocol::EventId id{};

  static PagePosition newest() { return {}; }
  static PagePosition before(protocol::EventId id) { return {Kind::kBefore, id}; }
  static PagePosition after(protocol::EventId id) { return {Kind::kAfter, id}; }
  static PagePosition around(protocol::EventId id) { return {Kind::kAround, id}; }
  // From the first message of this millisecond or later.
  static PagePosition at(int64_t ms);
};

struct Page {
  std::vector<const protocol::Event*> messages;  // ascending; they live in the Paging
  std::vector<protocol::OverlayItem> overlays;   // ascending by target
  std::vector<std::pair<protocol::EventId, protocol::ReactionItem>> reactions;  // ascending
  std::optional<View::Hole> range;                                              // seqs covered
  std::vector<View::Hole> missing;                                              // holes in it
  std::optional<protocol::EventId> prev;
  std::optional<protocol::EventId> next;
};

class Paging {
 public:
  // `view` ends at the chat's head (View::up_to). `limit` is 1 or more.
  Paging(PagePosition position, uint32_t limit, View view);

  // What to read now; nothing when the page is complete. The same until take() is called.
  std::optional<store::LogRange> next();
  // What the range gave, in its order.
  void take(persistence::LogPage read);
  // How many events were looked through.
  uint32_t scanned() const { return scanned_events_; }
  // Call once, when next() has given nothing. The page points into this object.
  Page finish();

 private:
  enum class Phase { kRising, kFalling, kDone };
  struct Scanned {
    protocol::EventId id;
    protocol::Seq seq;
  };

  void begin(Phase phase);
  void end_phase();
  void scan(const std::vector<protocol::Event>& events);
  void widen(const protocol::Event& event);
  size_t bytes_of(const protocol::Event& event) const;
  void go_on(const std::vector<protocol::Event>& events, const store::LogRange& asked);
  bool stretch_ends_at(protocol::Seq seq) const;
  bool must_stop() const;
  void finish_span(Page& page) const;
  void finish_nothing(Page& page) const;
  void gather(Page& page);
  void leave_out_beyond(Page& page) const;

  PagePosition position_;
  View view_;
  uint32_t above_wanted_ = 0;  // messages of the rising part
  uint32_t below_wanted_ = 0;  // and of the falling part

  Phase phase_ = Phase::kDone;
  std::vector<View::Stretch> stretches_;  // of this phase, the next to read at the back
  bool looked_ahead_ = false;             // rising: a message beyond the page was met
  uint32_t scanned_events_ = 0;
  size_t bytes_ = 0;        // of parts_, as far as they are scanned
  bool cut_short_ = false;  // a bound of the page was met

  std::vector<persistence::LogPage> parts_;
  std::vector<const protocol::Event*> above_;  // ascending
  std::vector<const protocol::Event*> below_;  // descending
  std::optional<Scanned> lowest_;
  std::optional<Scanned> highest_;
};

}  // namespace chat::messaging
