// A message of a chat's history as lines of text. Pure; any thread.
#pragma once

#include <string>

#include "connect/client/model.h"

namespace chat::cli {

// `2026-11-24 13:05:09  alice: text (edited) [👍 2]` and its newline; the text's further lines are
// set in. Harmless on any terminal.
std::string history_lines(const client::Message& message);

}  // namespace chat::cli
