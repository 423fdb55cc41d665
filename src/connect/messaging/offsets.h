// Offsets: which records of each partition are done with, so that a bus offset is committed only
// when everything up to it is. A plain value, one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>

namespace chat::messaging {

class Offsets {
 public:
  // The record was taken. Offsets of a partition rise.
  void taken(int partition, uint64_t offset);
  // The record is done with. What is not known (any more) is ignored.
  void done(int partition, uint64_t offset);
  // The record is not done with, but the commit need not wait for it.
  void pass(int partition, uint64_t offset);
  // Forgets the partition: it was taken away or given anew.
  void forget(int partition);
  // Calls commit for each partition whose contiguous done or passed part has grown, with its last
  // offset.
  void commit(const std::function<void(int partition, uint64_t offset)>& commit);
  // Records that were taken and are not done with.
  size_t open() const { return open_; }

 private:
  struct Record {
    uint64_t offset = 0;
    bool done = false;
    bool passed = false;
  };
  struct Partition {
    std::deque<Record> records;  // ascending; the first holds the commit up, but for when it grew
    std::set<uint64_t> passed;   // committed and not done with
    bool grew = false;
  };
  Record* find(int partition, uint64_t offset);
  void settled(int partition, const Record& record);
  std::map<int, Partition> partitions_;
  size_t open_ = 0;
  bool grew_ = false;
};

}  // namespace chat::messaging
