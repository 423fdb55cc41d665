// CatchUp: plans what a device missed: the raw log from a point on, as far as the user may read it.
// A state machine without I/O, used like Paging. Thread rule: belongs to one read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/messaging/view.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/ids.h"
#include "connect/store/store.h"

namespace chat::messaging {

// Of serialized events in one answer; then it is short and not complete.
inline constexpr size_t kCatchUpBytesMax = 1 << 20;

class CatchUp {
 public:
  // `view` ends at the chat's head (View::up_to). `limit` is 1 or more events.
  CatchUp(protocol::EventId after, uint32_t limit, View view);

  // What to read now; nothing when there is enough. The same until take() is called.
  std::optional<store::LogRange> next() const;
  void take(persistence::LogPage read);

  // The rest is for when next() has given nothing.
  // Ascending, all visible; an edit or reaction whose target is not is shown as hidden.
  const std::vector<protocol::Event>& events() const { return events_; }
  // The last event is the newest that this user may read.
  bool complete() const;
  // Holes between the point and the last event; one that the point lies in is named whole.
  std::vector<View::Hole> missing() const;

 private:
  protocol::EventId after_;
  uint32_t limit_;
  View view_;
  std::vector<View::Stretch> stretches_;  // the next to read at the back
  std::vector<protocol::Event> events_;
  size_t bytes_ = 0;
};

// The event as this user may see it in the raw log.
void append_seen_event(std::string& out, std::string_view chat, const protocol::Event& event,
                       const View& view);

}  // namespace chat::messaging
