#include "connect/client/chat_log.h"

#include <algorithm>
#include <iterator>

namespace chat::client {
namespace {

bool is_entry(Kind kind) {
  return kind == Kind::kMessage || kind == Kind::kMember || kind == Kind::kChat;
}

bool changes_another(Kind kind) {
  return kind == Kind::kEdit || kind == Kind::kDelete || kind == Kind::kReact;
}

bool covers(const std::map<uint64_t, uint64_t>& stretches, uint64_t seq) {
  auto after = stretches.upper_bound(seq);
  return after != stretches.begin() && std::prev(after)->second >= seq;
}

uint64_t distance(uint64_t one, uint64_t other) { return one > other ? one - other : other - one; }

}  // namespace

void add_stretch(std::map<uint64_t, uint64_t>& stretches, SeqRange range) {
  auto it = stretches.upper_bound(range.from);
  if (it != stretches.begin() && std::prev(it)->second + 1 >= range.from) {
    --it;
    range.from = it->first;
  }
  while (it != stretches.end() && it->first <= range.to + 1) {
    range.to = std::max(range.to, it->second);
    it = stretches.erase(it);
  }
  stretches.emplace(range.from, range.to);
}

void remove_stretch(std::map<uint64_t, uint64_t>& stretches, SeqRange range) {
  auto it = stretches.upper_bound(range.from);
  if (it != stretches.begin()) --it;
  while (it != stretches.end() && it->first <= range.to) {
    const SeqRange old{it->first, it->second};
    if (old.to < range.from) {
      ++it;
      continue;
    }
    it = stretches.erase(it);
    if (old.from < range.from) stretches.emplace(old.from, range.from - 1);
    if (old.to > range.to) stretches.emplace(range.to + 1, old.to);
  }
}

ChatLog::Took ChatLog::live(const Event& event) {
  const uint64_t seq = event.seq.value();
  head_ = std::max(head_, event.seq);
  if (started_ && event.seq <= synced_.seq) return Took::kKnown;
  if (started_ && seq == synced_.seq.value() + 1) {
    apply(event);
    take_pending();
    return Took::kApplied;
  }
  if (pending_.size() < kPendingMax) pending_.emplace(seq, event);
  return Took::kGap;
}

bool ChatLog::fetched(const EventsPage& page) {
  head_ = std::max(head_, page.head.seq);
  const Seq before = synced_.seq;
  started_ = true;
  skip_missing(page.missing);
  for (const Event& event : page.events) {
    if (event.seq <= synced_.seq) continue;
    const uint64_t next = synced_.seq.value() + 1;
    // The server answers in order, so that what it left out is not to be had.
    if (event.seq.value() > next) skip_missing({{next, event.seq.value() - 1}});
    apply(event);
    skip_missing(page.missing);
  }
  // Nothing follows, though the head is said to be further on: that cannot be had either. Only
  // when nothing at all came, since a head may be newer than the events beside it.
  if (page.complete && synced_.seq == before && page.head.seq > synced_.seq)
    skip_missing({{synced_.seq.value() + 1, page.head.seq.value()}});
  take_pending();
  return page.complete && !behind();
}

void ChatLog::skip_missing(const std::vector<SeqRange>& missing) {
  for (const SeqRange& hole : missing) {
    if (hole.to <= synced_.seq.value() || hole.from > synced_.seq.value() + 1) continue;
    add_stretch(absent_, {synced_.seq.value() + 1, hole.to});
    add_stretch(known_, {synced_.seq.value() + 1, hole.to});
    synced_.seq = Seq(hole.to);
  }
}

bool ChatLog::page(const Page& page, std::optional<uint64_t> before) {
  const uint64_t as_of = page.head.seq.value();
  if (started_ && as_of < synced_.seq.value() && recent_from_ > as_of) return false;
  head_ = std::max(head_, page.head.seq);
  for (const SeqRange& hole : page.missing) {
    add_stretch(absent_, hole);
    add_stretch(known_, hole);
  }
  if (!page.range) {
    if (!page.prev && before) begins_ = before;
    return true;
  }
  if (!page.prev) begins_ = page.range->from;
  for (const Message& message : page.messages) insert(message, as_of);
  add_stretch(known_, *page.range);
  for (const Event& event : recent_) {
    auto target = seq_of_.find(event.target);
    if (target != seq_of_.end()) fold(entries_.at(target->second), event);
  }
  if (started_) return true;
  started_ = true;
  synced_ = page.head;
  recent_from_ = as_of;
  add_stretch(known_, {page.range->from, std::max(page.range->to, as_of)});
  take_pending();
  return true;
}

void ChatLog::restart(const Page& page) {
  ChatLog fresh(me_);
  fresh.pending_ = std::move(pending_);
  fresh.head_ = head_;
  *this = std::move(fresh);
  this->page(page);
}

void ChatLog::apply(const Event& event) {
  synced_ = {event.id, event.seq};
  applied_.push_back(event);
  head_ = std::max(head_, event.seq);
  const uint64_t seq = event.seq.value();
  add_stretch(known_, {seq, seq});
  if (is_entry(event.kind)) {
    auto held = entries_.find(seq);
    if (held != entries_.end() && held->second.as_of >= seq) return;
    Message message{.event = event};
    message.deleted = event.gone;
    insert(std::move(message), seq);
  } else if (changes_another(event.kind)) {
    remember(event);
    auto target = seq_of_.find(event.target);
    if (target != seq_of_.end()) fold(entries_.at(target->second), event);
  }
}

void ChatLog::take_pending() {
  while (!pending_.empty() && pending_.begin()->first <= synced_.seq.value() + 1) {
    const Event event = std::move(pending_.begin()->second);
    pending_.erase(pending_.begin());
    if (event.seq > synced_.seq) apply(event);
  }
}

void ChatLog::remember(const Event& event) {
  recent_.push_back(event);
  if (recent_.size() <= kRecentMax) return;
  recent_from_ = recent_.front().seq.value();
  recent_.pop_front();
}

void ChatLog::insert(Message message, uint64_t as_of) {
  const uint64_t seq = message.event.seq.value();
  auto held = entries_.find(seq);
  if (held != entries_.end()) {
    // What is held was folded up to synced() at least; it is replaced unless it is newer still.
    if (held->second.as_of > std::max(as_of, synced_.seq.value())) return;
    erase(held);
  }
  Entry entry{.message = std::move(message), .as_of = as_of};
  for (const Reaction& reaction : entry.message.reactions) {
    entry.reacting[reaction.emoji][me_] = reaction.me;
    entry.strangers[reaction.emoji] = reaction.count - (reaction.me && reaction.count > 0 ? 1 : 0);
  }
  seq_of_[entry.message.event.id] = seq;
  weigh(entries_.emplace(seq, std::move(entry)).first->second);
}

void ChatLog::erase(std::map<uint64_t, Entry>::iterator entry) {
  bytes_ -= entry->second.bytes;
  unsure_.erase(entry->second.message.event.id);
  seq_of_.erase(entry->second.message.event.id);
  entries_.erase(entry);
}

void ChatLog::weigh(Entry& entry) {
  // The fixed part covers the nodes of three maps and the strings' own headers.
  size_t bytes = sizeof(Entry) + 200 + entry.message.event.body.text.size() +
                 entry.message.event.body.meta.size() + 40 * entry.message.event.users.size();
  for (const Attachment& attachment : entry.message.event.body.attachments)
    bytes += sizeof(Attachment) + attachment.url.size();
  bytes_ = bytes_ - entry.bytes + bytes;
  entry.bytes = bytes;
}

void ChatLog::fold(Entry& entry, const Event& event) {
  Message& message = entry.message;
  // A body that is gone tells of its delete before the event does, though not by whom.
  const bool told = message.deleted && message.deleted_by == UserId();
  if (event.seq.value() <= entry.as_of) return;
  if (message.deleted && !(told && event.kind == Kind::kDelete)) return;
  if (event.kind == Kind::kReact) {
    fold_reaction(entry, event);
  } else if (event.kind == Kind::kDelete) {
    message.deleted = true;
    message.deleted_by = event.from;
    message.event.body = {};
    message.reactions.clear();
    entry.reacting.clear();
    entry.strangers.clear();
  } else if (event.id > message.edited) {
    message.edited = event.id;
    if (!event.gone) message.event.body = event.body;
  }
  weigh(entry);
}

bool ChatLog::reacted_before(Entry& entry, const Event& event) {
  std::map<UserId, bool>& named = entry.reacting[event.emoji];
  if (auto found = named.find(event.from); found != named.end()) return found->second;
  uint32_t& strangers = entry.strangers[event.emoji];
  if (event.from == me_ || strangers == 0) return false;
  // Perhaps among the counted. Taken as a change, and read again soon.
  unsure_.insert(entry.message.event.id);
  if (!event.on) --strangers;
  return !event.on;
}

void ChatLog::fold_reaction(Entry& entry, const Event& event) {
  const bool before = reacted_before(entry, event);
  std::map<UserId, bool>& named = entry.reacting[event.emoji];
  named[event.from] = event.on;
  std::vector<Reaction>& all = entry.message.reactions;
  auto reaction = std::find_if(all.begin(), all.end(),
                               [&](const Reaction& r) { return r.emoji == event.emoji; });
  if (reaction == all.end()) reaction = all.insert(all.end(), Reaction{.emoji = event.emoji});
  if (event.on != before) reaction->count += event.on ? 1 : -1;
  if (event.from == me_) reaction->me = event.on;
  if (named.size() > kNamesMax) {
    named = {{me_, reaction->me}};
    entry.strangers[event.emoji] = reaction->count - (reaction->me ? 1 : 0);
  }
  if (reaction->count == 0) all.erase(reaction);
}

const ChatLog::Entry* ChatLog::find(EventId id) const {
  auto seq = seq_of_.find(id);
  return seq == seq_of_.end() ? nullptr : &entries_.at(seq->second);
}

std::optional<SeqRange> ChatLog::stretch(uint64_t seq) const {
  if (!covers(known_, seq)) return std::nullopt;
  auto it = std::prev(known_.upper_bound(seq));
  return SeqRange{it->first, it->second};
}

bool ChatLog::absent(uint64_t seq) const { return covers(absent_, seq); }

void ChatLog::trim(uint64_t around, size_t messages_max, size_t bytes_max) {
  while (entries_.size() > 1 && (entries_.size() > messages_max || bytes_ > bytes_max)) {
    auto first = entries_.begin();
    auto last = std::prev(entries_.end());
    if (distance(first->first, around) >= distance(last->first, around)) {
      remove_stretch(known_, {0, first->first});
      erase(first);
    } else {
      remove_stretch(known_, {last->first, UINT64_MAX - 1});
      erase(last);
    }
  }
}

}  // namespace chat::client
