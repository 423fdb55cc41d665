#include "connect/cli/refusal.h"

namespace chat::cli {

std::string join_step(const std::string& chat) {
  return "if it is open to everybody, join it: connect chat --chat " + chat;
}

// `not_found` is said of messages, members and paths, too.
std::string with_next_step(const protocol::Error& error, std::string_view step) {
  if (error.code != protocol::ErrorCode::kNotFound || !error.message.starts_with("no such chat"))
    return error.message;
  return "no such chat, or not yours to see; " + std::string(step);
}

}  // namespace chat::cli
