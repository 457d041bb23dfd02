// Transcripts captured from RabbitMQ 3.10.8 (three nodes ref1 to ref3@localhost). A line `< …` is what the node would
// answer; the rest must come out of the tool as it came out of RabbitMQ's. Bold is left out: it is for terminals.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/unit/node/ctl/fake_node.hpp"

using namespace warren::ctl;
using warren::ctl::testing::run;
using warren::ctl::testing::run_options;

namespace {

struct transcript {
  std::string line;
  std::vector<std::string> replies;
  std::string out, err;
  int exit_code = 0;
};

std::vector<transcript> read_transcripts(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<transcript> all;
  bool err = false, open = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("$ ") && !open) {
      all.push_back({line.substr(2), {}, {}, {}, 0});
      err = false, open = true;
    } else if (!open) {
      continue;
    } else if (line.starts_with("< ")) {
      all.back().replies.push_back(line.substr(2));
    } else if (line == "[stderr]") {
      err = true;
    } else if (line.starts_with("[exit ")) {
      all.back().exit_code = std::stoi(line.substr(6));
      open = false;
    } else {
      (err ? all.back().err : all.back().out) += line + "\n";
    }
  }
  return all;
}

/// As a shell splits it: single quotes, double quotes.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c, in_word = true;
    } else if (c == ' ') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c, in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

}  // namespace

TEST_CASE("the tool prints and exits as RabbitMQ's did when its transcripts were captured", "[ctl]") {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(WARREN_CTL_TRANSCRIPTS)) {
    for (const transcript& t : read_transcripts(file.path())) {
      auto words = split(t.line);
      run_options options;
      if (words[0].starts_with("RABBITMQ_NODENAME=")) {
        options.around.node = words[0].substr(words[0].find('=') + 1);
        words.erase(words.begin());
      }
      options.program = words[0];
      words.erase(words.begin());
      const auto got = run(words, t.replies, options);
      INFO(file.path().filename().string() << ": " << t.line);
      CHECK(got.out == t.out);
      CHECK(got.err == t.err);
      CHECK(got.exit_code == t.exit_code);
      ++count;
    }
  }
  CHECK(count > 300);
}
