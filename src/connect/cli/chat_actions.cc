// What the person of the terminal client asks for.
#include <algorithm>
#include <charconv>

#include "connect/base/json_escape.h"
#include "connect/cli/chat_program.h"
#include "connect/cli/text.h"

namespace chat::cli {
namespace {

using client::Core;
using client::Kind;
using client::Time;

std::string quoted(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words) out += (out.size() > 1 ? "," : "") + quoted(word);
  return out + "]";
}

// A message's body with another text: an edit replaces the whole body.
std::string with_text(const client::Body& body, std::string_view text) {
  std::string out = "\"body\":{\"text\":" + quoted(text);
  if (body.reply_to != client::EventId())
    out += ",\"reply_to\":" + std::to_string(body.reply_to.value());
  if (!body.meta.empty()) out += ",\"meta\":" + body.meta;
  if (body.attachments.empty()) return out + "}";
  out += ",\"attachments\":[";
  for (const client::Attachment& one : body.attachments)
    out += std::string(out.back() == '[' ? "" : ",") + "{\"url\":" + quoted(one.url) +
           ",\"type\":" + quoted(one.type) + ",\"size\":" + std::to_string(one.size) +
           ",\"name\":" + quoted(one.name) + "}";
  return out + "]}";
}

std::string target_of(const client::Message& message) {
  return "\"target\":" + std::to_string(message.event.id.value());
}

}  // namespace

void ChatProgram::enter() {
  const std::string line = editor_.take();
  if (line.empty()) return;
  notes_.clear();
  base::Result<ChatCommand> command = parse_chat_command(line);
  if (!command) {
    editor_.set(line);
    return note(command.error().message, Style::kFailed);
  }
  act(*command);
}

void ChatProgram::act(const ChatCommand& command) {
  switch (command.verb) {
    case Verb::kSay: return say(command);
    case Verb::kChats: listing_ = true; return;
    case Verb::kOpen: return open_named(command.words[0]);
    case Verb::kCreate: return create(command);
    case Verb::kDirect: return direct(command.words[0]);
    case Verb::kInvite: return invite(command.words);
    case Verb::kLeave: return operate({.name = "leave", .chat = view_.chat()});
    case Verb::kReply: return reply(command);
    case Verb::kReact: return react(command);
    case Verb::kEdit: return edit_message(command);
    case Verb::kDelete: return delete_message(command);
    case Verb::kWho: return who();
    case Verb::kAt: return jump(command.text);
    case Verb::kHelp:
      for (const std::string& line : chat_help()) note(line);
      return;
    case Verb::kQuit: return loop_.stop();
  }
}

void ChatProgram::operate(Operation operation) {
  const bool leads = operation.name == "create" || operation.name == "join";
  const std::string name = operation.name;
  const auto id = client_.change(
      [&operation](Core& core, Time now) { return core.operate(now, std::move(operation)); });
  if (!id) return note("too much is unsent already", Style::kFailed);
  if (leads) opening_.emplace(*id, name);
}

void ChatProgram::say(const ChatCommand& command) {
  if (view_.chat() == client::ChatId()) return note("open a chat first: /chats", Style::kFailed);
  view_.follow();
  operate({.name = "send",
           .chat = view_.chat(),
           .fields = with_text({}, command.text),
           .kind = Kind::kMessage,
           .text = command.text});
}

void ChatProgram::reply(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, nullptr);
  if (!message) return note("no such message", Style::kFailed);
  operate({.name = "send",
           .chat = view_.chat(),
           .fields = with_text({.reply_to = message->event.id}, command.text),
           .kind = Kind::kMessage,
           .text = command.text});
  view_.follow();
}

// A chat of the list by its number, by its id, or one to be joined.
void ChatProgram::open_named(const std::string& name) {
  const std::vector<client::ChatId> chats = by_latest(core());
  size_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = error == std::errc() && end == name.data() + name.size();
  if (is_number && number >= 1 && number <= chats.size()) return open(chats[number - 1]);
  const std::optional<client::ChatId> id = client::ChatId::parse(name);
  if (!id) return note("a chat is 1-64 of A-Z a-z 0-9 . _ : -", Style::kFailed);
  const client::Chat* known = core().chat(*id);
  if (known && !known->left) return open(*id);
  operate({.name = "join", .chat = *id});
}

void ChatProgram::create(const ChatCommand& command) {
  operate({.name = "create",
           .fields = "\"type\":\"group\",\"title\":" + quoted(command.text) +
                     ",\"members\":" + list_of(command.words)});
}

void ChatProgram::direct(const std::string& user) {
  operate({.name = "create", .fields = "\"type\":\"direct\",\"members\":" + list_of({user})});
}

void ChatProgram::invite(const std::vector<std::string>& users) {
  operate({.name = "invite", .chat = view_.chat(), .fields = "\"users\":" + list_of(users)});
}

void ChatProgram::react(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, nullptr);
  if (!message) return note("no such message", Style::kFailed);
  const std::string& emoji = command.words[0];
  const bool mine = std::any_of(message->reactions.begin(), message->reactions.end(),
                                [&emoji](const client::Reaction& reaction) {
                                  return reaction.emoji == emoji && reaction.me;
                                });
  operate({.name = "react",
           .chat = view_.chat(),
           .fields = target_of(*message) + ",\"emoji\":" + quoted(emoji) +
                     ",\"on\":" + (mine ? "false" : "true")});
}

void ChatProgram::edit_message(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, &core().me());
  if (!message) return note("no such message of yours", Style::kFailed);
  operate({.name = "edit",
           .chat = view_.chat(),
           .fields = target_of(*message) + "," + with_text(message->event.body, command.text)});
}

void ChatProgram::delete_message(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, &core().me());
  if (!message) return note("no such message of yours", Style::kFailed);
  operate({.name = "delete", .chat = view_.chat(), .fields = target_of(*message)});
}

// A short blocking call: the list is asked for seldom, and small.
void ChatProgram::who() {
  const base::Result<std::vector<Member>> members =
      members_of(options_.server, token_, view_.chat().value());
  if (!members) return note(members.error().message, Style::kFailed);
  std::string names;
  std::vector<client::UserId> users;
  for (const Member& member : *members) {
    names += (names.empty() ? "" : ", ") + member.user;
    if (member.role != "member") names += " (" + member.role + ")";
    users.emplace_back(member.user);
  }
  note("in this chat: " + names);
  client_.change([&users](Core& core, Time now) { core.watch(now, users); });
}

void ChatProgram::jump(const std::string& when) {
  const std::optional<int64_t> ms = parse_local_moment(when, clock_.wall_ms());
  if (!ms) return note("a date as in 2026-11-24, 2026-11-24 13:05 or 13:05", Style::kFailed);
  jumping_ = client_.change([this, &ms](Core& core, Time now) {
    return core.load(
        now, view_.chat(),
        {.position = client::Where::Position::kAt, .value = static_cast<uint64_t>(*ms)});
  });
  if (!jumping_) note("not now: a page is being loaded, or there is no connection", Style::kFailed);
}

}  // namespace chat::cli
