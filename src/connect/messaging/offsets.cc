#include "connect/messaging/offsets.h"

#include <algorithm>

namespace chat::messaging {

void Offsets::taken(int partition, uint64_t offset) {
  partitions_[partition].records.push_back({offset, false});
  ++open_;
}

void Offsets::done(int partition, uint64_t offset) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return;
  auto& records = found->second.records;
  const auto record =
      std::lower_bound(records.begin(), records.end(), offset,
                       [](const Record& r, uint64_t wanted) { return r.offset < wanted; });
  if (record == records.end() || record->offset != offset || record->done) return;
  record->done = true;
  --open_;
  if (record != records.begin()) return;
  found->second.grew = true;
  grew_ = true;
}

void Offsets::forget(int partition) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return;
  for (const Record& record : found->second.records) open_ -= record.done ? 0 : 1;
  partitions_.erase(found);
}

void Offsets::commit(const std::function<void(int, uint64_t)>& commit) {
  if (!grew_) return;
  grew_ = false;
  for (auto& [number, partition] : partitions_) {
    if (!partition.grew) continue;
    partition.grew = false;
    uint64_t last = 0;
    while (!partition.records.empty() && partition.records.front().done) {
      last = partition.records.front().offset;
      partition.records.pop_front();
    }
    commit(number, last);
  }
}

}  // namespace chat::messaging
