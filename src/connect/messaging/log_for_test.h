// For tests: a chat's log as a plain vector, and reading ranges from it as a store does.
#pragma once

#include <string>
#include <vector>

#include "connect/messaging/paging.h"
#include "connect/protocol/records.pb.h"
#include "connect/store/store.h"

namespace chat::messaging {

inline constexpr int64_t kLogStartMs = 1'795'000'000'000;

// Appends events that are right in their id, seq and nth. Every event is two ms after the last.
class TestLog {
 public:
  protocol::Event& add(protocol::Kind kind, const std::string& from) {
    const uint64_t seq = events.size() + 1;
    const uint64_t nth = events.empty() ? 0 : events.back().nth();
    protocol::Event& event = events.emplace_back();
    event.set_seq(seq);
    event.set_id(id_at(seq));
    event.set_kind(kind);
    event.set_from(from);
    event.set_key(std::string(16, '\x71'));
    event.set_nth(nth + (kind == protocol::KIND_MESSAGE ? 1 : 0));
    return event;
  }
  protocol::Event& message(const std::string& from, const std::string& text) {
    protocol::Event& event = add(protocol::KIND_MESSAGE, from);
    event.mutable_body()->set_text(text);
    return event;
  }
  protocol::Event& react(const std::string& from, uint64_t target, const std::string& emoji) {
    protocol::Event& event = add(protocol::KIND_REACT, from);
    event.set_target(target);
    event.set_emoji(emoji);
    event.set_on(true);
    return event;
  }
  // The id of the event with this seq.
  static uint64_t id_at(uint64_t seq) {
    return protocol::EventId::first_of_ms(kLogStartMs + 2 * static_cast<int64_t>(seq)).value();
  }
  // Of the event with this seq; all zero for 0.
  protocol::Place place(uint64_t seq) const {
    return seq == 0 ? protocol::Place() : place_of(events[seq - 1]);
  }
  protocol::Place head() const { return place(events.size()); }

  // `stops_at_once`: a read ends with the event that meets a maximum; otherwise it goes on to the
  // one that would pass it. Stores may do either.
  std::vector<protocol::Event> read(const store::LogRange& range,
                                    bool stops_at_once = false) const {
    std::vector<protocol::Event> found;
    uint32_t messages = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < events.size(); ++i) {
      const protocol::Event& event = events[range.newest_first ? events.size() - 1 - i : i];
      if (event.id() <= range.after.value() || event.id() >= range.before.value()) continue;
      messages += is_message(event) ? 1 : 0;
      bytes += event.ByteSizeLong();
      const bool passed = found.size() >= range.events_max || messages > range.messages_max ||
                          bytes > range.bytes_max;
      if (passed && !found.empty()) break;
      found.push_back(event);
      if (stops_at_once && messages == range.messages_max) break;
    }
    return found;
  }

  std::vector<protocol::Event> events;
};

}  // namespace chat::messaging
