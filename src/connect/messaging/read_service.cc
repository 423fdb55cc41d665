#include "connect/messaging/read_service.h"

#include "connect/base/check.h"
#include "connect/messaging/reads.h"

namespace chat::messaging {

using protocol::ErrorCode;
using protocol::ReadRequest;

namespace {

constexpr struct {
  ReadRequest::WhatCase what;
  const char* call;
} kCalls[] = {
    {ReadRequest::kHistory, "history"},   {ReadRequest::kEvents, "events"},
    {ReadRequest::kSync, "sync"},         {ReadRequest::kInbox, "inbox"},
    {ReadRequest::kChat, "chat"},         {ReadRequest::kMembers, "members"},
    {ReadRequest::kReceipts, "receipts"},
};

// Null for a read that this version does not know.
std::shared_ptr<Reading> make_read(Reading::Context context, ReadRequest& request) {
  switch (request.what_case()) {
    case ReadRequest::kHistory: return make_history_read(std::move(context), request.history());
    case ReadRequest::kEvents: return make_events_read(std::move(context), request.events());
    case ReadRequest::kSync:
      return make_sync_read(std::move(context), std::move(*request.mutable_sync()));
    case ReadRequest::kInbox:
      return make_inbox_read(std::move(context), std::move(*request.mutable_inbox()));
    case ReadRequest::kChat: return make_chat_read(std::move(context), request.chat());
    case ReadRequest::kMembers:
      return make_members_read(std::move(context), std::move(*request.mutable_members()));
    case ReadRequest::kReceipts: return make_receipts_read(std::move(context), request.receipts());
    case ReadRequest::WHAT_NOT_SET: break;
  }
  return nullptr;
}

}  // namespace

MessagingReadService::MessagingReadService(Parts parts)
    : parts_(std::move(parts)),
      in_flight_max_(parts_.reads_per_reader_max * static_cast<uint32_t>(parts_.readers.size())),
      number_(static_cast<uint64_t>(parts_.clock->wall_ms()) * 1000) {
  CHECK(!parts_.readers.empty());
  const auto counter = [this](const char* call) {
    return &parts_.metrics->counter("connect_reads_total", "Reads that were asked for.",
                                    {{"call", call}});
  };
  for (const auto& [what, call] : kCalls) counters_[what] = counter(call);
  unknown_ = counter("unknown");
  overloaded_ = &parts_.metrics->counter("connect_reads_overloaded_total",
                                         "Reads that were refused because too many were waiting.");
  seconds_ = &parts_.metrics->histogram(
      "connect_read_seconds", "From when a read was asked for to its answer, in whole ms.",
      {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5});
}

base::Counter& MessagingReadService::counter_of(const ReadRequest& request) {
  const auto found = counters_.find(request.what_case());
  return found == counters_.end() ? *unknown_ : *found->second;
}

// The answer, counted as no longer in flight.
ReadAnswer MessagingReadService::counted(ReadAnswer done) {
  return [this, began_ms = parts_.clock->boot_ms(),
          done = std::move(done)](protocol::Result<std::string> result) {
    seconds_->observe(static_cast<double>(parts_.clock->boot_ms() - began_ms) / 1000.0);
    in_flight_.fetch_sub(1);
    done(std::move(result));
  };
}

void MessagingReadService::read(ReadRequest request, ReadAnswer done) {
  counter_of(request).add();
  if (in_flight_.fetch_add(1) >= in_flight_max_) {
    in_flight_.fetch_sub(1);
    overloaded_->add();
    done(protocol::refuse(ErrorCode::kOverloaded, "too many reads are waiting", "",
                          kReadRetryAfterMs));
    return;
  }
  begin(std::move(request), counted(std::move(done)));
}

// A Reading answers for itself when its task is destroyed unrun.
void MessagingReadService::begin(ReadRequest request, ReadAnswer done) {
  const uint64_t number = number_.fetch_add(1) + 1;
  base::Executor* const reader = parts_.readers[number % parts_.readers.size()];
  Reading::Context context{parts_.persistence,
                           parts_.cursors,
                           reader,
                           protocol::UserId(std::move(*request.mutable_user())),
                           number,
                           nullptr};
  if (request.what_case() == ReadRequest::WHAT_NOT_SET) {
    done(protocol::refuse(ErrorCode::kUnknownOperation, "this server does not know that read"));
    return;
  }
  context.done = std::move(done);
  auto reading = make_read(std::move(context), request);
  reader->post([reading = std::move(reading)] { reading->run(); });
}

}  // namespace chat::messaging
