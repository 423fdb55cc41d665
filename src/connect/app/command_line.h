// The command line, the configuration file and the environment of the program. main's thread.
//
// An option's value is the command line's, else the environment's (CONNECT_LISTEN for --listen),
// else the configuration file's (`listen = "…"`), else its default.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat::app {

// Exit codes: what was asked for makes no sense, or it cannot be done here and now.
inline constexpr int kExitEnvironment = 1;
inline constexpr int kExitUsage = 2;

// Runs what the arguments ask for. The process's exit code.
int run_command_line(int argc, const char* const* argv);

// CONNECT_JWT_KEY for --jwt-key.
std::string environment_name(std::string_view option);

// The word that was probably meant: the nearest one when it is near enough, or nothing.
std::string nearest_word(std::string_view word, const std::vector<std::string>& words);

}  // namespace chat::app
