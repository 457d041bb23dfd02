#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/node/ctl/fake_node.hpp"

using namespace warren::ctl;
using warren::ctl::testing::on_this_machine;
using warren::ctl::testing::run;
using warren::ctl::testing::run_options;
using warren::ctl::testing::run_unreachable;

namespace json = boost::json;

namespace {

const char* const nothing = R"({"result":null})";

struct scratch_file {
  std::string path = (std::filesystem::temp_directory_path() / ("warrenctl-test-" + std::to_string(getpid()))).string();
  explicit scratch_file(const std::string& text = "") { std::ofstream(path) << text; }
  ~scratch_file() { std::filesystem::remove(path); }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
};

}  // namespace

TEST_CASE("a node is asked with the words as typed, the options by long name and what the application must be", "[ctl]") {
  const auto got = run({"-p", "v1", "set_policy", "-t", "5", "x", "^x", "{\"max-length\":1}", "--priority", "3"}, {nothing});
  REQUIRE(got.asked.size() == 1);
  CHECK(got.asked[0].at("command") == "set_policy");
  CHECK(got.asked[0].at("arguments") == json::array{"x", "^x", "{\"max-length\":1}"});
  CHECK(got.asked[0].at("options") == json::object{{"priority", "3"}, {"apply-to", "all"}, {"vhost", "v1"}});
  CHECK(got.asked[0].at("app") == "running");
  CHECK(got.asked[0].at("timeout_ms") == 5000);
}

TEST_CASE("flags are sent as true, and not at all when they are not given", "[ctl]") {
  const auto got = run({"list_queues", "--online", "name"}, {R"({"result":[]})"});
  REQUIRE(got.asked.size() == 1);
  CHECK(got.asked[0].at("options") == json::object{{"online", true}, {"vhost", "/"}});
  CHECK(got.asked[0].at("timeout_ms") == 60000);
}

TEST_CASE("a password is read from standard input when it is not on the line", "[ctl]") {
  run_options typed;
  typed.input = "hunter2\n";
  const auto got = run({"add_user", "bob"}, {nothing}, typed);
  CHECK(got.exit_code == 0);
  CHECK(got.out ==
        "Adding user \"bob\" ...\nPassword: \nDone. Don't forget to grant the user permissions to some virtual hosts! "
        "See 'rabbitmqctl help set_permissions' to learn more.\n");
  REQUIRE(got.asked.size() == 1);
  CHECK(got.asked[0].at("arguments") == json::array{"bob", "hunter2"});
}

TEST_CASE("without any password nothing is asked", "[ctl]") {
  const auto got = run({"change_password", "bob"}, {nothing});
  CHECK(got.exit_code == 65);
  CHECK(got.asked.empty());
}

TEST_CASE("texts recommend the tool that stands beside the one that was called", "[ctl]") {
  run_options own;
  own.program = "warren-diagnostics";
  const auto got = run({"alarms"}, {R"({"error":{"exit":64,"app":"stopped"}})"}, own);
  CHECK(got.exit_code == 64);
  CHECK(
      got.err.starts_with("Error: this command requires the 'rabbit' app to be running on the target node. Start it "
                          "with 'warrenctl start_app'.\n"));
}

TEST_CASE("bold is for terminals", "[ctl]") {
  run_options terminal;
  terminal.shown = {.terminal = true, .utf8 = true};
  const auto got = run({"list_queues", "nme"}, {}, terminal);
  CHECK(got.err.find("\n\n\x1b[1mUsage\x1b[0m\n\n") != std::string::npos);
  CHECK(run({"list_queues", "nme"}, {}).err.find('\x1b') == std::string::npos);
  const auto table = run({"list_users", "--formatter", "pretty_table", "-q"}, {R"({"result":[{"user":"a","tags":["x"]}]})"}, terminal);
  CHECK(table.out ==
        "┌──────┬──────┐\n│ \x1b[1muser\x1b[0m │ \x1b[1mtags\x1b[0m │\n├──────┼──────┤\n│ a    │ x    "
        "│\n└──────┴──────┘\n");
}

TEST_CASE("a node that is not registered gives the diagnostics that were captured", "[ctl]") {
  dial_failure f;
  f.at = dial_failure::step::registration;
  f.mapper_port = 25704;
  f.other_nodes = {"ref2", "ref3", "ref1"};
  f.own_name = "rabbitmqcli-352-ref1@localhost";
  f.cookie_hash = "Vq52FodRHw3Xt4hrCBKx3Q==";
  const auto got = run_unreachable({"-n", "ref9@localhost", "status"}, f);
  CHECK(got.exit_code == 69);
  CHECK(got.out.empty());
  CHECK(
      got.err.starts_with("Error: unable to perform an operation on node 'ref9@localhost'. Please see diagnostics "
                          "information and suggestions below.\n\n"));
  CHECK(
      got.err.ends_with("DIAGNOSTICS\n===========\n\nattempted to contact: [ref9@localhost]\n\nref9@localhost:\n"
                        "  * connected to epmd (port 25704) on localhost\n"
                        "  * epmd reports: node 'ref9' not running at all\n"
                        "                  other nodes on localhost: [ref2,ref3,ref1]\n"
                        "  * suggestion: start the node\n\n"
                        "Current node details:\n * node name: 'rabbitmqcli-352-ref1@localhost'\n"
                        " * effective user's home directory: /var/lib/rabbitmq\n * Erlang cookie hash: Vq52FodRHw3Xt4hrCBKx3Q==\n\n"));
}

