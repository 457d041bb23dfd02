#include <algorithm>
#include <catch2/catch.hpp>

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/line/parse.hpp"
#include "tests/unit/node/ctl/fake_node.hpp"

using namespace warren::ctl;
using warren::ctl::testing::on_this_machine;

namespace {

parsed_line parse(const std::vector<std::string>& words, const surroundings& around = on_this_machine(),
                  std::string_view program = "rabbitmqctl") {
  return parse_line(program, words, around);
}

bool is_good(const parsed_line& l) { return std::holds_alternative<std::monostate>(l.instead); }

}  // namespace

TEST_CASE("options may stand before the command, behind it and between its arguments", "[ctl]") {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"-p", "v1", "-n", "a@localhost", "set_policy", "--priority", "7", "x", "^x", "{}"},
                                             {"set_policy", "x", "-p", "v1", "^x", "--priority=7", "-n=a@localhost", "{}"},
                                             {"set_policy", "x", "^x", "{}", "--vhost", "v1", "--node", "a@localhost", "--priority", "7"},
                                             {"--priority", "7", "set_policy", "x", "^x", "{}", "--vhost=v1", "--node=a@localhost"}}) {
    const auto line = parse(words);
    REQUIRE(is_good(line));
    CHECK(line.what.command->name == "set_policy");
    CHECK(line.what.arguments == std::vector<std::string>{"x", "^x", "{}"});
    CHECK(line.what.vhost == "v1");
    CHECK(line.what.node == "a@localhost");
    CHECK(line.what.option("priority") == "7");
    CHECK(line.what.option("apply-to") == "all");
  }
}

TEST_CASE("of an option that is given twice the last one counts", "[ctl]") {
  const auto line = parse({"set_policy", "--apply-to", "queues", "x", "^x", "{}", "--apply-to", "exchanges"});
  CHECK(line.what.option("apply-to") == "exchanges");
}

TEST_CASE("words behind -- and negative numbers are no options", "[ctl]") {
  const auto line = parse({"set_parameter", "--", "-a", "--b", "c"});
  REQUIRE(is_good(line));
  CHECK(line.what.arguments == std::vector<std::string>{"-a", "--b", "c"});
  const auto negative = parse({"clear_user_limits", "alice", "-1"});
  REQUIRE(is_good(negative));
  CHECK(negative.what.arguments == std::vector<std::string>{"alice", "-1"});
}

TEST_CASE("a flag is switched off by --no-, and --longnames may say true or false", "[ctl]") {
  CHECK(parse({"shutdown", "--no-wait"}).what.option("wait") == "false");
  CHECK(parse({"shutdown"}).what.option("wait") == "true");
  CHECK_FALSE(parse({"list_users", "--no-table-headers"}).what.headers);
  auto around = on_this_machine();
  around.node = "rabbit";
  CHECK(parse({"-l", "true", "list_users"}, around).what.node == "rabbit@host1.example");
  CHECK(parse({"--longnames", "false", "list_users"}, around).what.node == "rabbit@localhost");
}

TEST_CASE("a node's name gets the local host, and a dotted host wants long names", "[ctl]") {
  CHECK(parse({"-n", "other", "list_users"}).what.node == "other@localhost");
  const auto dotted = parse({"-n", "a@b.example", "status"});
  REQUIRE(std::holds_alternative<bad_node_name>(dotted.instead));
  CHECK(std::get<bad_node_name>(dotted.instead).reason == "short");
  CHECK(is_good(parse({"-l", "-n", "a@b.example", "status"})));
  auto around = on_this_machine();
  around.long_names = true;  // RABBITMQ_USE_LONGNAME
  CHECK(is_good(parse({"-n", "a@b.example", "status"}, around)));
}

TEST_CASE("the program's name says which commands there are, and --script-name has the last word", "[ctl]") {
  CHECK(is_good(parse({"check_alarms"}, on_this_machine(), "/usr/sbin/rabbitmq-diagnostics")));
  CHECK(is_good(parse({"check_alarms"}, on_this_machine(), "warren-diagnostics")));
  CHECK(std::holds_alternative<unknown_command>(parse({"check_alarms"}).instead));
  CHECK(is_good(parse({"--script-name", "rabbitmq-diagnostics", "check_alarms"})));
  CHECK(is_good(parse({"drain"}, on_this_machine(), "warren-upgrade")));
  CHECK(is_good(parse({"list", "-E"}, on_this_machine(), "rabbitmq-plugins")));
}

TEST_CASE("columns may be separated by commas too", "[ctl]") {
  const auto line = parse({"list_queues", "name,messages", "durable"});
  REQUIRE(is_good(line));
  CHECK(line.what.arguments == std::vector<std::string>{"name", "messages", "durable"});
}

TEST_CASE("a formatter that does not exist is a mistake of usage", "[ctl]") {
  const auto line = parse({"list_users", "--formatter", "weird"});
  REQUIRE(std::holds_alternative<bad_line>(line.instead));
  CHECK(std::get<bad_line>(line.instead).why.exit_code == 64);
  CHECK(std::get<bad_line>(line.instead).why.text.starts_with("Formatter weird is not supported"));
}

TEST_CASE("near misses are suggested, far ones are not", "[ctl]") {
  CHECK(suggestion(tool::ctl, "list_queuez") == "list_queues");
  CHECK(suggestion(tool::ctl, "list_deprecated_features") == "list_feature_flags");
  CHECK(suggestion(tool::upgrade, "await_online_quorum") == "await_online_quorum_plus_one");
  CHECK_FALSE(suggestion(tool::ctl, "frobnicate"));
  CHECK_FALSE(suggestion(tool::diagnostics, "directories"));
  CHECK_FALSE(suggestion(tool::queues, "await_online_quorum_plus_one"));
}

TEST_CASE("every row of the table of commands is whole", "[ctl]") {
  for (const command_spec& c : all_commands()) {
    INFO(c.name);
    CHECK_FALSE(c.description.empty());
    CHECK((c.args.most < 0 || c.args.least <= c.args.most));
    // what is required stands on the usage line
    if (c.args.least > 0) CHECK_FALSE(c.usage.empty());
    for (const option_spec& o : c.options) CHECK((o.kind == option_kind::flag || !o.value.empty()));
    // default columns are columns
    std::string_view left = c.default_columns;
    while (!left.empty()) {
      const auto end = std::min(left.find(' '), left.size());
      CHECK(std::any_of(c.columns.begin(), c.columns.end(), [&](auto& column) { return column.name == left.substr(0, end); }));
      left.remove_prefix(std::min(end + 1, left.size()));
    }
    bool somewhere = false;
    for (const tool t : all_tools) somewhere |= c.tools.has(t) && find_command(t, c.name) != nullptr;
    CHECK(somewhere);
  }
}
