#include "connect/app/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>

namespace chat::app {
namespace {

// 1,000 table files of the database, 100 connections of operators, the rest for its logs, a backup
// under way, event loops, listeners and standard streams.
constexpr uint64_t kOwnDescriptors = 1'500;
constexpr uint64_t kClientsMin = 100;
// 20,000 idle connections at 4 KB are 80 MB.
constexpr uint64_t kLoopConnectionsMax = 20'000;

}  // namespace

uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

base::Result<size_t> connections_for(uint64_t descriptors, uint32_t loops) {
  if (descriptors < kOwnDescriptors + std::max<uint64_t>(kClientsMin, loops))
    return base::unexpected(base::Code::kInvalid,
                            "the limit of open files (ulimit -Hn, systemd's LimitNOFILE) is " +
                                std::to_string(descriptors) + ": the server itself needs up to " +
                                std::to_string(kOwnDescriptors) + " and each client one more");
  return std::min(kLoopConnectionsMax, (descriptors - kOwnDescriptors) / loops);
}

}  // namespace chat::app
