#include "connect/messaging/target_cache.h"

namespace chat::messaging {

using protocol::Event;
using protocol::EventId;

Target TargetCache::target_of(const Known& known, const std::string& user) {
  Target target;
  if (known.event) target.event = &*known.event;
  if (known.overlay) target.overlay = &*known.overlay;
  const auto mine = known.reactions.find(user);
  if (mine != known.reactions.end() && mine->second) target.reaction = &*mine->second;
  return target;
}

std::optional<Target> TargetCache::find(EventId target, const std::string& user) const {
  const auto found = known_.find(target);
  if (found == known_.end() || !found->second.reactions.contains(user)) return std::nullopt;
  return target_of(found->second, user);
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
  const auto known = known_.find(target);
  if (known == known_.end()) {
    if (changed) return;
    known_[target] = {std::move(loaded.event), std::move(loaded.overlay), {}};
  }
  // Of the user's own reactions the read is as new as can be: changing them needs them in here.
  known_[target].reactions.try_emplace(user, std::move(loaded.reaction));
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
  if (change.reaction) known->second.reactions[event.from()] = std::move(change.reaction);
}

void TargetCache::trim() {
  // The oldest messages go first: operations mostly aim at recent ones.
  while (known_.size() > kTargetsMax) known_.erase(known_.begin());
  std::erase_if(known_,
                [](const auto& entry) { return entry.second.reactions.size() > kReactionsMax; });
}

void TargetCache::clear() {
  known_.clear();
  loading_.clear();
}

}  // namespace chat::messaging
