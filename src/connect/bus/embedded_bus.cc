#include "connect/bus/embedded_bus.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "connect/base/check.h"

namespace chat::bus {
namespace {

// What a queued record costs beside its bytes: the struct and two heap blocks.
constexpr size_t kRecordOverheadBytes = sizeof(Record) + 32;

size_t cost_of(const Record& record) {
  return record.key.size() + record.value.size() + kRecordOverheadBytes;
}

}  // namespace

// One queue. Records [0, taken) were handed out and wait for their commit.
struct alignas(64) EmbeddedBus::Partition {
  mutable std::mutex mutex;
  std::deque<Record> records;    // guarded by mutex
  size_t taken = 0;              // guarded by mutex
  size_t bytes = 0;              // guarded by mutex; of all that is kept
  uint64_t end = 0;              // guarded by mutex; the next record's offset
  uint64_t generation = 0;       // guarded by mutex; rises with every change of hands
  Consumer* consumer = nullptr;  // guarded by mutex
  // Written under mutex; read without it to skip empty partitions.
  std::atomic<size_t> waiting{0};

  void pop_front() {
    bytes -= cost_of(records.front());
    records.pop_front();
  }
  // What was taken and not committed comes again.
  void rewind() {
    taken = 0;
    waiting = records.size();
  }
  void clear() {
    while (!records.empty()) pop_front();
    rewind();
  }
};

struct EmbeddedBus::TopicState {
  explicit TopicState(const TopicOptions& topic_options)
      : options(topic_options), partitions(static_cast<size_t>(topic_options.partitions)) {}
  Partition& at(int partition) {
    CHECK(partition >= 0 && partition < options.partitions);
    return partitions[static_cast<size_t>(partition)];
  }

  const TopicOptions options;
  std::vector<Partition> partitions;  // fixed size
  std::mutex group_mutex;             // before any partition's mutex
  std::vector<Consumer*> members;     // guarded by group_mutex; in order of joining
};

// A subscription. Wakes its thread at most once between two empty takes: a take that finds nothing
// arms it, then looks again, so that a record which slipped in between is not missed (both sides
// write first and read the other's word second, all sequentially consistent).
class EmbeddedBus::Consumer final : public Subscription {
 public:
  Consumer(TopicState& topic, std::function<void()> ready)
      : topic_(topic), ready_(std::move(ready)) {}
  ~Consumer() override;

  Batch take(size_t records_max) override;
  void commit(int partition, uint64_t offset) override;

  // Under the group's mutex.
  void assign(int partition);
  void revoke(int partition);
  // Under the mutex of a partition that it owns, or the group's.
  void wake() {
    if (armed_.exchange(false)) ready_();
  }

 private:
  struct Owned {
    int partition;
    uint64_t generation;
  };
  void take_changes(Batch& batch);
  void take_records(size_t records_max, std::vector<Record>& records);
  void take_from(const Owned& owned, size_t records_max, std::vector<Record>& records);
  bool something_waits() const;

  TopicState& topic_;
  const std::function<void()> ready_;
  std::atomic<bool> armed_{false};
  std::atomic<bool> changed_{false};

  std::mutex changes_mutex_;     // after the group's and a partition's
  std::vector<int> revoked_;     // guarded by changes_mutex_
  std::vector<Owned> assigned_;  // guarded by changes_mutex_

