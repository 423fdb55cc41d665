#include "connect/gateway/counters.h"

#include <google/protobuf/descriptor.h>

#include <string>

#include "connect/base/check.h"

namespace chat::gateway {
namespace {

base::Counter& requests(base::Metrics& metrics, const std::string& operation) {
  return metrics.counter("connect_requests_total", "Requests that gateways took",
                         {{"operation", operation}});
}

// One counter for each alternative of the record's oneof, at its field number.
template <size_t N>
void fill(std::array<base::Counter*, N>& counters, base::Metrics& metrics,
          const google::protobuf::OneofDescriptor& alternatives) {
  for (int i = 0; i < alternatives.field_count(); ++i) {
    const auto& field = *alternatives.field(i);
    CHECK(static_cast<size_t>(field.number()) < N);
    counters[static_cast<size_t>(field.number())] = &requests(metrics, field.name());
  }
}

}  // namespace

Counters::Counters(base::Metrics& metrics)
    : hello_(requests(metrics, "hello")), watch_(requests(metrics, "watch")) {
  fill(commands_, metrics, *protocol::Command::descriptor()->FindOneofByName("op"));
  fill(reads_, metrics, *protocol::ReadRequest::descriptor()->FindOneofByName("what"));
  for (uint32_t code = 0; code < protocol::kErrorCodes; ++code) {
    const std::string_view name = protocol::name_of(protocol::error_code_from(code));
    refusals_[code] = &metrics.counter("connect_refusals_total", "Requests that gateways refused",
                                       {{"code", std::string(name)}});
  }
}

void Counters::count(const protocol::Command& command) {
  if (base::Counter* counter = commands_[static_cast<size_t>(command.op_case())]) counter->add();
}

void Counters::count(const protocol::ReadRequest& read) {
  if (base::Counter* counter = reads_[static_cast<size_t>(read.what_case())]) counter->add();
}

void Counters::count_refusal(protocol::ErrorCode code) {
  refusals_[static_cast<size_t>(code)]->add();
}

}  // namespace chat::gateway
