// ReadTurns: how many reads of one user are under way at a time, over all loops of a gateway. What
// is beyond waits behind the user's own reads and nobody else's, so that nobody's reads, however
// many and dear, are more than a few places ahead of others' in messaging's queue.
// Thread rule: any thread. Owner: shared, because answers come after the gateway is gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "connect/base/clock.h"
#include "connect/base/text_map.h"
#include "connect/protocol/read_service.h"

namespace chat::gateway {

class ReadTurns final : public protocol::ReadService,
                        public std::enable_shared_from_this<ReadTurns> {
 public:
  using Answer = base::Callback<protocol::Result<std::string>>;

  // Places that one user's reads may take: a cheap one takes one, a dear one all. Enough to keep
  // messaging's two readers busy while answers travel; behind four pages of the worst kind (10 ms)
  // others wait 40 ms.
  static constexpr size_t kPlaces = 4;
  // As many as one session may leave unanswered; 256 requests of 64 KiB are 16 MB of one user.
  static constexpr size_t kWaitingMax = 256;

  // Borrowed.
  ReadTurns(protocol::ReadService& reads, const base::Clock& clock)
      : reads_(reads), clock_(clock) {}

  // One too many is refused as overloaded at once. What has waited until its client was told that
  // there is no answer is not read any more.
  void read(protocol::ReadRequest request, Answer done) override;
  // Nothing is begun any more, and what waits is dropped: before `reads` goes away.
  void close();

 private:
  struct Waiting {
    protocol::ReadRequest request;
    Answer done;
    int64_t due_ms;
  };
  struct Turn {
    size_t taken = 0;  // places
    bool is_beginning = false;
    std::deque<Waiting> waiting;
  };
  struct Shard {
    std::mutex mutex;
    bool is_closed = false;     // guarded
    base::TextMap<Turn> turns;  // guarded; none is idle
  };
  static constexpr size_t kShards = 16;

  Shard& shard_of(std::string_view user);
  // False: too many wait.
  bool enter(const std::string& user, Waiting& waiting);
  void begin_next(const std::string& user);
  std::optional<Waiting> take_next(const std::string& user);
  void begin(const std::string& user, Waiting next);
  void leave(const std::string& user, size_t places);

  protocol::ReadService& reads_;
  const base::Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace chat::gateway
