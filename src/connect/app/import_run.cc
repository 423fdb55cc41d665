#include "connect/app/import_run.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "connect/app/command_line.h"
#include "connect/app/import_batch.h"
#include "connect/app/offline_data.h"
#include "connect/app/ops_client.h"
#include "connect/base/clock.h"
#include "connect/crypto/watched_file.h"
#include "connect/importer/chat_importer.h"
#include "connect/importer/import_plan.h"
#include "connect/importer/irc_log.h"

namespace chat::app {
namespace {

using base::Result;
using importer::ChatPlan;
using importer::ImportCounts;
using importer::ImportLine;
using importer::IrcDay;

constexpr size_t kLogBytesMax = 256 << 20;
constexpr size_t kThreadsMax = 4;

// Where the lines of one chat go.
class Target {
 public:
  virtual ~Target() = default;
  virtual Result<ImportCounts> add(std::span<const ImportLine> lines) = 0;
};

class OfflineTarget final : public Target {
 public:
  OfflineTarget(persistence::Persistence& persistence, const ChatPlan& plan)
      : importer_(persistence, plan.chat, plan.title) {}
  Result<ImportCounts> add(std::span<const ImportLine> lines) override {
    return importer_.add(lines, base::SystemClock().wall_ms());
  }

 private:
  importer::ChatImporter importer_;
};

class ServerTarget final : public Target {
 public:
  ServerTarget(OpsClient client, const ChatPlan& plan) : client_(std::move(client)), plan_(plan) {}
  Result<ImportCounts> add(std::span<const ImportLine> lines) override {
    TRY_ASSIGN(const std::string answer, client_.ask("POST", "/import", write_batch(plan_, lines)));
    return read_counts(answer);
  }

 private:
  OpsClient client_;
  const ChatPlan& plan_;
};

// Counts on standard error: a line that is written over on a terminal, else nothing until the end.
class Progress {
 public:
  explicit Progress(size_t lines) : lines_(lines) {}

  void add(size_t lines) {
    std::lock_guard lock(mutex_);
    done_ += lines;
    const double seconds = elapsed_s();
    if (isatty(STDERR_FILENO) == 0 || (seconds - shown_s_ < 0.1 && done_ < lines_)) return;
    shown_s_ = seconds;
    constexpr size_t kBar = 30;
    const size_t filled = lines_ == 0 ? kBar : kBar * done_ / lines_;
    std::fprintf(stderr, "\r[%s%s] %zu of %zu messages, %.0f a second ",
                 std::string(filled, '#').c_str(), std::string(kBar - filled, '.').c_str(), done_,
                 lines_, static_cast<double>(done_) / std::max(seconds, 0.001));
    if (done_ == lines_) std::fputc('\n', stderr);
  }

  double elapsed_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  const size_t lines_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  size_t done_ = 0;      // guarded by mutex_
  double shown_s_ = -1;  // guarded by mutex_
};

Result<std::vector<IrcDay>> read_days(const std::vector<std::string>& files) {
  std::vector<IrcDay> days;
  for (const std::string& file : files) {
    TRY_ASSIGN(const std::string bytes, crypto::read_file(file, kLogBytesMax));
    TRY_ASSIGN(IrcDay day,
               importer::parse_irc_day(std::filesystem::path(file).filename().string(), bytes));
    days.push_back(std::move(day));
  }
  return days;
}

// What was not made a message, and why.
void print_skipped(const std::vector<IrcDay>& days) {
  IrcDay all;
  for (const IrcDay& day : days) {
    all.actions += day.actions;
    all.redecoded += day.redecoded;
    all.notices += day.notices;
    all.blank += day.blank;
    all.too_long += day.too_long;
    all.unknown += day.unknown;
  }
  std::fprintf(stderr,
               "  lines read as Windows-1252: %u\n"
               "  actions, as /me:            %u\n"
               "  lines skipped:              %u notices of the channel, %u without text, "
               "%u too long, %u of no known form\n",
               all.redecoded, all.actions, all.notices, all.blank, all.too_long, all.unknown);
}

void print_counts(const ImportCounts& counts, size_t chats, double seconds) {
  std::fprintf(stderr,
               "imported in %.1f s\n"
               "  chats:                      %zu\n"
               "  messages added:             %llu\n"
               "  people who joined:          %llu\n"
               "  messages there already:     %llu\n"
               "  older than their chat's newest event, not imported: %llu\n"
               "  later than now, not imported: %llu\n",
               seconds, chats, static_cast<unsigned long long>(counts.added),
               static_cast<unsigned long long>(counts.people),
               static_cast<unsigned long long>(counts.present),
               static_cast<unsigned long long>(counts.refused),
               static_cast<unsigned long long>(counts.future));
}

// The chats of an import on several threads: each takes the next chat that nobody has.
class ImportJob {
 public:
  using OpenTarget = std::function<Result<std::unique_ptr<Target>>(const ChatPlan&)>;

