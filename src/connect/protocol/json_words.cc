#include "connect/protocol/json_out.h"

namespace chat::protocol::json {

std::string_view word_of(Kind kind) {
  switch (kind) {
    case KIND_MESSAGE: return "message";
    case KIND_EDIT: return "edit";
    case KIND_DELETE: return "delete";
    case KIND_REACT: return "react";
    case KIND_MEMBER: return "member";
    case KIND_CHAT: return "chat";
    default: return "none";
  }
}

std::string_view word_of(Role role) {
  switch (role) {
    case ROLE_MEMBER: return "member";
    case ROLE_ADMIN: return "admin";
    case ROLE_OWNER: return "owner";
    default: return "none";
  }
}

std::string_view word_of(Change change) {
  switch (change) {
    case CHANGE_JOINED: return "joined";
    case CHANGE_LEFT: return "left";
    case CHANGE_REMOVED: return "removed";
    case CHANGE_ROLE: return "role";
    default: return "none";
  }
}

std::string_view word_of(ChatType type) {
  switch (type) {
    case CHAT_TYPE_DIRECT: return "direct";
    case CHAT_TYPE_GROUP: return "group";
    default: return "none";
  }
}

std::string_view word_of(Visibility visibility) {
  switch (visibility) {
    case VISIBILITY_JOINED: return "joined";
    case VISIBILITY_FULL: return "full";
    default: return "none";
  }
}

}  // namespace chat::protocol::json