  std::vector<Owned> owned_;  // the consuming thread's own
  size_t turn_ = 0;           // the consuming thread's own; whose partition is served first
};

EmbeddedBus::Consumer::~Consumer() {
  const std::lock_guard group_lock(topic_.group_mutex);
  for (Partition& partition : topic_.partitions) {
    const std::lock_guard lock(partition.mutex);
    if (partition.consumer != this) continue;
    partition.consumer = nullptr;
    ++partition.generation;
    partition.rewind();
  }
  if (std::erase(topic_.members, this) > 0) share_out(topic_);
}

void EmbeddedBus::Consumer::assign(int partition) {
  Partition& state = topic_.at(partition);
  const std::lock_guard lock(state.mutex);
  state.consumer = this;
  ++state.generation;
  state.rewind();
  {
    const std::lock_guard changes_lock(changes_mutex_);
    assigned_.push_back({partition, state.generation});
  }
  changed_ = true;
  wake();
}

void EmbeddedBus::Consumer::revoke(int partition) {
  {
    const std::lock_guard lock(changes_mutex_);
    // An assignment that was never told is taken back without a word.
    const auto untold = std::erase_if(
        assigned_, [partition](const Owned& owned) { return owned.partition == partition; });
    if (untold == 0) revoked_.push_back(partition);
  }
  changed_ = true;
  wake();
}

Batch EmbeddedBus::Consumer::take(size_t records_max) {
  Batch batch;
  armed_ = false;
  for (;;) {
    if (changed_.exchange(false)) take_changes(batch);
    take_records(records_max, batch.records);
    if (!batch.empty()) return batch;
    armed_ = true;
    if (!something_waits()) return batch;
    armed_ = false;
  }
}

void EmbeddedBus::Consumer::take_changes(Batch& batch) {
  const std::lock_guard lock(changes_mutex_);
  for (const int partition : revoked_)
    std::erase_if(owned_, [partition](const Owned& owned) { return owned.partition == partition; });
  for (const Owned& owned : assigned_) {
    owned_.push_back(owned);
    batch.assigned.push_back(owned.partition);
  }
  batch.revoked = std::move(revoked_);
  revoked_.clear();
  assigned_.clear();
}

bool EmbeddedBus::Consumer::something_waits() const {
  return changed_ || std::ranges::any_of(owned_, [this](const Owned& owned) {
           return topic_.at(owned.partition).waiting > 0;
         });
}

void EmbeddedBus::Consumer::take_records(size_t records_max, std::vector<Record>& records) {
  for (size_t i = 0; i < owned_.size() && records.size() < records_max; ++i)
    take_from(owned_[(turn_ + i) % owned_.size()], records_max, records);
  ++turn_;
}

void EmbeddedBus::Consumer::take_from(const Owned& owned, size_t records_max,
                                      std::vector<Record>& records) {
  Partition& partition = topic_.at(owned.partition);
  if (partition.waiting == 0) return;
  const std::lock_guard lock(partition.mutex);
  // It changed hands since the last take: the next look at the changes will tell.
  if (partition.generation != owned.generation) return;
  while (records.size() < records_max && partition.taken < partition.records.size()) {
    if (topic_.options.auto_commit) {
      partition.bytes -= cost_of(partition.records.front());
      records.push_back(std::move(partition.records.front()));
      partition.records.pop_front();
    } else {
      records.push_back(partition.records[partition.taken++]);
    }
  }
  partition.waiting = partition.records.size() - partition.taken;
}

void EmbeddedBus::Consumer::commit(int partition, uint64_t offset) {
  const auto owned = std::ranges::find_if(
      owned_, [partition](const Owned& o) { return o.partition == partition; });
  if (owned == owned_.end()) return;
  Partition& state = topic_.at(partition);
  const std::lock_guard lock(state.mutex);
  if (state.generation != owned->generation) return;
  while (state.taken > 0 && state.records.front().offset <= offset) {
    state.pop_front();
    --state.taken;
  }
}

EmbeddedBus::EmbeddedBus(const EmbeddedBusOptions& options, const base::Clock& clock)
    : clock_(clock),
      topics_{std::make_unique<TopicState>(options.commands),
              std::make_unique<TopicState>(options.deliveries),
              std::make_unique<TopicState>(options.signals)} {}

EmbeddedBus::~EmbeddedBus() = default;

EmbeddedBus::TopicState& EmbeddedBus::state_of(Topic topic) const {
  return *topics_[static_cast<size_t>(topic)];
}

int EmbeddedBus::partitions(Topic topic) const { return state_of(topic).options.partitions; }

int64_t EmbeddedBus::stamp_ms() {
  const int64_t wall = clock_.wall_ms();
  int64_t newest = newest_ms_.load(std::memory_order_relaxed);
  while (wall > newest && !newest_ms_.compare_exchange_weak(newest, wall)) {
  }
  return std::max(wall, newest);
}

void EmbeddedBus::produce(Topic topic, Record record, base::Callback<base::Result<uint64_t>> done) {
  TopicState& state = state_of(topic);
  Partition& partition = state.at(record.partition);
  const size_t bytes = cost_of(record);
  std::optional<uint64_t> offset;
  {
    const std::lock_guard lock(partition.mutex);
    const bool fits = partition.records.size() < state.options.records_max &&
                      partition.bytes + bytes <= state.options.bytes_max;
    if (fits || partition.records.empty()) {
      offset = record.offset = partition.end++;
      record.time_ms = stamp_ms();
      partition.bytes += bytes;
      partition.records.push_back(std::move(record));
      ++partition.waiting;
      if (partition.consumer) partition.consumer->wake();
    }
  }
  if (offset) return done(*offset);
  done(base::unexpected(base::Code::kOverloaded, "the bus's queue for this partition is full"));
}

// Partition p belongs to member p mod n: even shares, and the same for the same list of members.
void EmbeddedBus::share_out(TopicState& topic) {
  if (topic.members.empty()) return;
  for (int i = 0; i < topic.options.partitions; ++i) {
    Consumer* const owner = topic.members[static_cast<size_t>(i) % topic.members.size()];
    Consumer* before = nullptr;
    {
      Partition& partition = topic.at(i);
      const std::lock_guard lock(partition.mutex);
      before = partition.consumer;
    }
    if (before == owner) continue;
    if (before) before->revoke(i);
    owner->assign(i);
  }
}

std::unique_ptr<Subscription> EmbeddedBus::join(Topic topic, std::function<void()> ready) {
  TopicState& state = state_of(topic);
  auto consumer = std::make_unique<Consumer>(state, std::move(ready));
  const std::lock_guard lock(state.group_mutex);
  state.members.push_back(consumer.get());
  share_out(state);
  return consumer;
}

std::unique_ptr<Subscription> EmbeddedBus::subscribe(Topic topic, std::vector<int> partitions,
                                                     std::function<void()> ready) {
  TopicState& state = state_of(topic);
  auto consumer = std::make_unique<Consumer>(state, std::move(ready));
  const std::lock_guard lock(state.group_mutex);
  CHECK(state.members.empty());
  for (const int i : partitions) {
    {
      Partition& partition = state.at(i);
      const std::lock_guard partition_lock(partition.mutex);
      CHECK(!partition.consumer);
      partition.clear();
    }
    consumer->assign(i);
  }
  return consumer;
}

int64_t EmbeddedBus::now_ms() const { return std::max(clock_.wall_ms(), newest_ms_.load()); }

size_t EmbeddedBus::depth(Topic topic) const {
  size_t waiting = 0;
  for (const Partition& partition : state_of(topic).partitions) waiting += partition.waiting;
  return waiting;
}

}  // namespace chat::bus
