#include "connect/app/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "connect/app/commands.h"

namespace chat::app {
namespace {

constexpr const char* kAbout =
    "Connect: a chat backend with a durable, ordered history.\n"
    "\n"
    "Sixty seconds to a running chat:\n"
    "  connect serve                                  # in one terminal\n"
    "  connect chat --user alice                      # in a second one\n"
    "  connect chat --user bob                        # in a third one";

// "`lisen` is not known here, did you mean `listen`?"
std::string not_known(const std::string& word, const std::vector<std::string>& words) {
  const std::string meant = nearest_word(word, words);
  return "`" + word + "` is not known here" +
         (meant.empty() ? "" : ", did you mean `" + meant + "`?");
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  return names;
}

// TOML or INI. Options that stand before any [section] are those of `serve`; one that the
// environment sets as well is left to it.
class ServeConfig final : public CLI::ConfigBase {
 public:
  explicit ServeConfig(const CLI::App& serve) : names_(option_names(serve)) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> items = ConfigBase::from_config(input);
    std::vector<CLI::ConfigItem> kept;
    for (CLI::ConfigItem& item : items) {
      if (item.parents.empty()) item.parents = {"serve"};
      if (item.parents == std::vector<std::string>{"serve"} &&
          std::ranges::find(names_, item.name) == names_.end())
        throw CLI::ConfigError("in the configuration file " + not_known(item.name, names_));
      if (std::getenv(environment_name(item.name).c_str()) == nullptr)
        kept.push_back(std::move(item));
    }
    return kept;
  }

 private:
  const std::vector<std::string> names_;
};

// Variables that are nearly one of ours were mistyped. Others are let be: where Connect runs as a
// service of Kubernetes named `connect`, there are CONNECT_PORT and CONNECT_SERVICE_HOST.
std::string mistyped_variable(const CLI::App& serve) {
  std::vector<std::string> known = {"CONFIG"};
  constexpr size_t kPrefix = std::string_view("CONNECT_").size();
  for (const std::string& name : option_names(serve))
    known.push_back(environment_name(name).substr(kPrefix));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with("CONNECT_")) continue;
    const std::string name(text.substr(kPrefix, text.find('=') - kPrefix));
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string meant = nearest_word(name, known);
    if (!meant.empty())
      return "the environment's `CONNECT_" + name + "` is not known here, did you mean `CONNECT_" +
             meant + "`?";
  }
  return {};
}

std::vector<std::string> words_of(const CLI::App& app) {
  std::vector<std::string> words;
  for (const std::string& name : option_names(app)) words.push_back("--" + name);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    words.push_back(command->get_name());
  return words;
}

// The innermost command that was named.
const CLI::App& chosen_command(const CLI::App& app) {
  const CLI::App* chosen = &app;
  while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().back();
  return *chosen;
}

// Every word of the command line that nothing took, with what was probably meant.
void print_unexpected(const CLI::App& app) {
  const CLI::App& command = chosen_command(app);
  std::vector<std::string> words = words_of(command);
  if (&command != &app) words.emplace_back("--config");
  for (const std::string& word : app.remaining(true)) {
    std::fprintf(stderr, "connect: %s\n", not_known(word.substr(0, word.find('=')), words).c_str());
  }
}

// "import irc " of the innermost command, nothing of the program itself.
std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? "" : path_of(*parent) + command.get_name() + " ";
}

int explain(const CLI::App& app, const CLI::ParseError& error) {
  const bool unexpected = !app.remaining(true).empty();
  if (error.get_exit_code() == 0 && !unexpected) return app.exit(error);  // --help, --version
  if (unexpected)
    print_unexpected(app);
  else
    std::fprintf(stderr, "connect: %s\n", error.what());
  std::fprintf(stderr, "`connect %s--help` shows what there is.\n",
               path_of(chosen_command(app)).c_str());
  return kExitUsage;
}

void add_commands(CLI::App& app, Run& run) {
  add_serve_command(app, run);
  add_client_commands(app, run);
  add_token_command(app, run);
  add_import_command(app, run);
  add_backup_command(app, run);
  add_restore_command(app, run);
  add_inspect_command(app, run);
  app.add_subcommand("version", "Print the version")->callback([&run] {
    run = [] {
      std::puts("connect " CONNECT_VERSION);
      return 0;
    };
  });
}

size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<size_t> row(other.size() + 1);
  for (size_t i = 0; i <= other.size(); ++i) row[i] = i;
  for (size_t i = 0; i < one.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < other.size(); ++j) {
      const size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string environment_name(std::string_view option) {
  std::string name = "CONNECT_";
  for (char c : option.substr(std::min(option.find_first_not_of('-'), option.size())))
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& words) {
  std::string nearest;
  size_t best = word.size() / 3 + 1;  // a third of it may be wrong
  for (const std::string& candidate : words) {
    const size_t distance = edit_distance(word, candidate);
    if (distance > best || (distance == best && !nearest.empty())) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

int run_command_line(int argc, const char* const* argv) {
  CLI::App app(kAbout, "connect");
  app.set_version_flag("--version", "connect " CONNECT_VERSION);
  app.set_config("--config", "",
                 "Take options of `serve` from this file (TOML or INI), by their long names")
      ->envname("CONNECT_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.require_subcommand(1);
  app.fallthrough();  // so that --config may follow the command
  app.footer("`connect COMMAND --help` explains a command and gives examples.");
  Run run;
  add_commands(app, run);
  const CLI::App& serve = *app.get_subcommand("serve");
  app.config_formatter(std::make_shared<ServeConfig>(serve));
  try {
    app.parse(argc, argv);
    const std::string mistyped = serve.parsed() ? mistyped_variable(serve) : std::string();
    if (!mistyped.empty()) throw CLI::ConfigError(mistyped);
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  return run ? run() : kExitUsage;
}

}  // namespace chat::app
