// View: what one user may read of a chat. Live delivery, history, catch-up and folding all clip
// through it. Built from the user's MemberItem; pure and immutable, so any thread may use one.
//
// A membership interval shows the events with from.seq < seq <= to.seq, which are those with
// from.id < id <= to.id; an open interval has no end. Intervals that touch or overlap are one.
#pragma once

#include <optional>
#include <vector>

#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

class View {
 public:
  // A stretch of the log that the user may read: ids with after < id < before, as store::LogRange
  // takes them. `first` and `last` are the seqs of the whole interval that it was cut from.
  struct Stretch {
    protocol::EventId after;
    protocol::EventId before;
    protocol::Seq first;
    protocol::Seq last;
    bool operator==(const Stretch&) const = default;
  };
  enum class Order { kRising, kFalling };

  // Events that are there but not for this user; both ends included.
  struct Hole {
    protocol::Seq from;
    protocol::Seq to;
    bool operator==(const Hole&) const = default;
  };

  // Of a user who was never in the chat: sees nothing.
  View() = default;
  explicit View(const protocol::MemberItem& member);

  // The same, without what lies above the chat's newest event: an open interval ends there.
  View up_to(const protocol::Place& head) const;

  bool empty() const { return intervals_.empty(); }
  bool member_now() const { return member_now_; }
  bool sees(protocol::Seq seq) const;
  bool sees(protocol::EventId id) const;
  // Both are visible and everything between them is.
  bool sees_between(protocol::EventId one, protocol::EventId other) const;

  // The newest place that this user may read when `head` is the chat's: the end of the last
  // interval for one who left. All zero: nothing.
  protocol::Place newest(const protocol::Place& head) const;
  // Visible messages after the mark, up to the chat's head: sums of `nth` differences.
  uint64_t unread(const protocol::Place& read, const protocol::Place& head) const;

  // The visible parts of the ids with after < id < before.
  std::vector<Stretch> clip(protocol::EventId after, protocol::EventId before, Order order) const;
  // What is not visible among the seqs from..to, both included; ascending.
  std::vector<Hole> holes(protocol::Seq from, protocol::Seq to) const;

  // A hole with the ids beside it: `end` is the last visible one below it (0: there is none),
  // `start` that from above which the user sees again.
  struct Gap {
    Hole hole;
    protocol::EventId end;
    protocol::EventId start;
    bool operator==(const Gap&) const = default;
  };
  // The gap right below (above) a visible seq that is the first (last) of its interval; nothing
  // for any other seq. Below the first interval the hole starts at 1; above the last there is none.
  std::optional<Gap> gap_below(protocol::Seq seq) const;
  std::optional<Gap> gap_above(protocol::Seq seq) const;

  // The oldest and the newest visible seq (of an open interval: the greatest there is); 0 for none.
  protocol::Seq first() const;
  protocol::Seq last() const;

 private:
  struct Bound {
    uint64_t id = 0;
    uint64_t seq = 0;
    uint64_t nth = 0;
  };
  struct Interval {
    Bound from;
    Bound to;
  };
  static Bound bound_of(const protocol::Place& place);
  // The first interval that ends at or above the seq (id).
  std::vector<Interval>::const_iterator at_or_above(protocol::Seq seq) const;
  std::vector<Interval>::const_iterator at_or_above(protocol::EventId id) const;

  std::vector<Interval> intervals_;  // ascending, disjoint, none empty, none touching
  bool member_now_ = false;
};

// The place of an event.
protocol::Place place_of(const protocol::Event& event);

}  // namespace chat::messaging
