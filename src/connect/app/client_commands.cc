#include <CLI/CLI.hpp>
#include <memory>

#include "connect/app/command_line.h"
#include "connect/app/commands.h"
#include "connect/cli/bench.h"
#include "connect/cli/chat.h"
#include "connect/cli/history.h"
#include "connect/cli/send.h"

namespace chat::app {
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

void add_history(CLI::App& app, Run& run) {
  auto options = std::make_shared<cli::HistoryOptions>();
  CLI::App& command = *app.add_subcommand("history", "Print a slice of a chat");
  command.footer(
      "A moment is `2026-11-24`, `2026-11-24 13:05:09` (local time) or Unix milliseconds.\n"
      "Examples:\n"
      "  connect history --user alice ubuntu                       # the last 50 messages\n"
      "  connect history --user alice ubuntu --at 2008-07-03 --limit 20\n"
      "  connect history --user alice ubuntu --after 2008-07-03 --all --json > july.jsonl");
  add_server_options(command, options->server);
  // That it must be there is checked with what it may be: in words of its own.
  command.add_option("chat", options->chat, "The chat's id")->type_name("CHAT");
  auto* positions = command.add_option_group("position", "Where; at most one of");
  positions->add_option("--before", options->before, "Messages before an event id or moment");
  positions->add_option("--after", options->after, "Messages after an event id or moment");
  positions->add_option("--around", options->around, "Messages around an event id or moment");
  positions->add_option("--at", options->at, "Messages from a moment on");
  positions->require_option(0, 1);
  command.add_option("--limit", options->limit, "How many messages")->capture_default_str();
  command.add_flag("--all", options->all, "Page on to the end");
  command.add_flag("--json", options->json, "A JSON object a line");
  command.callback([options, &run] { run = [options] { return cli::run_history(*options); }; });
}

void add_send(CLI::App& app, Run& run) {
  auto options = std::make_shared<cli::SendOptions>();
  CLI::App& command = *app.add_subcommand("send", "Send messages and wait until they are stored");
  command.footer(
      "Examples:\n"
      "  connect send --user alice --chat ubuntu hello everybody\n"
      "  tail -f /var/log/build.log | connect send --user bot --chat builds -");
  add_server_options(command, options->server);
  command.add_option("--chat", options->chat, "The chat")->required();
  command.add_option("text", options->words, "The message; `-`: standard input, a message a line")
      ->required();
  command
      .add_option("--give-up-after", options->give_up_after_s,
                  "Seconds after which what is not sent is given up; 0: never")
      ->capture_default_str();
  command.callback([options, &run] { run = [options] { return cli::run_send(*options); }; });
}

void add_bench(CLI::App& app, Run& run) {
  auto options = std::make_shared<cli::BenchOptions>();
  CLI::App& command =
      *app.add_subcommand("bench", "Measure what a message, a page and a connection cost");
  command.footer(
      "Examples:\n"
      "  connect bench                                  # starts a server of its own\n"
      "  connect bench --only messages --connections 64 --in-flight 8\n"
      "  connect bench --server http://127.0.0.1:8080 --pid 4711 --only page");
  command.add_option("--server", options->server, "A running server with --auth dev");
  command.add_option("--pid", options->pid, "Its process");
  command.add_option("--binary", options->binary, "The program to start; default: this one");
  command.add_option("--directory", options->directory, "Where its data go: the disk that counts");
  command.add_option("--only", options->only, "One part")
      ->check(CLI::IsMember({"messages", "page", "idle"}));
  command.add_option("--runs", options->runs, "Runs of each part")->capture_default_str();
  command.add_option("--connections", options->connections, "Clients that send at once")
      ->capture_default_str();
  command.add_option("--in-flight", options->in_flight, "Sends in flight a connection")
      ->capture_default_str();
  command.add_option("--warm-up", options->warm_up_s, "Seconds before each run")
      ->capture_default_str();
  command.add_option("--seconds", options->seconds, "Measured seconds a run")
      ->capture_default_str();
  command.add_option("--messages", options->messages, "Stored messages behind `page`")
      ->capture_default_str();
  command.add_option("--pages", options->pages, "Reads a run")->capture_default_str();
  command.add_option("--idle-connections", options->idle_connections, "Clients that only wait")
      ->capture_default_str();
  command.callback([options, &run] { run = [options] { return cli::run_bench(*options); }; });
}

}  // namespace

void add_client_commands(CLI::App& app, Run& run) {
  add_chat(app, run);
  add_history(app, run);
  add_send(app, run);
  add_bench(app, run);
}

}  // namespace chat::app
