// Names of the items in the `chats` table. Ids are written with 16 digits, so that the order of the
// names is the order of the ids. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connect/protocol/ids.h"

namespace chat::store {

inline constexpr std::string_view kChatItem = "chat";
inline constexpr std::string_view kMemberPrefix = "member#";
inline constexpr std::string_view kEditPrefix = "edit#";

std::string member_item(std::string_view user);                          // member#<user>
std::string edit_item(protocol::EventId id);                             // edit#<id>
std::string reaction_item(std::string_view user, protocol::EventId id);  // react#<user>#<id>

// The id at the end of an edit# or react# name; nothing when there is none.
std::optional<protocol::EventId> id_of_item(std::string_view item);
std::string_view user_of_member_item(std::string_view item);

// The smallest name that is greater than every name with the prefix.
std::string after_prefix(std::string_view prefix);

}  // namespace chat::store
