#include "connect/cli/history_lines.h"

#include "connect/cli/layout.h"
#include "connect/cli/text.h"

namespace chat::cli {

std::string history_lines(const client::Message& message) {
  const client::Event& event = message.event;
  std::string text = harmless(event.body.text);
  if (message.deleted) text = "(deleted)";
  if (event.kind != client::Kind::kMessage) text = "* " + told(event);
  std::string out = moment_of(event.id.ms()) + "  " + harmless_line(event.from.value()) + ": ";
  for (const char c : text) {
    out += c;
    // Further lines are set in, so that no text can pass for a message of its own.
    if (c == '\n') out += "    ";
  }
  if (message.edited != client::EventId() && !message.deleted) out += " (edited)";
  for (const client::Reaction& reaction : message.reactions)
    out += " [" + harmless_line(reaction.emoji) + " " + std::to_string(reaction.count) + "]";
  return out + "\n";
}

}  // namespace chat::cli
