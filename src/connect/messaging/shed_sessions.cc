#include "connect/messaging/shed_sessions.h"

namespace chat::messaging {

ShedSessions::Place ShedSessions::place_of(const protocol::Command& command) {
  return {command.origin().gateway(), command.origin().session(), command.chat()};
}

void ShedSessions::shed(const protocol::Command& command) {
  if (command.origin().session() == 0 || command.key().empty()) return;
  const Place place = place_of(command);
  if (entries_.contains(place)) return;
  by_age_.push_back(place);
  entries_[place] = {command.key(), std::prev(by_age_.end())};
  if (entries_.size() <= kEntriesMax) return;
  entries_.erase(by_age_.front());
  by_age_.pop_front();
}

bool ShedSessions::admit(const protocol::Command& command) {
  if (entries_.empty() || command.origin().session() == 0 || command.key().empty()) return true;
  const auto found = entries_.find(place_of(command));
  if (found == entries_.end()) return true;
  if (found->second.key != command.key()) return false;
  by_age_.erase(found->second.age);
  entries_.erase(found);
  return true;
}

}  // namespace chat::messaging
