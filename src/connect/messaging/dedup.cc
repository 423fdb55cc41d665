#include "connect/messaging/dedup.h"

#include <algorithm>
#include <functional>

#include "connect/base/check.h"

namespace chat::messaging {

using protocol::Event;
using protocol::EventId;
using protocol::Key;

namespace {

// Order and lengths count: ("ab","c") and ("a","bc") differ.
class Digest {
 public:
  void add(std::string_view text) {
    add(text.size());
    add(std::hash<std::string_view>{}(text));
  }
  void add(uint64_t number) {
    value_ ^= number + 0x9e3779b97f4a7c15ULL + (value_ << 6) + (value_ >> 2);
    value_ *= 0xff51afd7ed558ccdULL;
    value_ ^= value_ >> 32;
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0x2545f4914f6cdd1dULL;
};

void add_body(Digest& digest, const protocol::Body& body) {
  digest.add(body.text());
  digest.add(body.reply_to());
  digest.add(body.meta());
  digest.add(static_cast<uint64_t>(body.attachments_size()));
  for (const protocol::Attachment& attachment : body.attachments()) {
    digest.add(attachment.url());
    digest.add(attachment.type());
    digest.add(attachment.size());
    digest.add(attachment.name());
  }
}

void add_member(Digest& digest, const protocol::MemberChange& member) {
  // An invitation of one who is in already is stored as a change of role: whether it joins or
  // promotes depends on the moment, what was asked for does not.
  const bool grants =
      member.change() == protocol::CHANGE_JOINED || member.change() == protocol::CHANGE_ROLE;
  digest.add(static_cast<uint64_t>(grants ? protocol::CHANGE_JOINED : member.change()));
  digest.add(static_cast<uint64_t>(member.role()));
  for (const std::string& user : member.users()) digest.add(user);
}

void add_chat(Digest& digest, const protocol::ChatChange& chat) {
  digest.add(static_cast<uint64_t>(chat.has_title()));
  digest.add(chat.title());
  digest.add(static_cast<uint64_t>(chat.has_topic()));
  digest.add(chat.topic());
  digest.add(static_cast<uint64_t>(chat.visibility()));
  digest.add(static_cast<uint64_t>(chat.has_joinable()) * 2 + (chat.joinable() ? 1 : 0));
  digest.add(static_cast<uint64_t>(chat.created()));
  digest.add(static_cast<uint64_t>(chat.type()));
  for (const std::string& user : chat.members()) digest.add(user);
}

KeyAnswer answer_for(const KeyEntry& entry, uint64_t digest) {
  const bool same = entry.gone || entry.digest == digest;
  return {same ? KeyVerdict::kStored : KeyVerdict::kReused, &entry, {}};
}

}  // namespace

uint64_t content_digest(const Event& event) {
  Digest digest;
  digest.add(static_cast<uint64_t>(event.kind()));
  digest.add(event.target());
  if (event.has_body()) add_body(digest, event.body());
  if (event.kind() == protocol::KIND_REACT) {
    digest.add(event.emoji());
    digest.add(static_cast<uint64_t>(event.on()));
  }
  if (event.has_member()) add_member(digest, event.member());
  if (event.has_chat()) add_chat(digest, event.chat());
  return digest.value();
}

KeyEntry KeyEntry::of(const Event& event) {
  return {Key::from_bytes(event.key()).value_or(Key()),
          event.from(),
          EventId(event.id()),
          protocol::Seq(event.seq()),
          event.nth(),
          event.gone() ? 0 : content_digest(event),
          event.kind() == protocol::KIND_EDIT ? EventId(event.target()) : EventId(),
          event.gone()};
}

void RecentKeys::push(KeyEntry entry) {
  CHECK(slots_.empty() || slots_.back().entry.id < entry.id);
  slots_.push_back({std::move(entry)});
  if (slots_.size() > buckets_.size()) {
    // Doubling keeps the chains short; every entry is linked again, oldest first.
    buckets_.assign(std::max<size_t>(16, buckets_.size() * 2), 0);
    for (size_t i = 0; i < slots_.size(); ++i) link(i);
  } else {
    link(slots_.size() - 1);
  }
  trim();
}

void RecentKeys::link(size_t index) {
  Slot& slot = slots_[index];
  uint64_t& bucket = buckets_[bucket_of(slot.entry.user, slot.entry.key)];
  slot.older = bucket;
  bucket = first_number_ + index;
}

void RecentKeys::trim() {
  const int64_t keep_ms = slots_.back().entry.id.ms() - kKeepMs;
  while (slots_.size() > kEntriesMax ||
         (slots_.size() > kEntriesKept && slots_.front().entry.id.ms() < keep_ms)) {
    covers_from_ = EventId(slots_.front().entry.id.value() + 1);
    slots_.pop_front();
    ++first_number_;
  }
}

void RecentKeys::start_at(EventId id) {
  CHECK(slots_.empty());
  covers_from_ = id;
}

void RecentKeys::blank(EventId target) {
  for (Slot& slot : slots_)
    if (slot.entry.id == target || slot.entry.target == target) {
      slot.entry.gone = true;
      slot.entry.digest = 0;
    }
}

size_t RecentKeys::bucket_of(std::string_view user, const Key& key) const {
  const size_t hash = std::hash<Key>{}(key) ^ (std::hash<std::string_view>{}(user)*31);
  return hash & (buckets_.size() - 1);
}

const KeyEntry* RecentKeys::find(std::string_view user, const Key& key) const {
  if (buckets_.empty()) return nullptr;
  uint64_t number = buckets_[bucket_of(user, key)];
  while (number >= first_number_) {
    const Slot& slot = slots_[number - first_number_];
    if (slot.entry.key == key && slot.entry.user == user) return &slot.entry;
    number = slot.older;
  }
  return nullptr;
}

const KeyEntry* RecentKeys::at_or_below(EventId id) const {
  const auto above = std::upper_bound(slots_.begin(), slots_.end(), id,
                                      [](EventId at, const Slot& s) { return at < s.entry.id; });
  return above == slots_.begin() ? nullptr : &(above - 1)->entry;
}

EventId earliest_event_of(const Key& key) {
  return EventId::first_of_ms(key.ms() - protocol::kKeyToleranceMs);
}

KeyAnswer look_up(const RecentKeys& recent, const KeyLookup* lookup, protocol::Seq tail_seq,
                  std::string_view user, const Key& key, uint64_t digest, int64_t record_ms) {
  const EventId from = earliest_event_of(key);
  if (from >= recent.covers_from()) {
    // Memory never holds more than kDedupEventsMax events, so no more can follow.
    const KeyEntry* entry = recent.find(user, key);
    return entry == nullptr ? KeyAnswer{} : answer_for(*entry, digest);
  }
  if (record_ms - key.ms() > protocol::kKeyAgeMaxMs) return {KeyVerdict::kExpired};
  if (recent.size() >= protocol::kDedupEventsMax) return {KeyVerdict::kSyncRequired};
  const bool joins = lookup != nullptr && lookup->from <= from &&
                     lookup->upto.value() + 1 >= recent.covers_from().value();
  if (!joins) return {KeyVerdict::kNeedsLog, nullptr, from};
  if (lookup->cut_short || tail_seq.value() + 1 - lookup->events_from > protocol::kDedupEventsMax)
    return {KeyVerdict::kSyncRequired};
  if (lookup->found) return answer_for(*lookup->found, digest);
  const KeyEntry* entry = recent.find(user, key);
  return entry == nullptr ? KeyAnswer{} : answer_for(*entry, digest);
}

}  // namespace chat::messaging
