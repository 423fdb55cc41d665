// Calls: the HTTPS calls of one loop that wait for messaging's answer. Thread rule: its loop's
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connect/gateway/http_server.h"
#include "connect/protocol/records.pb.h"

namespace chat::gateway {

class Calls {
 public:
  struct Call {
    HttpResponder respond;
    protocol::Command::OpCase operation = protocol::Command::OP_NOT_SET;  // a read: none
    int64_t due_ms = 0;
    QueueAccount queue;  // of a read
  };

  uint64_t add(Call call) {
    calls_.emplace(++last_, std::move(call));
    return last_;
  }
  std::optional<Call> take(uint64_t number) {
    auto node = calls_.extract(number);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }
  std::vector<Call> take_due(int64_t now_ms) {
    std::vector<Call> due;
    std::erase_if(calls_, [&](auto& entry) {
      if (entry.second.due_ms > now_ms) return false;
      due.push_back(std::move(entry.second));
      return true;
    });
    return due;
  }
  [[nodiscard]] size_t size() const { return calls_.size(); }

 private:
  std::unordered_map<uint64_t, Call> calls_;
  uint64_t last_ = 0;
};

}  // namespace chat::gateway
