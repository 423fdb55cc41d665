#include "connect/importer/import_plan.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "connect/base/hash.h"

namespace chat::importer {
namespace {

// 10 bytes that are the same for the same line on every machine. Nobody gains by a collision: it
// would take a line of one's own in the same file and minute.
std::array<uint8_t, 10> bytes_of_line(const protocol::ChatId& chat, std::string_view file_name,
                                      uint32_t line) {
  std::string name = chat.value();
  name += '\0';
  name += file_name;
  name += '\0';
  name += std::to_string(line);
  std::array<uint8_t, 10> bytes{};
  const std::array<uint64_t, 2> words = {base::stable_hash(name, 1), base::stable_hash(name, 2)};
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<uint8_t>(words[i / 8] >> (i % 8 * 8));
  return bytes;
}

void add_day(ChatPlan& plan, IrcDay& day) {
  for (IrcMessage& message : day.messages) {
    plan.lines.push_back({message.ms, protocol::UserId(std::move(message.nick)),
                          std::move(message.text),
                          key_of_line(plan.chat, day.file_name, message.line, message.ms)});
  }
}

}  // namespace

protocol::Key key_of_line(const protocol::ChatId& chat, std::string_view file_name, uint32_t line,
                          int64_t ms) {
  return protocol::Key::mint(ms, bytes_of_line(chat, file_name, line));
}

base::Result<std::vector<ChatPlan>> plan_chats(std::vector<IrcDay> days, const std::string& name,
                                               const std::string& title, bool per_year) {
  std::sort(days.begin(), days.end(),
            [](const IrcDay& one, const IrcDay& other) { return one.file_name < other.file_name; });
  std::map<std::string, ChatPlan> plans;
  for (IrcDay& day : days) {
    const std::string year = day.file_name.substr(0, 4);
    const std::string id = per_year ? name + "-" + year : name;
    const auto chat = protocol::ChatId::parse(id);
    if (!chat)
      return base::unexpected(base::Code::kInvalid,
                              id + " is no chat id: 1 to 64 of A-Z a-z 0-9 . _ : -");
    ChatPlan& plan = plans[id];
    plan.chat = *chat;
    plan.title = per_year ? title + " " + year : title;
    add_day(plan, day);
  }
  std::vector<ChatPlan> sorted;
  for (auto& [id, plan] : plans) {
    std::stable_sort(
        plan.lines.begin(), plan.lines.end(),
        [](const ImportLine& one, const ImportLine& other) { return one.ms < other.ms; });
    sorted.push_back(std::move(plan));
  }
  return sorted;
}

}  // namespace chat::importer
