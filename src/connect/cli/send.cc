#include "connect/cli/send.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>

#include "connect/base/clock.h"
#include "connect/base/json_escape.h"
#include "connect/cli/refusal.h"
#include "connect/cli/text.h"
#include "connect/client/client.h"
#include "connect/crypto/digest.h"
#include "connect/protocol/limits.h"

namespace chat::cli {
namespace {

using client::Core;
using client::OperationId;
using client::Time;

// Half an outbox ahead of the server: enough to keep 16 in flight.
constexpr size_t kAheadMax = client::Outbox::kOperationsMax / 2;
// A longer line can only be refused: what is behind it is not kept.
constexpr size_t kLineBytesMax = 4 * protocol::kTextBytesMax;

// Standard input by lines, without waiting: an event loop tells of pipes and terminals, a file is
// always ready.
class Lines {
 public:
  Lines() {
    struct stat status {};
    waits_ = fstat(STDIN_FILENO, &status) == 0 && !S_ISREG(status.st_mode);
  }
  bool waits() const { return waits_; }  // can be watched
  bool ended() const { return ended_ && ready_.empty(); }
  size_t count() const { return ready_.size(); }
  std::string take() {
    std::string line = std::move(ready_.front());
    ready_.pop_front();
    return line;
  }
  void read_some() {
    std::array<char, 16 * 1024> buffer;
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    ended_ = got <= 0;
    for (ssize_t i = 0; i < got; ++i) add(buffer[static_cast<size_t>(i)]);
    if (ended_) end_line();
  }

 private:
  bool waits_ = false;
  bool ended_ = false;
  std::string line_;
  std::deque<std::string> ready_;

  void add(char c) {
    if (c == '\n') return end_line();
    if (line_.size() <= kLineBytesMax) line_ += c;
  }
  void end_line() {
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    if (!line_.empty()) ready_.push_back(std::move(line_));
    line_.clear();
  }
};

class Sender final : private client::Client::Listener, private base::EventLoop::Watcher {
 public:
  Sender(base::EventLoop& loop, const base::Clock& clock, base::Random& random, client::Url url,
         std::unique_ptr<crypto::TlsContext> tls, const SendOptions& options)
      : loop_(loop),
        options_(options),
        client_(loop, clock, random, std::move(url), std::move(tls), core_options(options, random),
                *this) {
    if (options.words != std::vector<std::string>{"-"})
      for (const std::string& word : options.words) text_ += (text_.empty() ? "" : " ") + word;
    else
      lines_ = std::make_unique<Lines>();
  }
  ~Sender() override { watch(false); }

  int run() {
    if (options_.give_up_after_s > 0)
      loop_.post_after(options_.give_up_after_s * 1000, [this] { give_up(); });
    client_.change([](Core& core, Time now) { core.start(now); });
    feed();
    loop_.run();
    client_.change([](Core& core, Time now) { core.stop(now); });
    return exit_code_;
  }

 private:
  base::EventLoop& loop_;
  const SendOptions& options_;
  client::Client client_;
  std::string text_;  // the one message of the command line, until it is on its way
  std::unique_ptr<Lines> lines_;
  bool watching_ = false;
  bool feeding_ = false;
  bool reached_ = false;  // something may have been stored
  bool ended_early_ = false;
  std::string why_;  // of the last failure to connect
  int exit_code_ = kExitDone;
  // Outcomes are printed in the order of the messages.
  std::deque<OperationId> order_;
  std::map<OperationId, std::string> outcomes_;  // the line to print; empty when it was refused

  static Core::Options core_options(const SendOptions& options, base::Random& random) {
    std::array<uint8_t, 8> bytes{};
    random.fill(bytes);
    return {.token = options.server.token,
            .device = "send-" + crypto::hex(bytes),
            .agent = "send/" CONNECT_VERSION,
            .can_fetch_token = options.server.token.empty(),
            .chats = false};
  }

  void on_events(uint32_t) override {
    lines_->read_some();
    feed();
  }

  void watch(bool on) {
    if (on == watching_) return;
    watching_ = on;
    if (on)
      loop_.watch(STDIN_FILENO, base::EventLoop::kRead, *this);
    else
      loop_.unwatch(STDIN_FILENO);
  }

  // Takes messages as long as there is room for them, and ends when all have an outcome.
  void feed() {
    if (std::exchange(feeding_, true)) return;
    if (!text_.empty()) send(std::exchange(text_, {}));
    while (lines_ && order_.size() < kAheadMax) {
      if (lines_->count() > 0)
        send(lines_->take());
      else if (lines_->ended() || lines_->waits())
        break;
      else
        lines_->read_some();
    }
    if (lines_ && lines_->waits()) watch(!lines_->ended() && order_.size() < kAheadMax);
    feeding_ = false;
    print();
    if (finished()) loop_.stop();
  }

