#include "connect/messaging/offsets.h"

#include <algorithm>

namespace chat::messaging {

void Offsets::taken(int partition, uint64_t offset) {
  partitions_[partition].records.push_back({offset, false});
  ++open_;
}

Offsets::Record* Offsets::find(int partition, uint64_t offset) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return nullptr;
  auto& records = found->second.records;
  const auto record =
      std::lower_bound(records.begin(), records.end(), offset,
                       [](const Record& r, uint64_t wanted) { return r.offset < wanted; });
  return record == records.end() || record->offset != offset ? nullptr : &*record;
}

void Offsets::settled(int partition, const Record& record) {
  Partition& of = partitions_[partition];
  if (record.offset != of.records.front().offset) return;
  of.grew = true;
  grew_ = true;
}

void Offsets::done(int partition, uint64_t offset) {
  Record* const record = find(partition, offset);
  if (record == nullptr) {
    const auto found = partitions_.find(partition);
    if (found != partitions_.end()) open_ -= found->second.passed.erase(offset);
  } else if (!record->done) {
    record->done = true;
    --open_;
    settled(partition, *record);
  }
}

void Offsets::pass(int partition, uint64_t offset) {
  Record* const record = find(partition, offset);
  if (record == nullptr) return;
  record->passed = true;
  settled(partition, *record);
}

void Offsets::forget(int partition) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return;
  for (const Record& record : found->second.records) open_ -= record.done ? 0 : 1;
  open_ -= found->second.passed.size();
  partitions_.erase(found);
}

void Offsets::commit(const std::function<void(int, uint64_t)>& commit) {
  if (!grew_) return;
  grew_ = false;
  for (auto& [number, partition] : partitions_) {
    if (!partition.grew) continue;
    partition.grew = false;
    uint64_t last = 0;
    while (!partition.records.empty()) {
      const Record& first = partition.records.front();
      if (!first.done && !first.passed) break;
      last = first.offset;
      if (!first.done) partition.passed.insert(last);
      partition.records.pop_front();
    }
    commit(number, last);
  }
}

}  // namespace chat::messaging
