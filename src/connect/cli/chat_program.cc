#include "connect/cli/chat_program.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "connect/cli/refusal.h"
#include "connect/cli/text.h"
#include "connect/crypto/digest.h"

namespace chat::cli {
namespace {

using client::Core;
using client::Status;
using client::Time;

constexpr int64_t kTickMs = 1000;
constexpr int64_t kTypingMs = 5000;
constexpr int64_t kLoadRetryMs = 2000;
constexpr int kWheelLines = 3;

// Another for each process: two terminals of one user are two devices.
std::string new_device(base::Random& random) {
  std::array<uint8_t, 8> bytes{};
  random.fill(bytes);
  return "terminal-" + crypto::hex(bytes);
}

}  // namespace

ChatProgram::ChatProgram(base::EventLoop& loop, const base::Clock& clock, base::Random& random,
                         client::Url url, std::unique_ptr<crypto::TlsContext> tls,
                         const ChatOptions& options, Screen& screen)
    : loop_(loop),
      clock_(clock),
      options_(options),
      screen_(screen),
      client_(loop, clock, random, std::move(url), std::move(tls),
              {.token = options.server.token,
               .device = new_device(random),
               .agent = "terminal/" CONNECT_VERSION,
               .can_fetch_token = options.server.token.empty()},
              *this),
      token_(options.server.token),
      wished_(options.chat) {}

ChatProgram::~ChatProgram() {
  loop_.unwatch(STDIN_FILENO);
  loop_.set_turn_hook({});
}

void ChatProgram::start() {
  loop_.watch(STDIN_FILENO, base::EventLoop::kRead, *this);
  loop_.set_turn_hook([this] { draw(); });
  resized();
  tick();
  client_.change([](Core& core, Time now) { core.start(now); });
}

void ChatProgram::tick() {
  std::erase_if(typing_, [now = clock_.boot_ms()](const auto& one) { return one.second < now; });
  drawing_wanted_ = true;
  loop_.post_after(kTickMs, [this] { tick(); });
}

void ChatProgram::resized() {
  screen_.resize();
  view_.resize(screen_.width(), screen_.body_height());
  drawing_wanted_ = true;
}

// What fails without a connection is no matter any more once there is one.
void ChatProgram::note(const std::string& text, Style style) {
  const bool passes = style == Style::kFailed && core().status() != Status::kOnline;
  notes_.add(text, style, screen_.width(),
             passes ? Notes::Lasts::kUntilConnected : Notes::Lasts::kUntilCleared);
}

void ChatProgram::clear_notes() {
  notes_.clear();
  who_.reset();
}

void ChatProgram::on_notice(const client::Effect& notice) {
  drawing_wanted_ = true;
  if (std::get_if<client::FetchToken>(&notice)) {
    fetch_token();
  } else if (const auto* changed = std::get_if<client::StatusChanged>(&notice)) {
    status_changed(*changed);
  } else if (const auto* page = std::get_if<client::PageLoaded>(&notice)) {
    page_loaded(*page);
  } else if (const auto* done = std::get_if<client::OperationStored>(&notice)) {
    stored(*done);
  } else if (const auto* refused = std::get_if<client::OperationFailed>(&notice)) {
    failed(*refused);
  } else if (const auto* changed_chat = std::get_if<client::ChatChanged>(&notice)) {
    chat_changed(changed_chat->chat);
  } else if (const auto* typed = std::get_if<client::Typed>(&notice)) {
    if (typed->chat == view_.chat()) typing_[typed->user] = clock_.boot_ms() + kTypingMs;
  } else if (const auto* presence = std::get_if<client::PresenceChanged>(&notice)) {
    if (presence->online)
      here_.insert(presence->user);
    else
      here_.erase(presence->user);
  }
}

// Who has written types no more.
void ChatProgram::chat_changed(const client::ChatId& id) {
  const client::Chat* chat = core().chat(id);
  if (id == view_.chat() && chat && !chat->log.entries().empty())
    typing_.erase(chat->log.entries().rbegin()->second.message.event.from);
}

void ChatProgram::page_loaded(const client::PageLoaded& page) {
  if (page.error) load_not_before_ms_ = clock_.boot_ms() + kLoadRetryMs;
  if (!std::exchange(jumping_, false) || page.chat != view_.chat()) return;
  if (page.error)
    note("not loaded: " + page.error->message, Style::kFailed);
  else if (page.first)
    view_.show_from(*page.first);
  else
    note("nothing that late");
}

void ChatProgram::fetch_token() {
  base::Result<std::string> token = login(options_.server);
  if (token) token_ = *token;
  client_.change([&token](Core& core, Time now) {
    if (token)
      core.set_token(now, std::move(*token));
    else
      core.token_failed(now, token.error().message);
  });
}

void ChatProgram::status_changed(const client::StatusChanged& changed) {
  why_ = changed.why;
  if (changed.status == Status::kStopped) {
    failure_ = changed.why;
    loop_.stop();
  }
  if (changed.status == Status::kOnline) {
    why_.clear();
    notes_.connected();
  }
  if (core().synced()) open_some();
}

// The chat that was asked for, or else the latest, once the chats are known.
void ChatProgram::open_some() {
  if (view_.chat() != client::ChatId() || opening_.current()) return;
  const std::vector<client::ChatId> latest = by_latest(core());
  if (wished_ != client::ChatId())
    (void)open_named(wished_.value());  // it is an id, so that it can be asked for
  else if (!latest.empty())
    open(latest.front());
  else
    note("no chats yet: /dm USER, /create TITLE [USER…], /join CHAT, /help");
}

void ChatProgram::open(const client::ChatId& chat) {
  const client::Chat* known = core().chat(chat);
  const bool unread = known && known->unread > 0;
  view_.open(chat, unread ? known->read.seq.value() : 0);
  opening_.turn_away();
  clear_notes();
  typing_.clear();
  listing_ = false;
  drawing_wanted_ = true;
}

void ChatProgram::stored(const client::OperationStored& stored) {
  const std::optional<Opening::Ended> opened = opening_.end(stored.operation);
  if (!opened) return;
  if (opened->current) open(stored.appended.chat);
  for (const std::string& text : opened->texts)
    if (!send_text(stored.appended.chat, text)) give_back(text);
}

void ChatProgram::failed(const client::OperationFailed& failed) {
  const std::optional<Opening::Ended> refused = opening_.end(failed.operation);
  note("not done: " + with_next_step(failed.error, refused ? kInviteStep : kJoinStep),
       Style::kFailed);
  give_back(failed.text);
  if (!refused) return;
  std::string all;
  for (const std::string& text : refused->texts) all += (all.empty() ? "" : " ") + text;
  give_back(all);
}

// What was not sent goes back to the input line, unless something else is being typed there.
void ChatProgram::give_back(const std::string& text) {
  if (text.empty()) return;
  if (!editor_.text().empty()) return note("not sent: " + text, Style::kFailed);
  editor_.set(as_typed(text));
}

void ChatProgram::on_events(uint32_t events) {
  while (std::optional<KeyPress> pressed = screen_.next_key()) press(*pressed);
  if (events & base::EventLoop::kHangup) loop_.stop();
}

void ChatProgram::press(const KeyPress& press) {
  drawing_wanted_ = true;
  if (listing_ && press_in_list(press)) return;
  switch (press.key) {
    case Key::kEnter: return enter();
    case Key::kEndOfInput: return loop_.stop();
    case Key::kUp: return scroll(-1);
    case Key::kDown: return scroll(1);
    case Key::kWheelUp: return scroll(-kWheelLines);
    case Key::kWheelDown: return scroll(kWheelLines);
    case Key::kPageUp: return scroll(1 - screen_.body_height());
    case Key::kPageDown: return scroll(screen_.body_height() - 1);
    case Key::kNewest: return view_.follow();
    case Key::kEscape: return clear_notes();
    case Key::kRedraw: return screen_.draw_all_again();
    case Key::kChats:
      listing_ = true;
      listed_ = 0;
      return;
    default: return edit(press);
  }
}

// The foot first, as long as it hides the messages.
void ChatProgram::scroll(int lines) {
  const auto height = static_cast<size_t>(screen_.body_height());
  if (!notes_.scroll(lines, foot().size(), height)) view_.scroll(core(), lines);
}

// True when the key was the list's.
bool ChatProgram::press_in_list(const KeyPress& press) {
  const std::vector<client::ChatId> chats = by_latest(core());
  const size_t last = chats.empty() ? 0 : chats.size() - 1;
  switch (press.key) {
    case Key::kUp:
    case Key::kWheelUp: listed_ = listed_ > 0 ? listed_ - 1 : 0; return true;
    case Key::kDown:
    case Key::kWheelDown: listed_ = std::min(listed_ + 1, last); return true;
    case Key::kChats:
    case Key::kEscape: listing_ = false; return true;
    case Key::kEnter:
      if (!editor_.text().empty()) return false;
      listing_ = false;
      if (listed_ < chats.size()) open(chats[listed_]);
      return true;
    default: return false;
  }
}

void ChatProgram::edit(const KeyPress& press) {
  switch (press.key) {
    case Key::kCharacter: editor_.insert(press.character); break;
    case Key::kLeft: return editor_.left();
    case Key::kRight: return editor_.right();
    case Key::kWordLeft: return editor_.word_left();
    case Key::kWordRight: return editor_.word_right();
    case Key::kHome: return editor_.home();
    case Key::kEnd: return editor_.end();
    case Key::kBackspace: editor_.erase_left(); break;
    case Key::kDelete: editor_.erase_right(); break;
    case Key::kEraseWord: editor_.erase_word_left(); break;
    case Key::kEraseToStart: editor_.erase_to_start(); break;
    case Key::kEraseToEnd: editor_.erase_to_end(); break;
    default: return;
  }
  if (editor_.text().empty() || editor_.text().front() == '/' || opening_.current()) return;
  client_.change([this](Core& core, Time now) { core.typing(now, view_.chat()); });
}

void ChatProgram::load_wanted() {
  const std::optional<client::Where> wanted = view_.wanted();
  if (!wanted || clock_.boot_ms() < load_not_before_ms_) return;
  client_.change([this, &wanted](Core& core, Time now) { core.load(now, view_.chat(), *wanted); });
}

// What stands on the screen at its end has been read.
void ChatProgram::mark_read() {
  const client::Chat* chat = core().chat(view_.chat());
  if (!chat || listing_ || !view_.following() || chat->unread == 0) return;
  client_.change([this, id = chat->log.synced().id](Core& core, Time now) {
    core.mark(now, view_.chat(), id);
  });
}

}  // namespace chat::cli
