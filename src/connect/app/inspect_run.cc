#include "connect/app/inspect_run.h"

#include <cstdio>
#include <memory>

#include "connect/app/command_line.h"
#include "connect/app/inspect.h"
#include "connect/app/offline_data.h"
#include "connect/app/ops_client.h"

namespace chat::app {
namespace {

using base::Result;

Result<std::string> inspect_offline(const InspectOptions& options) {
  const auto chat = protocol::ChatId::parse(options.chat);
  const auto user = protocol::UserId::parse(options.user);
  if (options.what != "chats" && !chat)
    return base::unexpected(base::Code::kInvalid, "that is no chat id");
  if (options.what == "member" && !user)
    return base::unexpected(base::Code::kInvalid, "that is no user id");
  TRY_ASSIGN(const std::unique_ptr<OfflineData> data, OfflineData::open(options.data));
  if (options.what == "chats") return inspect_chats(data->store());
  if (options.what == "chat") return inspect_chat(data->store(), *chat);
  return inspect_member(data->store(), *chat, *user);
}

Result<std::string> inspect_server(const InspectOptions& options) {
  TRY_ASSIGN(OpsClient client, OpsClient::make(options.ops));
  std::string target = "/inspect/" + options.what;
  if (options.what != "chats") target += "?chat=" + percent_encoded(options.chat);
  if (options.what == "member") target += "&user=" + percent_encoded(options.user);
  return client.ask("GET", target);
}

}  // namespace

int run_inspect(const InspectOptions& options) {
  const auto json = options.ops.empty() ? inspect_offline(options) : inspect_server(options);
  if (json) {
    std::puts(json->c_str());
    return 0;
  }
  std::fprintf(stderr, "connect inspect: %s\n", json.error().message.c_str());
  return kExitEnvironment;
}

}  // namespace chat::app
