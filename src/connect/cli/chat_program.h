// ChatProgram: the terminal client between the screen, the person and the protocol.
// Thread rule: the loop's own thread. Owned by run_chat().
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connect/base/event_loop.h"
#include "connect/cli/chat.h"
#include "connect/cli/chat_commands.h"
#include "connect/cli/chat_view.h"
#include "connect/cli/members.h"
#include "connect/cli/notes.h"
#include "connect/cli/opening.h"
#include "connect/cli/screen.h"
#include "connect/client/client.h"

namespace chat::cli {

class ChatProgram final : private client::Client::Listener, private base::EventLoop::Watcher {
 public:
  ChatProgram(base::EventLoop& loop, const base::Clock& clock, base::Random& random,
              client::Url url, std::unique_ptr<crypto::TlsContext> tls, const ChatOptions& options,
              Screen& screen);
  ~ChatProgram() override;

  void start();
  void resized();
  // Why it ended, when that was not the person's wish.
  const std::string& failure() const { return failure_; }

 private:
  using Operation = client::Operation;

  base::EventLoop& loop_;
  const base::Clock& clock_;
  const ChatOptions options_;
  Screen& screen_;
  client::Client client_;
  ChatView view_;
  LineEditor editor_;
  std::string failure_;
  std::string token_;  // the latest

  bool listing_ = false;
  size_t listed_ = 0;  // the chosen one
  Notes notes_;
  std::optional<Members> who_;  // the answer to /who, as long as the notes
  std::set<client::UserId> here_;
  std::string why_;        // of the connection's state
  client::ChatId wished_;  // to be opened once it is known
  Opening opening_;
  std::map<client::UserId, int64_t> typing_;  // until, boot clock
  int64_t load_not_before_ms_ = 0;
  bool jumping_ = false;  // the page under way is to be shown
  bool drawing_wanted_ = true;

  const client::Core& core() const { return client_.core(); }

  // chat_program.cc: what happens
  void on_notice(const client::Effect& notice) override;
  void on_events(uint32_t events) override;
  void fetch_token();
  void chat_changed(const client::ChatId& id);
  void page_loaded(const client::PageLoaded& page);
  void status_changed(const client::StatusChanged& changed);
  void stored(const client::OperationStored& stored);
  void failed(const client::OperationFailed& failed);
  void give_back(const std::string& text);
  void press(const KeyPress& press);
  bool press_in_list(const KeyPress& press);
  void edit(const KeyPress& press);
  void open(const client::ChatId& chat);
  void open_some();
  void load_wanted();
  void mark_read();
  void tick();
  void note(const std::string& text, Style style = Style::kDim);
  void clear_notes();
  void scroll(int lines);

  // chat_picture.cc: what is to be seen
  void draw();
  std::string status_line() const;
  std::string title_line() const;
  std::vector<Line> foot() const;
  std::vector<Line> chat_list() const;

  // chat_actions.cc: what the person asks for. After an error the line stays in the input.
  void enter();
  base::Status act(const ChatCommand& command);
  base::Status act_in_chat(const ChatCommand& command);
  base::Result<client::OperationId> perform(Operation operation);
  base::Status operate(Operation operation);
  base::Status lead(Operation operation, std::string name);
  base::Status say(const ChatCommand& command);
  base::Status send_text(const client::ChatId& chat, const std::string& text);
  base::Status open_named(const std::string& name);
  base::Status create(const ChatCommand& command);
  base::Status direct(const std::string& user);
  base::Status invite(const std::vector<std::string>& users);
  base::Status reply(const ChatCommand& command);
  base::Status react(const ChatCommand& command);
  base::Status edit_message(const ChatCommand& command);
  base::Status delete_message(const ChatCommand& command);
  base::Status who();
  base::Status jump(const std::string& when);
};

}  // namespace chat::cli
