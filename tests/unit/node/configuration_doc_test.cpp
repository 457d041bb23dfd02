#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "node/config/config_keys.hpp"

using namespace warren::node;

TEST_CASE("docs/configuration.md holds the table of keys as it is (./dev docs writes it)") {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
  std::ostringstream text;
  text << std::ifstream(root / "docs/configuration.md").rdbuf();
  const std::string all = text.str(), mark = "<!-- keys -->\n";
  const auto at = all.find(mark);
  REQUIRE(at != std::string::npos);
  CHECK(all.substr(at + mark.size()) == "\n" + config_keys_markdown());
}

TEST_CASE("Every key has one row, and every key that is in force or kept stores its value") {
  std::set<std::string_view> names;
  for (const auto& section : config_key_sections()) {
    for (const auto& key : section.keys) {
      INFO(key.name);
      CHECK(names.insert(key.name).second);
      CHECK((key.set != nullptr) == (key.effect == key_effect::in_force || key.effect == key_effect::kept));
      CHECK((key.kind == value_kind::choice) == !key.choices.empty());
    }
  }
}
