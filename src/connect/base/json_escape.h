// The one JSON string escape, for what the server writes: replies, pages, log lines. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace chat::base {

// Appends the text as a JSON string with its quotes: `"`, `\` and control characters are escaped,
// everything else is copied byte for byte.
void append_json_string(std::string& out, std::string_view text);

}  // namespace chat::base
