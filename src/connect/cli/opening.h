// Opening: what was asked for that leads to a chat (a join, a new chat) and is not answered yet,
// with the texts typed behind it. Those go to the chat that opens, never to the one that was open
// before. Pure; one thread. Owned by ChatProgram.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "connect/cli/layout.h"
#include "connect/cli/line_editor.h"
#include "connect/client/outbox.h"

namespace chat::cli {

class Opening {
 public:
  // Of all texts together: what the input line holds, so that it can take them back.
  static constexpr size_t kHeldBytesMax = LineEditor::kBytesMax;

  struct Ended {
    std::vector<std::string> texts;
    bool current = false;  // nothing else was opened meanwhile
  };

  // From now on texts belong to the chat that this operation leads to. `name`: for people.
  void begin(client::OperationId operation, std::string name);
  // A chat was opened: texts go there. What is held stays where it belongs.
  void turn_away() { current_.reset(); }
  // The name of the chat that texts belong to; nothing: to the one that is open.
  std::optional<std::string> current() const;
  // False: too much is held, or nothing is being opened.
  bool hold(const std::string& text);
  // The operation has its answer. Nothing: it does not lead to a chat.
  std::optional<Ended> end(client::OperationId operation);

  // What waits, for the foot of the screen.
  std::vector<Line> lines() const;

 private:
  struct Wait {
    client::OperationId operation = 0;
    std::string name;
    std::vector<std::string> texts;
  };

  // As many as the outbox holds: each is one of its operations.
  std::deque<Wait> waits_;
  std::optional<client::OperationId> current_;
  size_t held_bytes_ = 0;
};

}  // namespace chat::cli
