#include "node/command_line/command_line.hpp"

#include <catch2/catch.hpp>

using namespace warren::node;

namespace {

command_line_outcome parse(std::vector<const char*> words) {
  words.insert(words.begin(), "warren-server");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

}  // namespace

TEST_CASE("Options arrive, --config any number of times") {
  const auto out =
      parse({"--name", "one", "--data-dir", "/d", "--config", "a", "--config", "b", "--log-level", "debug"});
  REQUIRE_FALSE(out.exit_code);
  CHECK(out.options.name == "one");
  CHECK(out.options.data_dir == "/d");
  CHECK(out.options.config_files == std::vector<std::string>{"a", "b"});
  CHECK(out.options.log_level == warren::actors::log_level::debug);
  CHECK(parse({"-n", "two"}).options.name == "two");
}

TEST_CASE("--help and --version print and end with 0") {
  const auto help = parse({"--help"});
  CHECK(help.exit_code == exit_ok);
  for (const char* option : {"--name", "--data-dir", "--config", "--help", "--version"})
    CHECK(help.output.find(option) != std::string::npos);
  const auto version = parse({"--version"});
  CHECK(version.exit_code == exit_ok);
  CHECK(version.output.starts_with("Warren "));
}

TEST_CASE("Mistakes end with 64 and say what they are") {
  const auto unknown = parse({"--nmae", "x"});
  CHECK(unknown.exit_code == exit_usage);
  CHECK(unknown.output.find("--nmae") != std::string::npos);
  CHECK(parse({"--name"}).exit_code == exit_usage);
  CHECK(parse({"stray"}).exit_code == exit_usage);
  const auto level = parse({"--log-level", "loud"});
  CHECK(level.exit_code == exit_usage);
  CHECK(level.output.find("loud") != std::string::npos);
}
