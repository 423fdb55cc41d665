#include "connect/gateway/session_table.h"

#include <utility>

namespace chat::gateway {

void SessionTable::add(WebSocket& socket) { sockets_.emplace(socket.session().number(), &socket); }

void SessionTable::add_to_user(WebSocket& socket) {
  users_[socket.session().user().value()].push_back(&socket);
}

bool SessionTable::remove(WebSocket& socket) {
  watch(socket.session().number(), {});
  sockets_.erase(socket.session().number());
  const auto found = users_.find(socket.session().user().value());
  if (found == users_.end()) return false;
  const bool had_user = std::erase(found->second, &socket) > 0;
  if (found->second.empty()) users_.erase(found);
  return had_user;
}

void SessionTable::watch(uint64_t session, const std::vector<protocol::UserId>& users) {
  if (const auto before = watched_.find(session); before != watched_.end()) {
    for (const protocol::UserId& user : before->second) {
      const auto found = watchers_.find(user.value());
      std::erase(found->second, session);
      if (found->second.empty()) watchers_.erase(found);
    }
    watched_.erase(before);
  }
  if (!users.empty()) {
    auto& list = watched_[session];
    for (const protocol::UserId& user : users) {
      auto& watchers = watchers_[user.value()];
      if (!watchers.empty() && watchers.back() == session) continue;  // named twice in one list
      watchers.push_back(session);
      list.push_back(user);
    }
  }
  watching_.store(watchers_.size(), std::memory_order_relaxed);
}

WebSocket* SessionTable::find(uint64_t session) const {
  const auto found = sockets_.find(session);
  return found == sockets_.end() ? nullptr : found->second;
}

const std::vector<WebSocket*>& SessionTable::of_user(std::string_view user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? none_ : found->second;
}

std::vector<WebSocket*> SessionTable::watchers_of(std::string_view user) const {
  std::vector<WebSocket*> sockets;
  const auto found = watchers_.find(user);
  if (found == watchers_.end()) return sockets;
  for (const uint64_t session : found->second) sockets.push_back(sockets_.at(session));
  return sockets;
}

std::vector<WebSocket*> SessionTable::all() const {
  std::vector<WebSocket*> sockets;
  sockets.reserve(sockets_.size());
  for (const auto& [number, socket] : sockets_) sockets.push_back(socket);
  return sockets;
}

}  // namespace chat::gateway
