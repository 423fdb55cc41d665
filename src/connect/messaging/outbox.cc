#include "connect/messaging/outbox.h"

#include <algorithm>

#include "connect/protocol/records.pb.h"

namespace chat::messaging {

using base::Code;
using base::Result;

Outbox::Outbox(bus::Bus& bus, std::shared_ptr<Mailbox> mailbox, base::Metrics& metrics)
    : bus_(bus),
      mailbox_(std::move(mailbox)),
      resyncs_total_(metrics.counter("connect_resyncs_total",
                                     "Pushes that were cut because a gateway had no room")) {}

void Outbox::produce(uint32_t gateway, std::string value, base::Callback<Result<uint64_t>> done) {
  bus::Record record;
  record.partition = static_cast<int>(gateway);
  record.value = std::move(value);
  bus_.produce(bus::Topic::kDeliveries, std::move(record), std::move(done));
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
          [this, mailbox = mailbox_, gateway, kept = std::move(kept)](Result<uint64_t> result) {
            // An unknown outcome is sent again too: the gateway drops a second answer.
            if (result) return;
            mailbox->post([this, gateway, kept] { reply_refused(gateway, kept); });
          });
}

void Outbox::reply_refused(uint32_t gateway, std::string value) {
  waiting_[gateway].replies.push_back(std::move(value));
  retry_later();
}

void Outbox::push(uint32_t gateway, std::string value, const std::string& chat,
                  const Users& users) {
  if (waiting_.contains(gateway)) return cut(gateway, chat, users);
  // Only what a full queue needs is kept; the chat's name is short.
  produce(gateway, std::move(value),
          [this, mailbox = mailbox_, gateway, chat, users](const Result<uint64_t>& result) {
            if (result) return;
            mailbox->post([this, gateway, chat, users] { cut(gateway, chat, users); });
          });
}

void Outbox::hint(uint32_t gateway, std::string value) {
  if (waiting_.contains(gateway)) return;
  produce(gateway, std::move(value), [](const Result<uint64_t>&) {});
}

void Outbox::cut(uint32_t gateway, const std::string& chat, const Users& users) {
  resyncs_total_.add();
  if (resyncs_ >= kResyncsMax) return;
  std::vector<Users>& waiting = waiting_[gateway].resyncs[chat];
  if (waiting.empty()) ++resyncs_;
  if (std::find(waiting.begin(), waiting.end(), users) == waiting.end()) waiting.push_back(users);
  retry_later();
}

void Outbox::send_resync(uint32_t gateway, const std::string& chat, std::vector<Users> users) {
  protocol::Delivery delivery;
  delivery.mutable_resync()->set_chat(chat);
  for (const Users& list : users)
    for (const std::string& user : *list) delivery.mutable_resync()->add_users(user);
  produce(gateway, delivery.SerializeAsString(),
          [this, mailbox = mailbox_, gateway, chat,
           users = std::move(users)](const Result<uint64_t>& result) {
            if (result) return;
            mailbox->post([this, gateway, chat, users] {
              for (const Users& list : users) cut(gateway, chat, list);
            });
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
  // What is refused again comes back through the mailbox, in its order.
  for (auto& [gateway, held] : waiting) {
    for (std::string& reply : held.replies) send_reply(gateway, std::move(reply));
    for (auto& [chat, users] : held.resyncs) send_resync(gateway, chat, std::move(users));
  }
}

}  // namespace chat::messaging
