// Who is in a chat: read from the server, and told in words.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "connect/base/result.h"
#include "connect/cli/server.h"
#include "connect/client/model.h"

namespace chat::cli {

struct Member {
  client::UserId user;
  std::string role;
};

struct Members {
  size_t count = 0;
  std::vector<Member> first;  // 200 at most: as many as can be watched
};

// Blocking; the caller's thread.
base::Result<Members> members_of(const ServerOptions& server, const std::string& token,
                                 const client::ChatId& chat);

// `1,766 members, here now: bob; alice (owner), carl, and 1,763 more`: twenty names, those who are
// here first. Harmless. Pure, any thread.
std::string who_is_in(const Members& members, const std::set<client::UserId>& here);

}  // namespace chat::cli
