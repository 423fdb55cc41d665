// What the server refused, for people: its words, and the next step where they leave one without.
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "connect/protocol/error.h"

namespace chat::cli {

// The next step of the terminal client.
inline constexpr std::string_view kJoinStep = "if it is open to everybody: /join CHAT";
// When joining was what was refused.
inline constexpr std::string_view kInviteStep = "somebody in it can /invite you";
// That of a command.
std::string join_step(const std::string& chat);

// The error's message; of a chat that one may not see the one text for it, and this step.
std::string with_next_step(const protocol::Error& error, std::string_view step);

}  // namespace chat::cli
