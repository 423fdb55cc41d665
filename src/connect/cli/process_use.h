// What a process has used, from the texts of /proc. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace chat::cli {

// Ticks of user and system time of all threads, from /proc/PID/stat; nothing: it is no such text.
std::optional<int64_t> cpu_ticks_in(std::string_view stat);
// Resident pages, from /proc/PID/statm.
std::optional<int64_t> resident_pages_in(std::string_view statm);

}  // namespace chat::cli
