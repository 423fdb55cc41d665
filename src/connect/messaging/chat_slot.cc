#include "connect/messaging/chat_slot.h"

#include <algorithm>
#include <utility>

#include "connect/messaging/view.h"

namespace chat::messaging {

using protocol::MarksItem;
using protocol::Place;

namespace {

// The user's newest message in memory: sending moved the read mark there, and a read of the marks
// that began before that append was stored cannot know.
Place newest_sent(const ChatState& state, const std::string& user) {
  const RecentKeys& keys = state.keys();
  Place place;
  for (size_t i = keys.size(); i-- > 1;) {
    const KeyEntry& entry = keys.at(i);
    if (entry.user != user || entry.nth == keys.at(i - 1).nth) continue;
    place.set_id(entry.id.value());
    place.set_seq(entry.seq.value());
    place.set_nth(entry.nth);
    return place;
  }
  return place;
}

}  // namespace

size_t ChatSlot::weight() const {
  size_t weight = state.weight() + marks.size();
  for (const Audience::AtGateway& at : audience.gateways) weight += at.users->size();
  return weight;
}

int64_t retry_delay_ms(uint32_t failures) {
  return std::min<int64_t>(int64_t{20} << std::min<uint32_t>(failures, 6), 1000);
}

bool never_succeeds(const base::Error& error) {
  return error.code == base::Code::kCorrupt || error.code == base::Code::kInvalid;
}

const MarksItem* MarkCache::find(const std::string& user) const {
  const auto found = marks_.find(user);
  return found == marks_.end() ? nullptr : &found->second;
}

void MarkCache::put(const std::string& user, MarksItem marks, const ChatState& state) {
  Place sent = newest_sent(state, user);
  if (sent.id() > marks.read().id()) *marks.mutable_read() = std::move(sent);
  marks_.try_emplace(user, std::move(marks));
}

void MarkCache::replace(const std::string& user, const MarksItem& marks) { marks_[user] = marks; }

void MarkCache::apply(const protocol::Event& event) {
  if (marks_.empty() || event.kind() != protocol::KIND_MESSAGE) return;
  const auto found = marks_.find(event.from());
  if (found != marks_.end()) *found->second.mutable_read() = place_of(event);
}

void MarkCache::trim() {
  if (marks_.size() > kUsersMax) marks_.clear();
}

}  // namespace chat::messaging
