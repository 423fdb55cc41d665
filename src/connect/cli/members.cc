#include "connect/cli/members.h"

#include <algorithm>

#include "connect/cli/refusal.h"
#include "connect/cli/text.h"
#include "connect/client/decode.h"
#include "connect/client/http.h"

namespace chat::cli {
namespace {

constexpr size_t kNamesMax = 20;

base::Result<std::string> body_of(client::HttpClient& http, const std::string& target) {
  TRY_ASSIGN(client::HttpAnswer answer, http.call("GET", target));
  if (answer.status == 200) return std::move(answer.body);
  return base::unexpected(base::Code::kUnavailable,
                          with_next_step(client::error_of(answer), kJoinStep));
}

std::string name_of(const Member& member) {
  const std::string name = harmless_line(member.user.value());
  return member.role == "member" ? name : name + " (" + harmless_line(member.role) + ")";
}

}  // namespace

base::Result<Members> members_of(const ServerOptions& server, const std::string& token,
                                 const client::ChatId& chat) {
  TRY_ASSIGN(const auto http, client::HttpClient::make(server.url, server.ca_file, token));
  const std::string target = "/v1/chats/" + client::percent_encoded(chat.value());
  TRY_ASSIGN(const std::string settings, body_of(*http, target));
  TRY_ASSIGN(const std::string page, body_of(*http, target + "/members?limit=200"));
  Members members;
  if (const auto parsed = protocol::json::parse(settings))
    members.count = client::number_of(*parsed, "members");
  const auto parsed = protocol::json::parse(page);
  if (const client::Json* list = parsed ? parsed->find("members") : nullptr)
    for (const client::Json& one : list->array)
      members.first.push_back(
          {client::UserId(client::string_of(one, "user")), client::string_of(one, "role")});
  members.count = std::max(members.count, members.first.size());
  return members;
}

std::string who_is_in(const Members& members, const std::set<client::UserId>& here) {
  std::vector<Member> order = members.first;
  const auto others = std::stable_partition(
      order.begin(), order.end(), [&here](const Member& one) { return here.count(one.user) > 0; });
  const auto present = static_cast<size_t>(others - order.begin());
  order.resize(std::min(order.size(), kNamesMax));
  std::string text = counted(members.count, "member") + (present > 0 ? ", here now: " : ": ");
  for (size_t i = 0; i < order.size(); ++i)
    text += (i == 0 ? "" : i == present ? "; " : ", ") + name_of(order[i]);
  if (members.count > order.size())
    text += ", and " + grouped(members.count - order.size()) + " more";
  return text;
}

}  // namespace chat::cli
