#include "connect/gateway/deliveries.h"

#include <utility>

#include "connect/base/hash.h"
#include "connect/protocol/frame.h"
#include "connect/protocol/json_out.h"

namespace chat::gateway {

namespace json = protocol::json;

Deliveries::Deliveries(SessionTable& sessions, OnReply on_reply)
    : sessions_(sessions), on_reply_(std::move(on_reply)) {}

bool Deliveries::take(const bus::Record& record) {
  if (!delivery_.ParseFromString(record.value)) return false;
  switch (delivery_.what_case()) {
    case protocol::Delivery::kReply: handle(delivery_.reply()); return true;
    case protocol::Delivery::kEvent: handle(delivery_.event()); return true;
    case protocol::Delivery::kMarked:
      push_to(delivery_.marked().users(), delivery_.marked().except_session(),
              json::push_marked(delivery_.marked().marked()));
      return true;
    case protocol::Delivery::kTyping:
      push_to(delivery_.typing().users(), delivery_.typing().except_session(),
              json::push_typing(delivery_.typing().chat(), delivery_.typing().user()));
      return true;
    case protocol::Delivery::kRejected: {
      const protocol::RejectedPush& push = delivery_.rejected();
      WebSocket* const socket = sessions_.find(push.session());
      if (socket != nullptr && socket->session().is_live())
        socket->send_text(
            json::push_rejected(push.chat(), push.key(), protocol::error_code_from(push.code())));
      return true;
    }
    case protocol::Delivery::kResync:
      for (const std::string& user : delivery_.resync().users()) {
        for (WebSocket* const socket : sessions_.of_user(user))
          socket->push_resync(delivery_.resync().chat());
      }
      return true;
    case protocol::Delivery::WHAT_NOT_SET: return false;
  }
  return false;
}

void Deliveries::handle(const protocol::Reply& reply) {
  if (reply.session() == 0) return on_reply_(reply);
  if (WebSocket* const socket = sessions_.find(reply.session())) socket->session().on_reply(reply);
}

void Deliveries::handle(const protocol::EventPush& push) {
  if (push.users_size() > 0)
    push_event(push, push.users(), json::push_event(push.chat(), push.event()));
  if (push.hidden_from_size() > 0)
    push_event(push, push.hidden_from(), json::push_hidden(push.chat(), push.event()));
}

template <typename Users>
void Deliveries::push_event(const protocol::EventPush& push, const Users& users,
                            const std::string& text) {
  frame(text);
  const uint64_t chat_hash = base::stable_hash(push.chat());
  for (const std::string& user : users) {
    for (WebSocket* const socket : sessions_.of_user(user)) {
      if (socket->session().takes_event(chat_hash, push.event().seq()))
        socket->push_event(push.chat(), frame_);
    }
  }
}

template <typename Users>
void Deliveries::push_to(const Users& users, uint64_t except_session, const std::string& text) {
  frame(text);
  for (const std::string& user : users) {
    for (WebSocket* const socket : sessions_.of_user(user)) {
      if (socket->session().number() != except_session) socket->push(frame_);
    }
  }
}

void Deliveries::frame(const std::string& text) {
  frame_.clear();
  protocol::append_frame(frame_, protocol::Opcode::kText, text);
}

}  // namespace chat::gateway
