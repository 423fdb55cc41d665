#include "connect/cli/bench_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "connect/cli/process_use.h"
#include "connect/client/decode.h"

namespace chat::cli {
namespace {

using base::Code;

constexpr int kSyncs = 101;
constexpr size_t kSyncBytes = 4096;
constexpr int64_t kStartMs = 30'000;
constexpr int64_t kEndMs = 10'000;
constexpr int64_t kLookMs = 20;
constexpr int64_t kMicroseconds = 1'000'000;

base::Unexpected<base::Error> failed(const std::string& what) {
  return base::unexpected(Code::kUnavailable, what + ": " + std::strerror(errno));
}

void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// The address in the log's line that says where the server listens; empty: not yet.
std::string address_in(const std::string& log_file) {
  std::ifstream file(log_file);
  for (std::string line; std::getline(file, line);) {
    const auto parsed = protocol::json::parse(line);
    if (parsed && client::string_of(*parsed, "event") == "listening")
      return client::string_of(*parsed, "address");
  }
  return "";
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

std::string new_directory(const BenchOptions& options) {
  const char* given = std::getenv("TMPDIR");
  std::string pattern = !options.directory.empty() ? options.directory : given ? given : "/tmp";
  pattern += "/connect-bench-XXXXXX";
  return mkdtemp(pattern.data()) ? pattern : "";
}

// Runs the program in this child of `parent`, or ends.
[[noreturn]] void become_server(const BenchOptions& options, const std::string& data,
                                const std::string& log, pid_t parent) {
  // A server whose bench was killed ends with it; the bench may be gone already.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  const int fd = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  dup2(fd, STDERR_FILENO);
  const std::string binary = options.binary.empty() ? "/proc/self/exe" : options.binary;
  execl(binary.c_str(), "connect", "serve", "--data", data.c_str(), "--listen", "127.0.0.1:0",
        "--ops", "127.0.0.1:0", "--auth", "dev", "--rate-sends", "0", static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

base::Result<BenchServer> BenchServer::start(const BenchOptions& options,
                                             const HeldSignals& signals) {
  raise_file_limit();
  BenchServer server;
  if (!options.server.empty()) {
    if (options.pid <= 0)
      return base::unexpected(Code::kInvalid, "--server needs --pid, whose use is measured");
    server.pid_ = static_cast<pid_t>(options.pid);
    server.url_ = options.server;
    if (!cpu_ticks_in(text_of_file("/proc/" + std::to_string(options.pid) + "/stat")))
      return base::unexpected(Code::kInvalid, "--pid: no such process");
    return server;
  }
  TRY(server.spawn(options, signals));
  return server;
}

BenchServer::BenchServer(BenchServer&& other) noexcept
    : pid_(other.pid_),
      own_(std::exchange(other.own_, false)),
      url_(std::move(other.url_)),
      directory_(std::move(other.directory_)) {}

base::Status BenchServer::spawn(const BenchOptions& options, const HeldSignals& signals) {
  directory_ = new_directory(options);
  if (directory_.empty()) return failed("no data directory");
  own_ = true;
  const std::string data = directory_ + "/data";
  const std::string log = directory_ + "/log";
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    signals.release();
    become_server(options, data, log, parent);
  }
  if (pid_ < 0) return failed("no process");
  return wait_until_it_listens(log, signals);
}

base::Status BenchServer::wait_until_it_listens(const std::string& log,
                                                const HeldSignals& signals) {
  for (int64_t waited_ms = 0; waited_ms < kStartMs; waited_ms += kLookMs) {
    if (const std::string address = address_in(log); !address.empty()) {
      url_ = "http://" + address;
      return base::ok();
    }
    if (signals.any()) return base::unexpected(Code::kUnavailable, "interrupted");
    if (ended_within(kLookMs))
      return base::unexpected(Code::kUnavailable, "the server ended at once: " + text_of_file(log));
  }
  return base::unexpected(Code::kUnavailable, "the server did not start in time");
}

// Looks at least once, and waits for so long when it has not ended.
bool BenchServer::ended_within(int64_t ms) {
  for (int64_t waited_ms = 0; waitpid(pid_, nullptr, WNOHANG) == 0; waited_ms += kLookMs) {
    if (waited_ms >= ms) return false;
    usleep(static_cast<useconds_t>(kLookMs * 1000));
  }
  pid_ = 0;
  return true;
}

BenchServer::~BenchServer() {
  if (!own_) return;
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    if (!ended_within(kEndMs)) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
}

int64_t BenchServer::cpu_us() const {
  const std::string stat = text_of_file("/proc/" + std::to_string(pid_) + "/stat");
  return cpu_ticks_in(stat).value_or(0) * (kMicroseconds / sysconf(_SC_CLK_TCK));
}

int64_t BenchServer::rss_bytes() const {
  const std::string statm = text_of_file("/proc/" + std::to_string(pid_) + "/statm");
  return resident_pages_in(statm).value_or(0) * sysconf(_SC_PAGESIZE);
}

int64_t BenchServer::fdatasync_us() const {
  if (!own_) return 0;
  const std::string path = directory_ + "/floor";
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return 0;
  const std::string block(kSyncBytes, 'x');
  std::vector<int64_t> times;
  for (int i = 0; i < kSyncs; ++i) {
    timespec from{};
    timespec to{};
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (::write(fd, block.data(), block.size()) < 0 || fdatasync(fd) != 0) break;
    clock_gettime(CLOCK_MONOTONIC, &to);
    times.push_back((to.tv_sec - from.tv_sec) * kMicroseconds + (to.tv_nsec - from.tv_nsec) / 1000);
  }
  ::close(fd);
  ::unlink(path.c_str());
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

int64_t own_cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * kMicroseconds + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

}  // namespace chat::cli