TEST_CASE("another cookie gives the diagnostics that were captured", "[ctl]") {
  dial_failure f;
  f.at = dial_failure::step::handshake;
  f.mapper_port = 25704;
  f.node_port = 25701;
  const auto got = run_unreachable({"--erlang-cookie", "WRONGCOOKIE", "list_queues"}, f);
  CHECK(got.exit_code == 69);
  CHECK(got.err.find("  * epmd reports node 'ref1' uses port 25701 for inter-node and CLI tool traffic \n"
                     "  * TCP connection succeeded but Erlang distribution failed \n"
                     "  * suggestion: check if the Erlang cookie is identical for all server nodes and CLI tools\n") != std::string::npos);
}

TEST_CASE("ping of a node that is away is one line", "[ctl]") {
  const auto got = run_unreachable({"-n", "ref9@localhost", "ping"}, dial_failure{});
  CHECK(got.exit_code == 69);
  CHECK(got.out ==
        "Will ping ref9@localhost. This only checks if the OS process is running and registered with epmd. Timeout: "
        "60000 ms.\n");
  CHECK(got.err == "Error:\nFailed to connect and authenticate to ref9@localhost in 60000 ms\n");
}

TEST_CASE("a node that is lost before it answers is not waited for", "[ctl]") {
  const auto got = run({"list_users"}, {});
  CHECK(got.exit_code == 69);
  CHECK(got.err.find("it closed the connection before it answered") != std::string::npos);
}

TEST_CASE("definitions go to a file or to standard output, and come from either", "[ctl]") {
  const char* const exported = R"({"result":{"users":[],"vhosts":[{"name":"/"}]}})";
  CHECK(run({"export_definitions", "-"}, {exported}).out == "{\"users\":[],\"vhosts\":[{\"name\":\"/\"}]}\n");
  scratch_file file;
  const auto to_file = run({"export_definitions", file.path}, {exported});
  CHECK(to_file.out == "Exporting definitions in JSON to a file at \"" + file.path + "\" ...\n");
  CHECK(file.text() == "{\"users\":[],\"vhosts\":[{\"name\":\"/\"}]}");
  const auto imported = run({"import_definitions", file.path}, {nothing});
  CHECK(imported.out == "Importing definitions in JSON from a file at \"" + file.path + "\" ...\n");
  REQUIRE(imported.asked.size() == 1);
  CHECK(imported.asked[0].at("options").at("definitions") == json::value(file.text()));
  run_options piped;
  piped.input = "notjson\n";
  const auto wrong = run({"import_definitions"}, {nothing}, piped);
  CHECK(wrong.out == "Importing definitions in JSON from standard input ...\n");
  CHECK(wrong.err == "Error:\nFailed to deserialise input (format: JSON) (error: {:unexpected_token, \"notjson\"})\n");
  CHECK(wrong.exit_code == 65);
}

TEST_CASE("items of a stream are printed as they come", "[ctl]") {
  run_options diagnostics;
  diagnostics.program = "rabbitmq-diagnostics";
  const auto got = run({"log_tail_stream", "-d", "1"}, {R"({"item":"line 1"})", R"({"item":"line 2"})", nothing}, diagnostics);
  CHECK(got.out == "Streaming logs from node ref1@localhost for 1 seconds ...\nline 1\nline 2\n");
  CHECK(got.exit_code == 0);
}

TEST_CASE("shutdown tells the process and waits for the connection's end", "[ctl]") {
  // a process that has ended: a child that was waited for
  const pid_t child = fork();
  if (child == 0) _exit(0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  const std::string pid = std::to_string(child);
  // the fake node hangs up when it has no further reply, which is what a process does when it ends
  const auto got = run({"-t", "10", "shutdown", "--no-wait"}, {R"({"result":{"pid":)" + pid + "}}", nothing});
  CHECK(got.out == "Shutting down RabbitMQ node ref1@localhost running at PID " + pid + "\nRabbitMQ node ref1@localhost running at PID " +
                       pid + " was told to shut down\n");
}

TEST_CASE("wait says when the process is not there", "[ctl]") {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  scratch_file file(std::to_string(child) + "\n");
  const auto got = run({"wait", file.path}, {nothing});
  CHECK(got.exit_code == 70);
  CHECK(got.err == "Error:\nError: process is not running.\n");
  scratch_file garbage("no number\n");
  CHECK(run({"wait", garbage.path, "-t", "1"}, {nothing}).err == "Error:\nError: garbage in pid file.\n");
  scratch_file running(std::to_string(getpid()) + "\n");
  const auto good = run({"wait", running.path}, {nothing});
  CHECK(good.exit_code == 0);
  CHECK(good.out.ends_with("Applications 'rabbit_and_plugins' are running on node 'ref1@localhost'\n"));
}

TEST_CASE("the supervision tree is drawn with its lines", "[ctl]") {
  const auto got = run(
      {"-q", "supervision_tree"},
      {R"({"result":{"name":"node","kind":"one_for_all 0/1","actor_id":7,"state":"running","restarts":0,"last_exit":null,"mailbox":0,"children":[{"name":"infra","kind":"","actor_id":8,"state":"running","restarts":2,"last_exit":"broken","mailbox":3,"children":[{"name":"log","kind":"","actor_id":9,"state":"running","restarts":0,"last_exit":null,"mailbox":0,"children":[]}]},{"name":"vhosts","kind":"","actor_id":null,"state":"restarting","restarts":0,"last_exit":null,"mailbox":null,"children":[]}]}})"});
  CHECK(got.out ==
        "node  one_for_all 0/1 <7> running\n├ infra <8> running mailbox=3 restarts=2 last_exit=\"broken\"\n│ └ log <9> "
        "running\n└ vhosts restarting\n");
}
