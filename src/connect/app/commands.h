// The commands of the program as CLI11 sees them: each function adds one subcommand, with its
// options, and puts what is to be run into `run` when the subcommand is chosen. main's thread.
#pragma once

#include <functional>

namespace CLI {
class App;
}  // namespace CLI

namespace chat::app {

using Run = std::function<int()>;  // the process's exit code

void add_serve_command(CLI::App& app, Run& run);
void add_token_command(CLI::App& app, Run& run);
void add_import_command(CLI::App& app, Run& run);
void add_backup_command(CLI::App& app, Run& run);
void add_restore_command(CLI::App& app, Run& run);
void add_inspect_command(CLI::App& app, Run& run);
void add_client_commands(CLI::App& app, Run& run);

}  // namespace chat::app
