#include "connect/messaging/partition_worker.h"

#include <utility>

#include "connect/base/log.h"
#include "connect/protocol/ids.h"

namespace chat::messaging {

using bus::Topic;
using protocol::ChatId;
using protocol::UserId;

namespace {
// Takes in one turn, after which the answers that have come are looked at.
constexpr int kTakesPerTurn = 8;
}  // namespace

PartitionWorker::PartitionWorker(const PartitionWorkerOptions& options, base::Executor& executor,
                                 bus::Bus& bus, const bus::SessionRegistry& registry,
                                 persistence::Persistence& persistence, const base::Clock& clock,
                                 base::Metrics& metrics)
    : options_(options),
      bus_(bus),
      clock_(clock),
      mailbox_(std::make_shared<Mailbox>(executor, [this] { turn(); })),
      metrics_(metrics),
      outbox_(bus, mailbox_, metrics),
      fan_out_(outbox_, registry, metrics),
      flow_({options_, clock, persistence, mailbox_, metrics_, fan_out_, offsets_, shed_},
            [this](const Slot& slot) { came_to_rest(slot); }) {
  mailbox_->signal();
}

PartitionWorker::~PartitionWorker() { mailbox_->close(); }

void PartitionWorker::join() {
  const auto ready = [mailbox = mailbox_] { mailbox->signal(); };
  commands_ = bus_.join(Topic::kCommands, ready);
  signals_ = bus_.join(Topic::kSignals, ready);
}

void PartitionWorker::turn() {
  if (!commands_ && !draining_) join();
  if (!draining_) {
    take_signals();
    if (take_commands()) mailbox_->signal();
  }
  if (commands_)
    offsets_.commit(
        [this](int partition, uint64_t offset) { commands_->commit(partition, offset); });
  // Workers share the gauge, so each adds its own difference.
  const auto open = static_cast<double>(offsets_.open());
  metrics_.open_commands.add(open - open_shown_);
  open_shown_ = open;
  if (!active_.empty()) arm_tick();
  if (draining_) finish_drain();
}

// True: more may be waiting. At open_max the next answers bring the next turn.
bool PartitionWorker::take_commands() {
  for (int takes = 0; takes < kTakesPerTurn; ++takes) {
    if (offsets_.open() >= options_.open_max) return false;
    bus::Batch batch = commands_->take(options_.take_max);
    for (const int partition : batch.revoked) forget(partition);
    for (const int partition : batch.assigned) forget(partition);
    for (const bus::Record& record : batch.records) {
      offsets_.taken(record.partition, record.offset);
      receive(record, false);
    }
    pump_touched();
    if (batch.empty()) return false;
  }
  return true;
}

void PartitionWorker::take_signals() {
  bus::Batch batch = signals_->take(options_.take_max);
  if (batch.empty()) return;
  for (const bus::Record& record : batch.records) receive(record, true);
  pump_touched();
  mailbox_->signal();
}

void PartitionWorker::forget(int partition) {
  offsets_.forget(partition);
  for (auto entry = slots_.begin(); entry != slots_.end();) {
    const Slot& slot = entry->second;
    if (slot->partition != partition) {
      ++entry;
      continue;
    }
    weight_ -= slot->counted_weight;
    (slot->active ? active_ : resting_).erase(slot->place);
    entry = slots_.erase(entry);
  }
}

void PartitionWorker::receive(const bus::Record& record, bool signal) {
  Waiting waiting;
  if (!waiting.command.ParseFromString(record.value) || !ChatId::parse(waiting.command.chat()) ||
      !UserId::parse(waiting.command.from()))
    return set_aside(record, signal);
  waiting.partition = record.partition;
  waiting.offset = record.offset;
  waiting.record_ms = record.time_ms;
  waiting.since_boot_ms = clock_.boot_ms();
  waiting.signal = signal;
  const Slot slot = slot_of(waiting.command.chat(), record.partition);
  if (!slot->active) activate(slot);
  if (!slot->touched) touched_.push_back(slot);
  slot->touched = true;
  flow_.enqueue(slot, std::move(waiting));
}

void PartitionWorker::set_aside(const bus::Record& record, bool signal) {
  metrics_.poisoned_total.add();
  base::log_error("poisoned record set aside",
                  {{"signal", signal}, {"partition", record.partition}, {"offset", record.offset}});
  if (!signal) offsets_.done(record.partition, record.offset);
}

Slot PartitionWorker::slot_of(const std::string& chat, int partition) {
  Slot& slot = slots_[chat];
  if (!slot) {
    slot = std::make_shared<ChatSlot>();
    slot->id = ChatId(chat);
    slot->partition = partition;
    slot->targets = TargetCache(options_.targets_max, options_.reactions_max);
    slot->place = resting_.insert(resting_.end(), slot);
  }
  return slot;
}

void PartitionWorker::activate(const Slot& slot) {
  slot->active = true;
  active_.splice(active_.end(), resting_, slot->place);
}

void PartitionWorker::pump_touched() {
  for (const Slot& slot : touched_) {
    slot->touched = false;
    flow_.pump(slot);
  }
  touched_.clear();
}

void PartitionWorker::came_to_rest(const Slot& slot) {
  if (!slot->active || !slot->idle()) return;
  slot->active = false;
  resting_.splice(resting_.end(), active_, slot->place);
  slot->targets.clear();  // with the texts of edits; few operations aim at what they did before
  ++slot->generation;     // reads of them that are out miss what is applied from now on
  const size_t weight = slot->weight();
  weight_ += weight - slot->counted_weight;
  slot->counted_weight = weight;
  evict();
}

void PartitionWorker::evict() {
  // The newest is kept whatever it weighs: it was just used.
  while (weight_ > options_.weight_max && resting_.size() > 1) {
    const Slot oldest = resting_.front();
    weight_ -= oldest->counted_weight;
    resting_.pop_front();
    slots_.erase(oldest->id.value());
  }
}

void PartitionWorker::arm_tick() {
  if (ticking_) return;
  ticking_ = true;
  mailbox_->post_after(kTickMs, [this] { tick(); });
}

void PartitionWorker::tick() {
  ticking_ = false;
  // A copy: chats come to rest while they are looked at.
  const std::vector<Slot> active(active_.begin(), active_.end());
  for (const Slot& slot : active) flow_.park(slot, clock_.boot_ms());
}

void PartitionWorker::drain(std::function<void()> done) {
  mailbox_->post([this, done = std::move(done)] {
    draining_ = true;
    drained_ = done;
    mailbox_->post_after(kDrainMs, [this] {
      if (!drained_) return;
      base::log_warning("drained in part", {{"commands_unknown", offsets_.open()},
                                            {"replies_waiting", !outbox_.empty()}});
      leave();
    });
  });
}

void PartitionWorker::finish_drain() {
  if (active_.empty() && outbox_.empty() && drained_) leave();
}

void PartitionWorker::leave() {
  // Gives the partitions back; what was not taken goes to whoever gets them.
  commands_.reset();
  signals_.reset();
  std::exchange(drained_, nullptr)();
}

}  // namespace chat::messaging
