#include <CLI/CLI.hpp>
#include <memory>

#include "connect/app/command_line.h"
#include "connect/app/commands.h"
#include "connect/cli/chat.h"

namespace connect::app {
namespace {

void add_server_options(CLI::App& command, cli::ServerOptions& server) {
  command.add_option("--url", server.url, "The server")
      ->envname("CONNECT_URL")
      ->capture_default_str();
  command.add_option("--user", server.user, "Log in as this user (a server with --auth dev)")
      ->envname("CONNECT_USER");
  command.add_option("--token", server.token, "A token in place of a login")
      ->envname("CONNECT_TOKEN");
  command.add_option("--ca", server.ca_file, "PEM of the roots to trust with https")
      ->envname("CONNECT_CA")
      ->type_name("FILE");
}

void add_chat(CLI::App& app, Run& run) {
  auto options = std::make_shared<cli::ChatOptions>();  // outlives this call with the callback
  CLI::App& command = *app.add_subcommand("chat", "Chat in this terminal");
  command.footer(
      "Examples:\n"
      "  connect chat --user alice\n"
      "  connect chat --user alice --chat ubuntu --url https://chat.example");
  add_server_options(command, options->server);
  command.add_option("--chat", options->chat, "Open this chat first");
  command.callback([options, &run] { run = [options] { return cli::run_chat(*options); }; });
}

}  // namespace

void add_client_commands(CLI::App& app, Run& run) {
  add_chat(app, run);
}

}  // namespace connect::app
