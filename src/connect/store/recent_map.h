// RecentMap: what was used lately, for a bounded number of names. Two generations: what is used
// moves into the young one; when that is full it becomes the old one, and what was left there is
// forgotten. Cheaper than a list of uses, and forgets only when told to. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace chat::store {

template <typename Value>
class RecentMap final {
 public:
  // A generation is full at `generation_max`: at most about twice as many are kept.
  explicit RecentMap(size_t generation_max) : generation_max_(generation_max) {}

  // Null when it is not known. The pointer is valid until the next call.
  const Value* find(const std::string& name) {
    if (const auto young = young_.find(name); young != young_.end()) return &young->second;
    const auto old = old_.find(name);
    if (old == old_.end()) return nullptr;
    return &young_.emplace(name, old->second).first->second;
  }
  void put(const std::string& name, Value value) {
    young_.insert_or_assign(name, std::move(value));
  }
  // Forgets what is too much. Until it is called the map grows.
  void trim() {
    if (young_.size() < generation_max_) return;
    old_ = std::move(young_);
    young_.clear();
  }
  void clear() {
    young_.clear();
    old_.clear();
  }
  size_t size() const { return young_.size() + old_.size(); }

 private:
  const size_t generation_max_;
  std::unordered_map<std::string, Value> young_;
  std::unordered_map<std::string, Value> old_;
};

}  // namespace chat::store
