#include "connect/app/command_line.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "connect/app/mint.h"
#include "connect/app/ops_client.h"

namespace chat::app {
namespace {

struct Outcome {
  int code = 0;
  std::string out;
  std::string error;
};

Outcome run(const std::vector<const char*>& arguments) {
  std::vector<const char*> argv = {"connect"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = run_command_line(static_cast<int>(argv.size()), argv.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.error = testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(CommandLine, NamesWhatIsMistypedAndWhatWasMeant) {
  struct Mistake {
    std::vector<const char*> arguments;
    std::vector<std::string> says;
  };
  const std::vector<Mistake> mistakes = {
      {{"serve", "--lisen", "127.0.0.1:0"}, {"`--lisen`", "did you mean `--listen`?"}},
      {{"serve", "--jwt-keys=k"}, {"`--jwt-keys`", "did you mean `--jwt-key`?"}},
      {{"serve", "--auth", "none"}, {"--auth", "none"}},
      {{"serve", "--durability", "maybe"}, {"--durability"}},
      {{"serve", "--loops", "many"}, {"--loops"}},
      {{"serve", "--rate-sends", "-1"}, {"--rate-sends"}},
      {{"serve", "--tls-cert", "c.pem"}, {"--tls-key"}},
      {{"serve", "--config", "/no/such/file"}, {"/no/such/file"}},
      {{"srve"}, {"`srve`", "did you mean `serve`?"}},
      {{"srve", "--help"}, {"`srve`", "did you mean `serve`?"}},
      {{"import", "irc", "--dta", "d"}, {"`--dta`", "`connect import irc --help`"}},
      {{}, {"subcommand"}},
      {{"backup", "dir"}, {"--data"}},
      {{"backup", "dir", "--data", "a", "--ops", "b"}, {"--data"}},
      {{"token", "--sub", "a", "--ttl", "long", "--data", "d"}, {"--ttl"}},
      {{"token", "--sub", "a"}, {"--jwt-key"}},
      {{"import", "irc", "/no/such.txt", "--data", "d"}, {"/no/such.txt"}},
  };
  for (const Mistake& mistake : mistakes) {
    const Outcome outcome = run(mistake.arguments);
    EXPECT_EQ(outcome.code, kExitUsage) << mistake.says.front();
    for (const std::string& word : mistake.says)
      EXPECT_NE(outcome.error.find(word), std::string::npos) << word << " in: " << outcome.error;
  }
}

// The options without a word of explanation, which stands 28 columns on in their line, or in the
// next.
std::string undescribed_options(const std::string& help) {
  std::istringstream lines(help);
  std::string line, option, found;
  while (std::getline(lines, line)) {
    const size_t begin = line.find_first_not_of(' ');
    const bool is_description = begin != line.npos && begin >= 20;
    if (!option.empty() && !is_description) found += option + '\n';
    option.clear();
    const bool is_option = begin != line.npos && begin <= 4 && line.substr(begin, 2) == "--";
    const size_t column = begin + 28;
    if (is_option && (line.size() <= column || line[column - 1] != ' ' || line[column] == ' '))
      option = line;
  }
  return found;
}

TEST(CommandLine, EveryOptionOfTheServerIsInTheEnvironmentToo) {
  std::istringstream lines(run({"serve", "--help"}).out);
  std::string line;
  int options = 0;
  while (std::getline(lines, line)) {
    if (!line.starts_with("  --")) continue;
    ++options;
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    EXPECT_NE(line.find("(Env:" + environment_name(name) + ")"), line.npos) << line;
  }
  EXPECT_GE(options, 15);
}

TEST(CommandLine, HelpTeachesEveryCommand) {
  const Outcome all = run({"--help"});
  EXPECT_EQ(all.code, 0);
  for (const char* command :
       {"serve", "token", "import", "backup", "restore", "inspect", "version"}) {
    EXPECT_NE(all.out.find(command), std::string::npos) << command;
    EXPECT_EQ(run({command, "--help"}).code, 0) << command;
  }
  const std::vector<std::vector<const char*>> commands = {{"serve"},
                                                          {"token"},
                                                          {"import"},
                                                          {"import", "irc"},
                                                          {"chat"},
                                                          {"history"},
                                                          {"send"},
                                                          {"backup"},
                                                          {"restore"},
                                                          {"inspect"},
                                                          {"bench"},
                                                          {"inspect", "chats"},
                                                          {"inspect", "chat"},
                                                          {"inspect", "member"}};
  for (std::vector<const char*> command : commands) {
    command.push_back("--help");
    const Outcome help = run(command);
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("Example"), std::string::npos) << help.out;
    EXPECT_EQ(undescribed_options(help.out), "") << help.out;
  }
  EXPECT_EQ(run({"version"}).out, "connect " CONNECT_VERSION "\n");
}

TEST(CommandLine, AHistoryIsOfAChatThatIsNamedOnce) {
  EXPECT_EQ(run({"history", "--help"}).out.find("--chat"), std::string::npos);
  const Outcome unnamed = run({"history", "--user", "alice"});
  EXPECT_EQ(unnamed.code, kExitUsage);
  EXPECT_EQ(unnamed.error, "connect history: name a chat: connect history CHAT\n");
}

TEST(CommandLine, AConfigurationFileIsReadAndItsMistakesAreNamed) {
  const std::string path = testing::TempDir() + "connect_command_line_test.toml";
  std::ofstream(path) << "listen = \"127.0.0.1:notaport\"\n";
  // The value is used: it is the one that is refused.
  const Outcome used = run({"serve", "--config", path.c_str()});
  EXPECT_NE(used.code, 0);
  EXPECT_NE(used.error.find("notaport"), std::string::npos) << used.error;
  // The environment comes before the file, the command line before the environment.
  setenv("CONNECT_LISTEN", "127.0.0.1:environment", 1);
  EXPECT_NE(run({"serve", "--config", path.c_str()}).error.find("environment"), std::string::npos);
  EXPECT_NE(run({"serve", "--listen", "127.0.0.1:line", "--config", path.c_str()})
                .error.find("127.0.0.1:line"),
            std::string::npos);
  unsetenv("CONNECT_LISTEN");
  std::ofstream(path) << "lisen = \"127.0.0.1:0\"\n";
  const Outcome mistyped = run({"serve", "--config", path.c_str()});
  EXPECT_EQ(mistyped.code, kExitUsage);
  EXPECT_NE(mistyped.error.find("`lisen` is not known here, did you mean `listen`?"),
            std::string::npos)
      << mistyped.error;
  std::remove(path.c_str());
}

TEST(CommandLine, AMistypedVariableIsNamedAndAForeignOneLetBe) {
  setenv("CONNECT_PORT", "tcp://10.0.0.1:80", 1);  // as Kubernetes sets it
  setenv("CONNECT_LISTEN", "nowhere", 1);
  EXPECT_NE(run({"serve"}).error.find("nowhere"), std::string::npos);
  unsetenv("CONNECT_LISTEN");
  setenv("CONNECT_LISTN", "127.0.0.1:0", 1);
  const Outcome mistyped = run({"serve"});
  EXPECT_EQ(mistyped.code, kExitUsage);
  EXPECT_NE(mistyped.error.find("did you mean `CONNECT_LISTEN`?"), std::string::npos)
      << mistyped.error;
  unsetenv("CONNECT_LISTN");
  unsetenv("CONNECT_PORT");
}

TEST(CommandLine, WhatIsNoDataDirectoryIsCalledThat) {
  const std::vector<std::vector<const char*>> commands = {
      {"token", "--sub", "a", "--ttl", "1h", "--data", "/no/such/place"},
      {"inspect", "chats", "--data", "/no/such/place"},
      {"backup", "/no/such/backup", "--data", "/no/such/place"},
  };
  for (const auto& command : commands) {
    const Outcome outcome = run(command);
    EXPECT_NE(outcome.code, 0);
    EXPECT_NE(outcome.error.find("/no/such/place is no data directory"), std::string::npos)
        << outcome.error;
  }
}

TEST(CommandLine, WordsNearAndFar) {
  const std::vector<std::string> words = {"--listen", "--ops", "--origin"};
  EXPECT_EQ(nearest_word("--listn", words), "--listen");
  EXPECT_EQ(nearest_word("--origins", words), "--origin");
  EXPECT_EQ(nearest_word("--completely-different", words), "");
  EXPECT_EQ(environment_name("--jwt-key"), "CONNECT_JWT_KEY");
  EXPECT_EQ(environment_name("listen"), "CONNECT_LISTEN");
}

TEST(Lifetime, UnitsAndBounds) {
  EXPECT_EQ(*parse_lifetime("90s"), 90'000);
  EXPECT_EQ(*parse_lifetime("15m"), 900'000);
  EXPECT_EQ(*parse_lifetime("1h"), 3'600'000);
  EXPECT_EQ(*parse_lifetime("30d"), 30LL * 86'400'000);
  for (const char* bad : {"", "h", "1", "1w", "-1h", "0s", "1.5h", "1h30m", "4000d",
                          "99999999999999999999s", "9223372036854775807d"})
    EXPECT_FALSE(parse_lifetime(bad).has_value()) << bad;
}

TEST(HostPort, FormsAndRefusals) {
  EXPECT_EQ(parse_host_port("127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(parse_host_port("[::1]:0")->host, "::1");
  EXPECT_EQ(parse_host_port("localhost:65535")->host, "localhost");
  for (const char* bad : {"", "8080", ":8080", "host:", "host:65536", "host:-1", "host:8080x",
                          "http://127.0.0.1:8080"})
    EXPECT_FALSE(parse_host_port(bad).has_value()) << bad;
}

}  // namespace
}  // namespace chat::app
