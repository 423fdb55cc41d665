#include <CLI/CLI.hpp>
#include <memory>

#include "connect/app/command_line.h"
#include "connect/app/commands.h"
#include "connect/app/serve.h"

namespace chat::app {
namespace {

constexpr const char* kExamples =
    "Every option may stand in a file (`--config FILE`, a line `listen = \"0.0.0.0:8080\"`) and "
    "in\n"
    "the environment (CONNECT_LISTEN). The command line comes first, then the environment, then "
    "the\n"
    "file.\n"
    "\n"
    "Examples:\n"
    "  connect serve\n"
    "      On this machine only, anybody may be anybody: for development.\n"
    "  connect serve --data /var/lib/connect --listen 0.0.0.0:443 --tls-cert cert.pem \\\n"
    "      --tls-key key.pem --auth jwt --jwt-key https-issuer-jwks.json --jwt-audience chat\n"
    "      For everybody, with the tokens of an identity provider.";

void add_storage_options(CLI::App& command, ServeOptions& options) {
  command.add_option("--data", options.data, "The data directory, made when there is none")
      ->capture_default_str();
  command
      .add_option("--durability", options.durability,
                  "Acknowledge when the disk has it (sync) or the kernel (process)")
      ->check(CLI::IsMember({"sync", "process"}))
      ->capture_default_str();
}

void add_network_options(CLI::App& command, ServeOptions& options) {
  command.add_option("--listen", options.listen, "HOST:PORT for clients; port 0: a free one")
      ->capture_default_str();
  command
      .add_option("--ops", options.ops,
                  "HOST:PORT for health, metrics, import and backup; keep it private")
      ->capture_default_str();
  command
      .add_option("--origin", options.origins,
                  "A web origin that browsers may connect from, beside our own (repeatable)")
      ->delimiter(',');
  CLI::Option* cert =
      command.add_option("--tls-cert", options.tls_cert, "PEM of the certificate and its chain");
  CLI::Option* key = command.add_option("--tls-key", options.tls_key, "PEM of its private key");
  cert->needs(key);
  key->needs(cert);
}

void add_access_options(CLI::App& command, ServeOptions& options) {
  command
      .add_option("--auth", options.auth,
                  "Who is believed: `jwt`, signed tokens; `dev`, anybody on this machine")
      ->check(CLI::IsMember({"dev", "jwt"}))
      ->capture_default_str();
  command
      .add_option("--jwt-key", options.jwt_keys,
                  "A file with a PEM, a JWK set or an HS256 secret of 32 bytes (repeatable)")
      ->delimiter(',');
  command.add_option("--jwt-issuer", options.jwt_issuer, "What a token's `iss` must be");
  command.add_option("--jwt-audience", options.jwt_audience, "What its `aud` must name");
  command.add_option("--rate-sends", options.rate_sends, "Sends a second and user; 0: no limit")
      ->check(CLI::Range(0u, 1'000'000u))
      ->capture_default_str();
}

void add_process_options(CLI::App& command, ServeOptions& options) {
  command.add_option("--loops", options.loops, "Gateway threads; 0: half the processors, 1 to 4")
      ->check(CLI::Range(0u, 64u))
      ->capture_default_str();
  command.add_option("--workers", options.workers, "Messaging threads; 0: likewise")
      ->check(CLI::Range(0u, 64u))
      ->capture_default_str();
  command.add_option("--log-level", options.log_level, "The least that is logged")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

}  // namespace

void add_serve_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<ServeOptions>();  // outlives this call with the callback
  CLI::App& command = *app.add_subcommand("serve", "Run the server");
  command.configurable();
  command.footer(kExamples);
  add_storage_options(command, *options);
  add_network_options(command, *options);
  add_access_options(command, *options);
  add_process_options(command, *options);
  for (CLI::Option* option : command.get_options()) {
    if (option->get_name() != "--help") option->envname(environment_name(option->get_name()));
  }
  command.callback([options, &run] { run = [options] { return run_serve(*options); }; });
}

}  // namespace chat::app
