// MessagingReadService: answers what users read, within what each may see, on reader threads.
// It bounds how many reads are under way and keeps no state of chats: every read asks persistence.
// Thread rule: read() may be called on any thread; it must not be after the service is destroyed,
// nor may the service be destroyed before its reader executors have stopped.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "connect/base/clock.h"
#include "connect/base/executor.h"
#include "connect/base/metrics.h"
#include "connect/messaging/reading.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/cursor.h"
#include "connect/protocol/read_service.h"

namespace chat::messaging {

// Reads under way and waiting, for each reader. At 100 us for a page the last one waits 0.1 s, and
// 1,000 requests of 64 KiB are 64 MB at the worst.
inline constexpr uint32_t kReadsPerReaderMax = 1'000;
inline constexpr int64_t kReadRetryAfterMs = 200;

class MessagingReadService final : public protocol::ReadService {
 public:
  // Borrowed: everything outlives the service. `readers`: one or more threads that may block.
  struct Parts {
    persistence::Persistence* persistence = nullptr;
    const protocol::CursorSealer* cursors = nullptr;
    const base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    std::vector<base::Executor*> readers;
    uint32_t reads_per_reader_max = kReadsPerReaderMax;
  };

  explicit MessagingReadService(Parts parts);

  void read(protocol::ReadRequest request, ReadAnswer done) override;

 private:
  base::Counter& counter_of(const protocol::ReadRequest& request);
  ReadAnswer counted(ReadAnswer done);
  void begin(protocol::ReadRequest request, ReadAnswer done);

  const Parts parts_;
  const uint32_t in_flight_max_;
  std::atomic<uint32_t> in_flight_ = 0;
  // Of the last read. It begins with the time, in us, so that no restart uses one again.
  std::atomic<uint64_t> number_;
  std::map<uint32_t, base::Counter*> counters_;  // by the request's field number
  base::Counter* unknown_;
  base::Counter* overloaded_;
  base::Histogram* seconds_;
};

}  // namespace chat::messaging
