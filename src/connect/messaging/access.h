// Access: a chat as one user may know it, from what persistence stores of the two. Pure and
// immutable; thread rule: belongs to one read.
#pragma once

#include <string>
#include <string_view>

#include "connect/messaging/view.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/ids.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

class Access {
 public:
  explicit Access(persistence::UserChat chat);

  const protocol::ChatId& chat() const { return chat_.chat; }
  const View& view() const { return view_; }
  // The chat's newest place, and the newest that this user may read.
  const protocol::Place& head() const { return head_; }
  const protocol::Place& newest() const { return newest_; }

  // Is or was a member. For others the chat does not exist, unless anybody may join it.
  bool ever_member() const {
    return chat_.member.has_value() && chat_.member->intervals_size() > 0;
  }
  bool member_now() const { return view_.member_now(); }
  bool joinable() const { return chat_.settings.has_value() && chat_.settings->joinable(); }

  protocol::Role role() const;
  // The settings are a state, not a part of the log: one who left sees them only while they have
  // not changed since; else title and topic are empty and the count of members is 0.
  std::string_view title() const;
  std::string_view topic() const;
  uint32_t members() const;
  protocol::ChatType type() const;
  protocol::Visibility visibility() const;

  const protocol::Place& read() const { return chat_.marks.read(); }
  uint64_t unread() const { return view_.unread(read(), head_); }
  // The newest event when it is an entry of this user's page as it is: nothing came after it that
  // could have changed it.
  const protocol::Event* newest_message() const;

  // "chat":…,"type":…,"title":…,"role":…,"head":…,"read":…,"unread":…
  void append_fields(std::string& out) const;

 private:
  bool knows_settings() const;

  persistence::UserChat chat_;
  protocol::Place head_;
  View view_;
  protocol::Place newest_;
};

}  // namespace chat::messaging
