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

base::Unexpected<base::Error> refused(std::string why) {
  return base::unexpected(base::Code::kInvalid, std::move(why));
}

std::string target_of(const client::Message& message) {
  return "\"target\":" + std::to_string(message.event.id.value());
}

}  // namespace

void ChatProgram::enter() {
  const std::string line = editor_.take();
  if (line.empty()) return;
  clear_notes();
  const base::Result<ChatCommand> command = parse_chat_command(line);
  const base::Status done = command ? act(*command) : base::Unexpected{command.error()};
  if (done) return;
  editor_.set(line);
  note(done.error().message, Style::kFailed);
}

base::Status ChatProgram::act(const ChatCommand& command) {
  switch (command.verb) {
    case Verb::kSay: return say(command);
    case Verb::kOpen: return open_named(command.words[0]);
    case Verb::kCreate: return create(command);
    case Verb::kDirect: return direct(command.words[0]);
    case Verb::kChats: listing_ = true; break;
    case Verb::kHelp:
      for (const std::string& line : chat_help()) note(line);
      notes_.scroll_to_top();
      break;
    case Verb::kQuit: loop_.stop(); break;
    default: return act_in_chat(command);
  }
  return base::ok();
}

// What concerns the chat on the screen: not while the person expects to be in another one.
base::Status ChatProgram::act_in_chat(const ChatCommand& command) {
  if (const std::optional<std::string> name = opening_.current())
    return refused("still opening " + *name + "; Ctrl-L goes to another chat");
  if (view_.chat() == client::ChatId()) return refused("open a chat first: /chats");
  switch (command.verb) {
    case Verb::kInvite: return invite(command.words);
    case Verb::kLeave: return operate({.name = "leave", .chat = view_.chat()});
    case Verb::kReply: return reply(command);
    case Verb::kReact: return react(command);
    case Verb::kEdit: return edit_message(command);
    case Verb::kDelete: return delete_message(command);
    case Verb::kWho: return who();
    case Verb::kAt: return jump(command.text);
    default: return base::ok();
  }
}

base::Result<client::OperationId> ChatProgram::perform(Operation operation) {
  const auto id = client_.change(
      [&operation](Core& core, Time now) { return core.operate(now, std::move(operation)); });
  if (!id) return refused("too much is unsent already");
  return *id;
}

base::Status ChatProgram::operate(Operation operation) {
  TRY(perform(std::move(operation)));
  return base::ok();
}

// An operation that leads to a chat.
base::Status ChatProgram::lead(Operation operation, std::string name) {
  TRY_ASSIGN(const client::OperationId id, perform(std::move(operation)));
  opening_.begin(id, std::move(name));
  return base::ok();
}

base::Status ChatProgram::say(const ChatCommand& command) {
  if (const std::optional<std::string> name = opening_.current()) {
    if (opening_.hold(command.text)) return base::ok();
    return refused("enough waits for " + *name + " already");
  }
  if (view_.chat() == client::ChatId())
    return refused(core().synced() ? "open a chat first: /chats" : "no chat is open yet");
  view_.follow();
  return send_text(view_.chat(), command.text);
}

base::Status ChatProgram::send_text(const client::ChatId& chat, const std::string& text) {
  return operate({.name = "send",
                  .chat = chat,
                  .fields = with_text({}, text),
                  .kind = Kind::kMessage,
                  .text = text});
}

base::Status ChatProgram::reply(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, nullptr);
  if (!message) return refused("no such message");
  Operation operation{.name = "send",
                      .chat = view_.chat(),
                      .fields = with_text({.reply_to = message->event.id}, command.text),
                      .kind = Kind::kMessage,
                      .text = command.text};
  view_.follow();
  return operate(std::move(operation));
}

// A chat of the list by its number, by its id, or one to be joined.
base::Status ChatProgram::open_named(const std::string& name) {
  const std::vector<client::ChatId> chats = by_latest(core());
  size_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = error == std::errc() && end == name.data() + name.size();
  const bool is_listed = is_number && number >= 1 && number <= chats.size();
  const std::optional<client::ChatId> id =
      is_listed ? chats[number - 1] : client::ChatId::parse(name);
  if (!id) return refused("a chat is 1-64 of A-Z a-z 0-9 . _ : -");
  const client::Chat* known = core().chat(*id);
  if (!is_listed && (!known || known->left)) return lead({.name = "join", .chat = *id}, name);
  open(*id);
  return base::ok();
}

base::Status ChatProgram::create(const ChatCommand& command) {
  return lead({.name = "create",
               .fields = "\"type\":\"group\",\"title\":" + quoted(command.text) +
                         ",\"members\":" + list_of(command.words)},
              command.text);
}

base::Status ChatProgram::direct(const std::string& user) {
  return lead({.name = "create", .fields = "\"type\":\"direct\",\"members\":" + list_of({user})},
              user);
}

base::Status ChatProgram::invite(const std::vector<std::string>& users) {
  return operate({.name = "invite", .chat = view_.chat(), .fields = "\"users\":" + list_of(users)});
}

base::Status ChatProgram::react(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, nullptr);
  if (!message) return refused("no such message");
  const std::string& emoji = command.words[0];
  const bool mine = std::any_of(message->reactions.begin(), message->reactions.end(),
                                [&emoji](const client::Reaction& reaction) {
                                  return reaction.emoji == emoji && reaction.me;
                                });
  return operate({.name = "react",
                  .chat = view_.chat(),
                  .fields = target_of(*message) + ",\"emoji\":" + quoted(emoji) +
                            ",\"on\":" + (mine ? "false" : "true")});
}

base::Status ChatProgram::edit_message(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, &core().me());
  if (!message) return refused("no such message of yours");
  return operate(
      {.name = "edit",
       .chat = view_.chat(),
       .fields = target_of(*message) + "," + with_text(message->event.body, command.text)});
}

base::Status ChatProgram::delete_message(const ChatCommand& command) {
  const client::Message* message = view_.message(core(), command.which, &core().me());
  if (!message) return refused("no such message of yours");
  return operate({.name = "delete", .chat = view_.chat(), .fields = target_of(*message)});
}

// Short blocking calls: who is in a chat is asked for seldom, and small.
base::Status ChatProgram::who() {
  TRY_ASSIGN(who_, members_of(options_.server, token_, view_.chat()));
  here_.clear();
  std::vector<client::UserId> users;
  for (const Member& member : who_->first) users.push_back(member.user);
  client_.change([&users](Core& core, Time now) { core.watch(now, users); });
  return base::ok();
}

base::Status ChatProgram::jump(const std::string& when) {
  const std::optional<int64_t> ms = parse_local_moment(when, clock_.wall_ms());
  if (!ms) return refused("a date as in 2026-11-24, 2026-11-24 13:05 or 13:05");
  jumping_ = client_.change([this, &ms](Core& core, Time now) {
    return core.load(
        now, view_.chat(),
        {.position = client::Where::Position::kAt, .value = static_cast<uint64_t>(*ms)});
  });
  if (!jumping_) return refused("not now: a page is being loaded, or there is no connection");
  return base::ok();
}

}  // namespace chat::cli
