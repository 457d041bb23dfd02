#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/help/generated.hpp"
#include "node/ctl/help/usage.hpp"
#include "tests/unit/node/ctl/fake_node.hpp"

using namespace warren::ctl;
using warren::ctl::testing::run;
using warren::ctl::testing::run_options;

TEST_CASE("help goes to standard output with 0, a missing or unknown command gets the list on standard error with 64", "[ctl]") {
  const auto help = run({"help"}, {});
  CHECK(help.exit_code == 0);
  CHECK(help.err.empty());
  CHECK(
      help.out.starts_with("\nUsage\n\nrabbitmqctl [--node <node>] [--timeout <timeout>] [--longnames] [--quiet] "
                           "<command> [<command options>]\n\n"
                           "Available commands:\n\nHelp:\n\n   autocomplete"));
  CHECK(help.out.ends_with("\nUse 'rabbitmqctl help <command>' to learn more about a specific command\n"));
  const auto none = run({}, {});
  CHECK(none.exit_code == 64);
  CHECK(none.out.empty());
  CHECK(none.err == help.out);
  const auto unknown = run({"frobnicate"}, {});
  CHECK(unknown.exit_code == 64);
  CHECK(unknown.err == "\nCommand 'frobnicate' not found. \n" + help.out);
}

TEST_CASE("help COMMAND, COMMAND --help and --help COMMAND say the same", "[ctl]") {
  const auto one = run({"help", "list_queues"}, {});
  CHECK(one.exit_code == 0);
  CHECK(one.out.find("rabbitmqctl [--node <node>] [--longnames] [--quiet] list_queues [--vhost <vhost>] [--online]") != std::string::npos);
  CHECK(one.out.find("<column>\n\tmust be one of name, durable, auto_delete, arguments,") != std::string::npos);
  CHECK(run({"list_queues", "--help"}, {}).out == one.out);
  CHECK(run({"--help", "list_queues"}, {}).out == one.out);
}

TEST_CASE("autocomplete lists the commands with a prefix", "[ctl]") {
  CHECK(run({"autocomplete", "list_vh"}, {}).out == "list_vhost_limits\nlist_vhosts\n");
  CHECK(run({"help", "--list-commands"}, {}).out.find("\nlist_queues\n") != std::string::npos);
}

TEST_CASE("sections of a tool's help come in RabbitMQ's order", "[ctl]") {
  const std::string text = all_help("rabbitmqctl", tool::ctl, false);
  std::size_t at = 0;
  for (const char* title : {"\nHelp:\n", "\nNodes:\n", "\nCluster:\n", "\nReplication:\n", "\nUsers:\n", "\nAccess Control:\n",
                            "\nMonitoring, observability and health checks:\n", "\nParameters:\n", "\nPolicies:\n", "\nVirtual hosts:\n"}) {
    const auto found = text.find(title, at);
    INFO(title);
    REQUIRE(found != std::string::npos);
    at = found;
  }
}

TEST_CASE("completion scripts and manual pages know every command", "[ctl]") {
  const std::string bash = bash_completion(), zsh = zsh_completion();
  for (const command_spec& c : all_commands()) {
    INFO(c.name);
    CHECK(bash.find(c.name) != std::string::npos);
    CHECK(zsh.find(c.name) != std::string::npos);
    for (const tool t : all_tools)
      if (c.tools.has(t)) CHECK(man_page(t).find(".SS " + std::string(c.name)) != std::string::npos);
  }
}

TEST_CASE("bash completes commands, columns and formatters", "[ctl]") {
  const auto directory = std::filesystem::temp_directory_path() / ("warrenctl-completion-" + std::to_string(getpid()));
  std::filesystem::create_directory(directory);
  REQUIRE(write_generated("bash", directory.string()) == 0);
  const auto completed = [&](const std::string& words, int position) {
    const std::string script = "source " + (directory / "warrenctl").string() + "; COMP_WORDS=(" + words +
                               "); COMP_CWORD=" + std::to_string(position) + "; _warrenctl; echo \"${COMPREPLY[*]}\"";
    std::ofstream(directory / "try.sh") << script;
    std::string out;
    FILE* pipe = popen(("bash " + (directory / "try.sh").string() + " 2>&1").c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
    pclose(pipe);
    return out;
  };
  CHECK(completed("warrenctl list_vhost_l", 1) == "list_vhost_limits\n");
  CHECK(completed("rabbitmq-diagnostics -n rabbit check_al", 3) == "check_alarms\n");
  CHECK(completed("warrenctl list_queues consumer_u", 2) == "consumer_utilisation\n");
  CHECK(completed("warrenctl list_queues --formatter pre", 3) == "pretty_table\n");
  std::filesystem::remove_all(directory);
}
