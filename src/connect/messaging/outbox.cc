#include "connect/messaging/outbox.h"

#include <algorithm>
#include <thread>

#include "connect/protocol/records.pb.h"

namespace chat::messaging {

using base::Code;
using base::Result;

Outbox::Outbox(bus::Bus& bus, std::shared_ptr<Mailbox> mailbox, base::Metrics& metrics)
    : bus_(bus),
      mailbox_(std::move(mailbox)),
      resyncs_total_(metrics.counter("connect_resyncs_total",
                                     "Pushes that were cut because a gateway had no room")) {}

void Outbox::produce(uint32_t gateway, std::string value, base::Task refused) {
  bus::Record record;
  record.partition = static_cast<int>(gateway);
  record.value = std::move(value);
  // Shared with the answer, which looks at it on this thread only.
  const auto returned = std::make_shared<bool>(false);
  bus_.produce(bus::Topic::kDeliveries, std::move(record),
               [mailbox = mailbox_, returned, caller = std::this_thread::get_id(),
                refused = std::move(refused)](const Result<uint64_t>& result) {
                 // An unknown outcome is sent again too: the gateway drops a second answer.
                 if (result) return;
                 const bool inside = std::this_thread::get_id() == caller && !*returned;
                 inside ? refused() : mailbox->post(refused);
               });
  *returned = true;
}

void Outbox::reply(uint32_t gateway, std::string value) {
  const auto waiting = waiting_.find(gateway);
  if (waiting == waiting_.end())
    send_reply(gateway, std::move(value));
  else
    waiting->second.replies.push_back(std::move(value));
}

void Outbox::send_reply(uint32_t gateway, std::string value) {
  std::string kept = value;
  produce(gateway, std::move(value),
          [this, gateway, kept = std::move(kept)] { reply_refused(gateway, kept); });
}

void Outbox::reply_refused(uint32_t gateway, std::string value) {
  waiting_[gateway].replies.push_back(std::move(value));
  retry_later();
}

void Outbox::push(uint32_t gateway, std::string value, const std::string& chat,
                  const Users& users) {
  if (waiting_.contains(gateway)) return cut(gateway, chat, users);
  // Only what a full queue needs is kept; the chat's name is short.
  produce(gateway, std::move(value), [this, gateway, chat, users] { cut(gateway, chat, users); });
}

void Outbox::hint(uint32_t gateway, std::string value) {
  if (waiting_.contains(gateway)) return;
  produce(gateway, std::move(value), [] {});
}

void Outbox::cut(uint32_t gateway, const std::string& chat, const Users& users) {
  resyncs_total_.add();
  resync_later(gateway, chat, users);
}

void Outbox::resync_later(uint32_t gateway, const std::string& chat, const Users& users) {
  if (resyncs_ >= kResyncsMax) return;
  std::vector<Users>& waiting = waiting_[gateway].resyncs[chat];
  if (waiting.empty()) ++resyncs_;
  if (std::find(waiting.begin(), waiting.end(), users) == waiting.end()) waiting.push_back(users);
  retry_later();
}

void Outbox::resync(uint32_t gateway, const std::string& chat, std::vector<Users> users) {
  if (waiting_.contains(gateway)) {
    for (const Users& list : users) resync_later(gateway, chat, list);
    return;
  }
  protocol::Delivery delivery;
  delivery.mutable_resync()->set_chat(chat);
  for (const Users& list : users)
    for (const std::string& user : *list) delivery.mutable_resync()->add_users(user);
  produce(gateway, delivery.SerializeAsString(), [this, gateway, chat, users = std::move(users)] {
    for (const Users& list : users) resync_later(gateway, chat, list);
  });
}

void Outbox::retry_later() {
  if (retrying_) return;
  retrying_ = true;
  mailbox_->post_after(kRetryMs, [this] { retry(); });
}

void Outbox::retry() {
  retrying_ = false;
  std::map<uint32_t, Waiting> waiting;
  waiting.swap(waiting_);
  resyncs_ = 0;
  // What is refused again waits again, and so does what comes after it.
  for (auto& [gateway, held] : waiting) {
    for (std::string& value : held.replies) reply(gateway, std::move(value));
    for (auto& [chat, users] : held.resyncs) resync(gateway, chat, std::move(users));
  }
}

}  // namespace chat::messaging
