#include "actors/definitions/definition_files.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace warren::actors;
namespace fs = std::filesystem;

namespace {

struct directory {
  fs::path root;
  directory() {
    char name[] = "/tmp/warren-definitions-XXXXXX";
    root = mkdtemp(name);
  }
  ~directory() { fs::remove_all(root); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(root / name) << text;
    return root / name;
  }
};

}  // namespace

TEST_CASE_METHOD(directory, "A directory's JSON files are read in the order of their names, others are not") {
  write("20.json", "b");
  write("10.json", "a");
  write("30.txt", "c");
  const auto files = read_definition_files(root);
  REQUIRE(files.ok());
  REQUIRE(files->size() == 2);
  CHECK((*files)[0].text == "a");
  CHECK((*files)[1].text == "b");
}

TEST_CASE_METHOD(directory, "A missing file is an error that names it") {
  const auto files = read_definition_files(root / "none.json");
  REQUIRE_FALSE(files.ok());
  CHECK(files.failure().text == (root / "none.json").string() + ": No such file or directory");
}

TEST_CASE("The hash changes with contents and with the border between files") {
  const auto hash = [](std::vector<definition_file> files) { return definitions_hash(files, "sha256"); };
  CHECK(hash({{"a", "xy"}}) == hash({{"b", "xy"}}));
  CHECK(hash({{"a", "xy"}}) != hash({{"a", "xz"}}));
  CHECK(hash({{"a", "x"}, {"b", "y"}}) != hash({{"a", "xy"}, {"b", ""}}));
  CHECK(hash({{"a", "xy"}}).size() == 64);
  CHECK(definitions_hash({{"a", "x"}}, "sha").size() == 40);
  CHECK(definitions_hash({{"a", "x"}}, "sha512").size() == 128);
}
