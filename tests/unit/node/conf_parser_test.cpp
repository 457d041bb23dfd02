#include "node/config/conf_parser.hpp"

#include <catch2/catch.hpp>

using namespace warren::node;

namespace {

std::string only_value(std::string_view line) {
  const auto file = parse_conf(line, "f");
  REQUIRE(file.errors.empty());
  REQUIRE(file.entries.size() == 1);
  return file.entries[0].value;
}

std::string only_error(std::string_view line) {
  const auto file = parse_conf(line, "f.conf");
  REQUIRE(file.errors.size() == 1);
  return file.errors[0].describe();
}

}  // namespace

TEST_CASE("Blank lines, comments and blanks around keys and values do not count") {
  const auto file = parse_conf("# first\n\n   listeners.tcp.default =  5673  \r\n\theartbeat=0 # off\n", "f");
  REQUIRE(file.errors.empty());
  REQUIRE(file.entries.size() == 2);
  CHECK(file.entries[0].key == std::vector<std::string>{"listeners", "tcp", "default"});
  CHECK(file.entries[0].value == "5673");
  CHECK(file.entries[0].line == 3);
  CHECK(file.entries[1].value == "0");
  CHECK(file.entries[1].line == 4);
}

TEST_CASE("A # ends a value even without a blank before it, as in RabbitMQ, and that is worth a warning") {
  const auto file = parse_conf("default_pass = foo#bar", "f");
  CHECK(file.entries[0].value == "foo");
  REQUIRE(file.warnings.size() == 1);
  CHECK(file.warnings[0].line == 1);
  CHECK(parse_conf("default_pass = foo #bar", "f").warnings.empty());
}

TEST_CASE("Single quotes keep everything between them") {
  CHECK(only_value("default_pass = 'a # b = c '") == "a # b = c ");
  CHECK(only_value("default_pass = 'x' # comment") == "x");
  CHECK(only_value("default_pass = ''") == "");
  CHECK(only_value("default_pass = it''s") == "it''s");
  CHECK(only_value("default_pass = \"q\"") == "\"q\"");
}

TEST_CASE("A value may hold blanks and equals signs") {
  CHECK(only_value("cluster_name = my own = name") == "my own = name");
}

TEST_CASE("A backslash keeps a dot inside a segment, and the key is written back the same way") {
  const auto file = parse_conf("loopback_users.some\\.user = true", "f");
  REQUIRE(file.entries.size() == 1);
  CHECK(file.entries[0].key == std::vector<std::string>{"loopback_users", "some.user"});
  CHECK(file.entries[0].key_text() == "loopback_users.some\\.user");
}

TEST_CASE("Mistakes name file and line, and all of them are found") {
  CHECK(only_error("nonsense") == "f.conf:1: expected `key = value`, found `nonsense`");
  CHECK(only_error("a b = 1") == "f.conf:1: `a b` is not a key: expected words joined by dots");
  CHECK(only_error("a..b = 1") == "f.conf:1: `a..b` is not a key: expected words joined by dots");
  CHECK(only_error("heartbeat =") == "f.conf:1: heartbeat: no value stands behind =");
  CHECK(only_error("heartbeat = # none") == "f.conf:1: heartbeat: no value stands behind =");
  CHECK(only_error("x = 'open") == "f.conf:1: x: a quoted value has no closing '");
  CHECK(only_error("x = 'a' b") == "f.conf:1: x: text stands behind the closing ' of a quoted value");
  const auto file = parse_conf("one\nheartbeat = 5\ntwo\n", "f");
  REQUIRE(file.errors.size() == 2);
  CHECK(file.errors[0].line == 1);
  CHECK(file.errors[1].line == 3);
  CHECK(file.entries.size() == 1);
}
