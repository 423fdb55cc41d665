#include "connect/messaging/fanout.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "connect/messaging/view.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {

using protocol::Delivery;
using protocol::Event;
using protocol::UserId;

namespace {

bool is_in(const protocol::MemberItem* member) {
  return member != nullptr && member->role() != protocol::ROLE_NONE;
}

// Collects users by gateway. Gateways are few, so a plain search is the quickest.
class Gathering {
 public:
  void add(uint32_t gateway, const std::string& user) {
    auto found = std::find_if(lists_.begin(), lists_.end(),
                              [gateway](const auto& list) { return list.first == gateway; });
    if (found == lists_.end()) found = lists_.insert(lists_.end(), {gateway, {}});
    found->second.push_back(user);
  }
  std::vector<Audience::AtGateway> take() {
    std::vector<Audience::AtGateway> gateways;
    for (auto& [gateway, users] : lists_) {
      Delivery delivery;
      for (const std::string& user : users) delivery.mutable_event()->add_users(user);
      gateways.push_back({gateway,
                          std::make_shared<const std::vector<std::string>>(std::move(users)),
                          delivery.SerializeAsString()});
    }
    return gateways;
  }

 private:
  std::vector<std::pair<uint32_t, std::vector<std::string>>> lists_;
};

uint64_t last_from(const protocol::MemberItem& member) {
  const int intervals = member.intervals_size();
  return intervals == 0 ? 0 : member.intervals(intervals - 1).from().seq();
}

bool takes_out(const Event& event) {
  return event.kind() == protocol::KIND_MEMBER &&
         (event.member().change() == protocol::CHANGE_LEFT ||
          event.member().change() == protocol::CHANGE_REMOVED);
}

}  // namespace

FanOut::FanOut(Outbox& outbox, const bus::SessionRegistry& registry, base::Metrics& metrics)
    : outbox_(outbox),
      registry_(registry),
      deliveries_total_(
          metrics.counter("connect_deliveries_total", "Events on their way to a user")) {}

void FanOut::reply(const protocol::Origin& origin, protocol::Reply reply) {
  reply.set_session(origin.session());
  reply.set_request(origin.request());
  Delivery delivery;
  *delivery.mutable_reply() = std::move(reply);
  outbox_.reply(origin.gateway(), delivery.SerializeAsString());
}

void FanOut::refresh(const ChatState& state, Audience& audience) const {
  const uint64_t version = registry_.version();
  if (audience.registry_version == version &&
      audience.membership_version == state.membership_version())
    return;
  audience = {version, state.membership_version(), 0, {}};
  Gathering gathering;
  const auto add = [&](const std::string& user, const protocol::MemberItem& member,
                       const std::vector<uint32_t>& gateways) {
    if (!gateways.empty()) audience.newest_from = std::max(audience.newest_from, last_from(member));
    for (const uint32_t gateway : gateways) gathering.add(gateway, user);
  };
  // Over the members or over who is online, whichever are fewer.
  if (state.members().size() <= registry_.users_online()) {
    for (const auto& [user, member] : state.members())
      if (is_in(&member)) add(user, member, registry_.gateways_of(UserId(user)));
  } else {
    registry_.for_each_user([&](const UserId& user, const std::vector<uint32_t>& gateways) {
      const protocol::MemberItem* member = state.member(user.value());
      if (is_in(member)) add(user.value(), *member, gateways);
    });
  }
  audience.gateways = gathering.take();
}

Audience FanOut::find_users(const std::vector<std::string>& users) const {
  Gathering gathering;
  for (const std::string& user : users)
    for (const uint32_t gateway : registry_.gateways_of(UserId(user))) gathering.add(gateway, user);
  Audience audience;
  audience.gateways = gathering.take();
  return audience;
}

void FanOut::push_event(const Audience& audience, const std::string& head,
                        const std::string& chat) {
  for (const Audience::AtGateway& at : audience.gateways) {
    deliveries_total_.add(static_cast<double>(at.users->size()));
    std::string value;
    value.reserve(head.size() + at.users_suffix.size());
    value.append(head).append(at.users_suffix);
    outbox_.push(at.gateway, std::move(value), chat, at.users);
  }
}

void FanOut::push_partly_hidden(const ChatState& state, const Audience& audience,
                                const std::string& chat, const Event& event,
                                protocol::Seq target_seq) {
  for (const Audience::AtGateway& at : audience.gateways) {
    deliveries_total_.add(static_cast<double>(at.users->size()));
    Delivery delivery;
    protocol::EventPush* push = delivery.mutable_event();
    push->set_chat(chat);
    *push->mutable_event() = event;
    for (const std::string& user : *at.users) {
      const protocol::MemberItem* member = state.member(user);
      const bool sees = member != nullptr && View(*member).sees(target_seq);
      sees ? push->add_users(user) : push->add_hidden_from(user);
    }
    outbox_.push(at.gateway, delivery.SerializeAsString(), chat, at.users);
  }
}

Audience FanOut::taken_out(const ChatState& state, const Event& event) const {
  std::vector<std::string> out;
  if (takes_out(event))
    for (const std::string& user : event.member().users()) {
      const protocol::MemberItem* member = state.member(user);
      if (member != nullptr && member->version() == event.id()) out.push_back(user);
    }
  return find_users(out);
}

void FanOut::event(const ChatState& state, Audience& audience, const std::string& chat, Event event,
                   protocol::Seq target_seq) {
  refresh(state, audience);
  const bool aims = target_seq != protocol::Seq();
  if (aims && target_seq.value() <= audience.newest_from)
    return push_partly_hidden(state, audience, chat, event, target_seq);
  const Audience others = taken_out(state, event);
  if (audience.gateways.empty() && others.gateways.empty()) return;
  Delivery delivery;
  delivery.mutable_event()->set_chat(chat);
  *delivery.mutable_event()->mutable_event() = std::move(event);
  const std::string head = delivery.SerializeAsString();
  push_event(audience, head, chat);
  push_event(others, head, chat);
}

void FanOut::marked(const ChatState& state, Audience& audience, const protocol::Marked& marked,
                    const protocol::Origin& origin) {
  Audience own;
  const Audience* to = &own;
  if (state.chat().members() <= protocol::kReceiptsMembersMax) {
    refresh(state, audience);
    to = &audience;
  } else {
    own = find_users({marked.user()});
  }
  for (const Audience::AtGateway& at : to->gateways) {
    Delivery delivery;
    protocol::MarkedPush* push = delivery.mutable_marked();
    *push->mutable_marked() = marked;
    push->mutable_marked()->clear_unread();
    for (const std::string& user : *at.users) push->add_users(user);
    if (at.gateway == origin.gateway()) push->set_except_session(origin.session());
    outbox_.hint(at.gateway, delivery.SerializeAsString());
  }
}

void FanOut::typing(const ChatState& state, Audience& audience, const std::string& chat,
                    const std::string& user) {
  refresh(state, audience);
  for (const Audience::AtGateway& at : audience.gateways) {
    Delivery delivery;
    protocol::TypingPush* push = delivery.mutable_typing();
    push->set_chat(chat);
    push->set_user(user);
    for (const std::string& other : *at.users)
      if (other != user) push->add_users(other);
    if (push->users_size() > 0) outbox_.hint(at.gateway, delivery.SerializeAsString());
  }
}

}  // namespace chat::messaging