  bool finished() const { return order_.empty() && (!lines_ || lines_->ended()); }

  void send(const std::string& text) {
    std::string fields = "\"body\":{\"text\":";
    base::append_json_string(fields, text);
    const auto id = client_.change([&](Core& core, Time now) {
      return core.operate(
          now, {.name = "send", .chat = client::ChatId(options_.chat), .fields = fields + "}"});
    });
    // There is room: kAheadMax is half of what the outbox holds.
    if (id) order_.push_back(*id);
  }

  void print() {
    for (; !order_.empty() && outcomes_.count(order_.front()); order_.pop_front()) {
      const std::string line = std::move(outcomes_.extract(order_.front()).mapped());
      if (!line.empty()) std::puts(line.c_str());
    }
    std::fflush(stdout);
  }

  void on_notice(const client::Effect& notice) override {
    if (std::get_if<client::FetchToken>(&notice)) {
      fetch_token();
    } else if (const auto* stored = std::get_if<client::OperationStored>(&notice)) {
      outcomes_[stored->operation] = std::to_string(stored->appended.id.value()) + " " +
                                     std::to_string(stored->appended.seq.value());
      feed();
    } else if (const auto* failed = std::get_if<client::OperationFailed>(&notice)) {
      std::fprintf(stderr, "connect send: refused: %s\n",
                   with_next_step(failed->error, join_step(options_.chat)).c_str());
      exit_code_ = kExitRefused;
      outcomes_[failed->operation] = "";
      feed();
    } else if (const auto* changed = std::get_if<client::StatusChanged>(&notice)) {
      status_changed(*changed);
    }
  }

  void status_changed(const client::StatusChanged& changed) {
    reached_ = reached_ || changed.status == client::Status::kOnline;
    if (changed.status == client::Status::kWaiting && !changed.why.empty()) {
      why_ = changed.why;
      std::fprintf(stderr, "trying again: %s\n", why_.c_str());
    }
    // The core does not come back: neither what it holds nor what is still to be read can be sent.
    if (changed.status == client::Status::kStopped && !finished()) end_early(changed.why);
  }

  void fetch_token() {
    base::Result<std::string> token = login(options_.server);
    if (!token && token.error().code != base::Code::kUnavailable)
      return end_early(token.error().message);
    client_.change([&token](Core& core, Time now) {
      if (token)
        core.set_token(now, std::move(*token));
      else
        core.token_failed(now, token.error().message);
    });
  }

  void give_up() { end_early(why_.empty() ? "gave up" : "gave up: " + why_); }

  // Once: stopping the core afterwards is no news.
  void end_early(const std::string& why) {
    if (std::exchange(ended_early_, true)) return;
    std::string unknown;
    if (reached_ && !order_.empty())
      unknown = "; the outcome of " + counted(order_.size(), "message") + " is not known";
    if (lines_ && !lines_->ended()) unknown += "; more input was not sent";
    std::fprintf(stderr, "connect send: %s%s\n", why.c_str(), unknown.c_str());
    exit_code_ = reached_ && !order_.empty() ? kExitUnknown : kExitFailed;
    loop_.stop();
  }
};

base::Result<int> run(const SendOptions& options) {
  if (!client::ChatId::parse(options.chat))
    return base::unexpected(base::Code::kInvalid, "a chat is 1-64 of A-Z a-z 0-9 . _ : -");
  if (options.words.empty() || options.words[0].empty())
    return base::unexpected(base::Code::kInvalid, "no text; `-` reads it from standard input");
  TRY_ASSIGN(client::Url url, client::parse_url(options.server.url));
  std::unique_ptr<crypto::TlsContext> tls;
  if (url.tls) {
    TRY_ASSIGN(tls, crypto::client_tls_context(options.server.ca_file, url.host));
  }
  TRY(identified(options.server));
  base::EventLoop loop;
  const base::SystemClock clock;
  base::SystemRandom random;
  return Sender(loop, clock, random, std::move(url), std::move(tls), options).run();
}

}  // namespace

int run_send(const SendOptions& options) {
  const base::Result<int> done = run(options);
  if (done) return *done;
  std::fprintf(stderr, "connect send: %s\n", done.error().message.c_str());
  return done.error().code == base::Code::kInvalid ? kExitUsage : kExitFailed;
}

}  // namespace chat::cli
