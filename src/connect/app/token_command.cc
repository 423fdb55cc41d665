#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "connect/app/command_line.h"
#include "connect/app/commands.h"
#include "connect/app/mint.h"

namespace chat::app {

void add_token_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<MintOptions>();  // outlives this call with the callback
  CLI::App& command = *app.add_subcommand("token", "Mint a token for a user");
  command.footer(
      "Examples:\n"
      "  connect token --sub alice --data ./connect-data      # for a server with --auth dev\n"
      "  openssl genpkey -algorithm ed25519 -out private.pem\n"
      "  openssl pkey -in private.pem -pubout -out public.pem  # for --auth jwt --jwt-key\n"
      "  connect token --sub alice --ttl 1h --jwt-key private.pem");
  command.add_option("--sub", options->user, "The user")->required();
  command.add_option("--ttl", options->lifetime, "How long it is good: 90s, 15m, 1h, 30d")
      ->capture_default_str();
  CLI::Option* key =
      command.add_option("--jwt-key", options->key_file, "A private PEM or a secret's file");
  CLI::Option* data =
      command.add_option("--data", options->data, "The data directory of a server with --auth dev");
  data->excludes(key);
  command.add_option("--kid", options->kid, "The key's id in the server's key set")->needs(key);
  command.add_option("--jwt-issuer", options->issuer, "The token's `iss`")->needs(key);
  command.add_option("--jwt-audience", options->audience, "The token's `aud`")->needs(key);
  command.callback([options, &run] {
    run = [options] {
      const auto token = mint(*options);
      if (token) {
        std::puts(token->c_str());
        return 0;
      }
      std::fprintf(stderr, "connect token: %s\n", token.error().message.c_str());
      return kExitUsage;
    };
  });
}

}  // namespace chat::app