  ImportJob(const std::vector<ChatPlan>& plans, Progress& progress, OpenTarget open)
      : plans_(plans), progress_(progress), open_(std::move(open)) {}

  Result<ImportCounts> run() {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < std::min(plans_.size(), kThreadsMax); ++i)
      threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (failed_) return base::Unexpected{error_};
    return counts_;
  }

 private:
  void work() {
    for (size_t i = next_++; i < plans_.size() && !failed_; i = next_++) {
      auto counts = import_chat(plans_[i]);
      std::lock_guard lock(mutex_);
      if (counts) {
        counts_ += *counts;
      } else if (!failed_.exchange(true)) {
        error_ = std::move(counts.error());
      }
    }
  }

  Result<ImportCounts> import_chat(const ChatPlan& plan) {
    TRY_ASSIGN(const std::unique_ptr<Target> target, open_(plan));
    ImportCounts all;
    std::span<const ImportLine> lines = plan.lines;
    while (!lines.empty() && !failed_) {
      const auto block = lines.first(std::min(lines.size(), importer::kLinesPerBlock));
      TRY_ASSIGN(const ImportCounts counts, target->add(block));
      all += counts;
      progress_.add(block.size());
      lines = lines.subspan(block.size());
    }
    return all;
  }

  const std::vector<ChatPlan>& plans_;
  Progress& progress_;
  const OpenTarget open_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  ImportCounts counts_;  // guarded by mutex_
  base::Error error_;    // guarded by mutex_ until the threads have ended
};

std::string default_chat(const std::string& file) {
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(file, ignored).parent_path().filename().string();
  std::string name;
  for (char c : folder)
    if (protocol::ChatId::parse(std::string(1, c))) name += c;
  return name.empty() ? "irc" : name;
}

Result<ImportCounts> import_plans(const ImportOptions& options, const std::vector<ChatPlan>& plans,
                                  Progress& progress) {
  if (!options.ops.empty()) {
    ImportJob job(
        plans, progress, [&options](const ChatPlan& plan) -> Result<std::unique_ptr<Target>> {
          TRY_ASSIGN(OpsClient client, OpsClient::make(options.ops));
          return std::unique_ptr<Target>(std::make_unique<ServerTarget>(std::move(client), plan));
        });
    return job.run();
  }
  TRY_ASSIGN(const std::unique_ptr<OfflineData> data, OfflineData::open_or_create(options.data));
  ImportJob job(plans, progress, [&data](const ChatPlan& plan) -> Result<std::unique_ptr<Target>> {
    return std::unique_ptr<Target>(std::make_unique<OfflineTarget>(data->persistence(), plan));
  });
  return job.run();
}

int fail(const base::Error& error, int exit_code) {
  std::fprintf(stderr, "connect import: %s\n", error.message.c_str());
  return exit_code;
}

}  // namespace

int run_import(const ImportOptions& options) {
  auto days = read_days(options.files);
  if (!days) return fail(days.error(), kExitUsage);
  const std::string chat =
      options.chat.empty() ? default_chat(options.files.front()) : options.chat;
  const auto plans = importer::plan_chats(*days, chat, options.title.empty() ? chat : options.title,
                                          options.per_year);
  if (!plans) return fail(plans.error(), kExitUsage);
  size_t lines = 0;
  for (const ChatPlan& plan : *plans) lines += plan.lines.size();
  if (lines == 0) {
    print_skipped(*days);
    return fail({base::Code::kInvalid, "no line of these files is like `[12:34] <nick> text`"},
                kExitUsage);
  }
  Progress progress(lines);
  const auto counts = import_plans(options, *plans, progress);
  if (!counts) return fail(counts.error(), kExitEnvironment);
  print_counts(*counts, plans->size(), progress.elapsed_s());
  print_skipped(*days);
  if (counts->refused > 0)
    return fail({base::Code::kInvalid,
                 "a chat grows at its end only: import older logs first, or into another --chat"},
                kExitEnvironment);
  return counts->future == 0 ? 0 : kExitEnvironment;
}

}  // namespace chat::app
