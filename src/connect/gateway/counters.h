// Counters: what a gateway counts of its requests and refusals. Instruments are looked up once, so
// that counting is an array access and an atomic add. Any thread.
#pragma once

#include <array>
#include <string_view>

#include "connect/base/metrics.h"
#include "connect/protocol/error.h"
#include "connect/protocol/records.pb.h"

namespace chat::gateway {

class Counters {
 public:
  explicit Counters(base::Metrics& metrics);

  void count(const protocol::Command& command);
  void count(const protocol::ReadRequest& read);
  void count_hello() { hello_.add(); }
  void count_watch() { watch_.add(); }
  void count_refusal(protocol::ErrorCode code);

 private:
  static constexpr size_t kOperations = 32;  // above every field number of the records' oneofs

  std::array<base::Counter*, kOperations> commands_{};
  std::array<base::Counter*, kOperations> reads_{};
  std::array<base::Counter*, protocol::kErrorCodes> refusals_{};
  base::Counter& hello_;
  base::Counter& watch_;
};

}  // namespace chat::gateway
