// FanOut: turns what was decided into deliveries: a reply to who asked, then pushes to the gateways
// that hold members. One thread, the worker's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connect/base/metrics.h"
#include "connect/bus/session_registry.h"
#include "connect/messaging/chat_state.h"
#include "connect/messaging/outbox.h"
#include "connect/protocol/error.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

// The members of a chat who are online, by gateway. Derived from the membership and the registry at
// the versions noted, and derived anew when either has moved.
struct Audience {
  struct AtGateway {
    uint32_t gateway = 0;
    Users users;
    // A serialized Delivery{event{users}}. Appended to a Delivery{event{chat, event}} it is merged
    // with it when parsed, so the list is serialized once and not with every event.
    std::string users_suffix;
  };
  uint64_t registry_version = 0;
  uint64_t membership_version = 0;  // 0: never derived
  // Everyone's last interval begins at or before this: a target above it is hidden from nobody.
  uint64_t newest_from = 0;
  std::vector<AtGateway> gateways;
};

class FanOut {
 public:
  // All outlive it.
  FanOut(Outbox& outbox, const bus::SessionRegistry& registry, base::Metrics& metrics);

  void reply(const protocol::Origin& origin, protocol::Reply reply);

  // To everyone who is in the chat now, and whom the event itself takes out of it. For an edit, a
  // delete or a reaction `target_seq` is its message's: members who may not see that get the hidden
  // form.
  void event(const ChatState& state, Audience& audience, const std::string& chat,
             protocol::Event event, protocol::Seq target_seq);
  // To the user's other sessions; in chats of up to 100 to all members.
  void marked(const ChatState& state, Audience& audience, const protocol::Marked& marked,
              const protocol::Origin& origin);
  // To the other members.
  void typing(const ChatState& state, Audience& audience, const std::string& chat,
              const std::string& user);

 private:
  void refresh(const ChatState& state, Audience& audience) const;
  Audience find_users(const std::vector<std::string>& users) const;
  // Those whom the event takes out of the chat: their interval ends with it, so they see it.
  Audience taken_out(const ChatState& state, const protocol::Event& event) const;
  void push_event(const Audience& audience, const std::string& head, const std::string& chat);
  void push_partly_hidden(const ChatState& state, const Audience& audience, const std::string& chat,
                          const protocol::Event& event, protocol::Seq target_seq);

  Outbox& outbox_;
  const bus::SessionRegistry& registry_;
  base::Counter& deliveries_total_;
};

}  // namespace chat::messaging
