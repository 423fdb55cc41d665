#include "connect/messaging/target_cache.h"

#include <algorithm>

namespace chat::messaging {

using protocol::Event;
using protocol::EventId;

namespace {

template <typename Entries>
void keep_last_used(Entries& entries, size_t max) {
  while (entries.size() > max)
    entries.erase(std::min_element(
        entries.begin(), entries.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
}

}  // namespace

Target TargetCache::target_of(const Known& known, const std::string& user) {
  Target target;
  target.event = &known.event;
  if (known.overlay) target.overlay = &*known.overlay;
  const auto mine = known.reactions.find(user);
  if (mine != known.reactions.end() && mine->second.item) target.reaction = &*mine->second.item;
  return target;
}

std::optional<Target> TargetCache::find(EventId target, const std::string& user) {
  const auto found = known_.find(target);
  if (found == known_.end()) return std::nullopt;
  const auto mine = found->second.reactions.find(user);
  if (mine == found->second.reactions.end()) return std::nullopt;
  found->second.used = mine->second.used = ++uses_;
  return target_of(found->second, user);
}

bool TargetCache::has_room(EventId target) const {
  const auto known = known_.find(target);
  return known_.size() + loading_.size() < targets_max_ &&
         (known == known_.end() || known->second.reactions.size() < reactions_max_);
}

bool TargetCache::loading(EventId target, const std::string& user) const {
  return loading_.contains({target, user});
}

void TargetCache::begin_load(EventId target, const std::string& user) {
  loading_[{target, user}] = false;
}

void TargetCache::cancel_load(EventId target, const std::string& user) {
  loading_.erase({target, user});
}

void TargetCache::finish_load(EventId target, const std::string& user,
                              persistence::LoadedTarget loaded) {
  const auto load = loading_.find({target, user});
  if (load == loading_.end()) return;
  const bool changed = load->second;
  loading_.erase(load);
  if (!loaded.event) return;
  auto known = known_.find(target);
  if (known == known_.end()) {
    if (changed) return;
    loaded.event->clear_body();
    known = known_.try_emplace(target).first;
    known->second.event = *std::move(loaded.event);
    known->second.overlay = std::move(loaded.overlay);
  }
  known->second.used = ++uses_;
  // Of the user's own reactions the read is as new as can be: changing them needs them in here.
  known->second.reactions.try_emplace(user, Reactions{std::move(loaded.reaction), uses_});
}

void TargetCache::apply(const Event& event) {
  if (event.target() == 0) return;
  const EventId target(event.target());
  for (auto load = loading_.lower_bound({target, std::string()});
       load != loading_.end() && load->first.first == target; ++load)
    load->second = true;
  const auto known = known_.find(target);
  if (known == known_.end()) return;
  TargetChange change = target_change(target_of(known->second, event.from()), event);
  if (change.overlay) known->second.overlay = std::move(change.overlay);
  if (change.reaction) known->second.reactions[event.from()].item = std::move(change.reaction);
}

void TargetCache::trim() {
  if (known_.size() > targets_max_)
    for (auto& [read, changed] : loading_) changed = true;
  keep_last_used(known_, targets_max_);
  for (auto& [target, known] : known_) keep_last_used(known.reactions, reactions_max_);
}

void TargetCache::clear() {
  known_.clear();
  loading_.clear();
}

}  // namespace chat::messaging
