#include <CLI/CLI.hpp>
#include <memory>

#include "connect/app/backup_run.h"
#include "connect/app/commands.h"
#include "connect/app/import_run.h"
#include "connect/app/inspect_run.h"

namespace chat::app {
namespace {

// A data directory that no server uses, or the server that uses it: exactly one of them.
void add_place(CLI::App& command, std::string& data, std::string& ops) {
  auto* place = command.add_option_group("place", "One of");
  place->add_option("--data", data, "A data directory that no server is using");
  place->add_option("--ops", ops, "HOST:PORT of a running server's operations port");
  place->require_option(1);
}

}  // namespace

void add_import_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<ImportOptions>();  // outlives this call with the callback
  CLI::App& command = *app.add_subcommand("import", "Import old messages");
  command.require_subcommand(1);
  command.footer("Example:\n  connect import irc logs/*.txt --chat ubuntu --data ./connect-data");
  CLI::App& irc = *command.add_subcommand("irc", "Import logs of an IRC channel, a file a day");
  irc.footer(
      "A file is named after its day (2008-07-03.txt) and holds lines `[HH:MM] <nick> text`.\n"
      "Importing again adds nothing.\n"
      "Examples:\n"
      "  connect import irc logs/*.txt --chat ubuntu --data ./connect-data\n"
      "  connect import irc logs/*.txt --chat ubuntu --chat-per-year --ops 127.0.0.1:9090");
  irc.add_option("files", options->files, "The logs")->required()->check(CLI::ExistingFile);
  irc.add_option("--chat", options->chat, "The chat's id; default: the name of the logs' folder");
  irc.add_option("--title", options->title, "The chat's title, when it is made; default: its id");
  irc.add_flag("--chat-per-year", options->per_year, "A chat for each year: ID-2004, ID-2005 …");
  add_place(irc, options->data, options->ops);
  irc.callback([options, &run] { run = [options] { return run_import(*options); }; });
}

void add_backup_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App& command =
      *app.add_subcommand("backup", "Copy a data directory, also of a running server");
  command.footer(
      "Examples:\n"
      "  connect backup /backups/monday --ops 127.0.0.1:9090   # the server writes it\n"
      "  connect backup /backups/monday --data ./connect-data");
  command.add_option("directory", options->backup, "Where to; must not exist yet")->required();
  add_place(command, options->data, options->ops);
  command.callback([options, &run] { run = [options] { return run_backup(*options); }; });
}

void add_restore_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App& command = *app.add_subcommand("restore", "Make a data directory from a backup");
  command.footer("Example:\n  connect restore /backups/monday --data ./connect-data");
  command.add_option("backup", options->backup, "The backup")->required();
  command.add_option("--data", options->data, "Where to; must not exist yet, or be empty")
      ->required();
  command.callback([options, &run] { run = [options] { return run_restore(*options); }; });
}

void add_inspect_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App& command = *app.add_subcommand("inspect", "Show what is stored, as JSON");
  command.footer(
      "Examples:\n"
      "  connect inspect chats --data ./connect-data\n"
      "  connect inspect chat ubuntu --ops 127.0.0.1:9090\n"
      "  connect inspect member ubuntu alice --ops 127.0.0.1:9090");
  command.require_subcommand(1);
  CLI::App* chats = command.add_subcommand("chats", "Every chat and its newest event");
  CLI::App* chat = command.add_subcommand("chat", "A chat's settings, members and newest events");
  CLI::App* member = command.add_subcommand("member", "A user's membership and marks in a chat");
  for (CLI::App* what : {chat, member})
    what->add_option("chat", options->chat, "The chat's id")->required();
  member->add_option("user", options->user, "The user")->required();
  for (CLI::App* what : {chats, chat, member}) {
    add_place(*what, options->data, options->ops);
    what->callback([options, what, &run] {
      options->what = what->get_name();
      run = [options] { return run_inspect(*options); };
    });
  }
}

}  // namespace chat::app
