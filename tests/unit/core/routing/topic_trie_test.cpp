#include "core/routing/topic_trie.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace warren;

namespace {

route_target target(const std::string& name) {
  auto queue = std::make_shared<queue_record>();
  queue->name = name;
  return {queue, nullptr};
}

std::set<std::string> matches(const topic_trie& trie, std::string_view key) {
  std::set<std::string> found;
  topic_trie::scratch memory;
  trie.match(key, memory, [&found](const target_set& targets) {
    for (const auto& entry : targets) found.emplace(entry.target.name());
  });
  return found;
}

std::vector<std::string> words_of(std::string_view key) {
  std::vector<std::string> words;
  if (key.empty()) return words;
  for (std::size_t at = 0;;) {
    const std::size_t dot = key.find('.', at);
    words.emplace_back(key.substr(at, dot == std::string_view::npos ? dot : dot - at));
    if (dot == std::string_view::npos) return words;
    at = dot + 1;
  }
}

/// The definition, taken literally.
bool fits(const std::vector<std::string>& pattern, std::size_t p, const std::vector<std::string>& key, std::size_t k) {
  if (p == pattern.size()) return k == key.size();
  if (pattern[p] == "#") {
    for (std::size_t skip = k; skip <= key.size(); ++skip) {
      if (fits(pattern, p + 1, key, skip)) return true;
    }
    return false;
  }
  return k < key.size() && (pattern[p] == "*" || pattern[p] == key[k]) && fits(pattern, p + 1, key, k + 1);
}

std::string any_key(const std::vector<std::string>& alphabet) {
  const auto words = *rc::gen::resize(6, rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(alphabet)));
  std::string key;
  for (const std::string& word : words) key += (&word == words.data() ? "" : ".") + word;
  return key;
}

}  // namespace

TEST_CASE("topic keys match word by word", "[routing]") {
  struct row {
    std::string pattern, key;
    bool matches;
  };
  const auto [pattern, key, expected] = GENERATE(values<row>({
      {"a.b", "a.b", true},       {"a.b", "a.c", false},     {"a.*", "a.b", true},    {"a.*", "a", false},
      {"a.*", "a.b.c", false},    {"a.#", "a", true},        {"a.#", "a.b.c", true},  {"#", "", true},
      {"#", "x.y", true},         {"*", "", false},          {"", "", true},          {"", "a", false},
      {"#.b", "b", true},         {"#.b", "a.b.c.b", true},  {"#.b", "a.b.c", false}, {"a.#.b", "a.b", true},
      {"a.#.*", "a", false},      {"a.#.*", "a.x", true},    {"#.#", "", true},       {"*.#.*", "a.b", true},
      {"a..b", "a..b", true},     {"a.*.b", "a..b", true},   {"a.", "a.", true},      {"a.*", "a.", true},
      {"#.a.#.a.#", "a.a", true}, {"#.a.#.a.#", "a", false}, {"*.*", "..", false},    {"a*", "ab", false},
  }));
  INFO(pattern << " and " << key);
  topic_trie trie;
  trie.add(pattern, target("q"));
  CHECK(matches(trie, key).count("q") == (expected ? 1 : 0));
}

TEST_CASE("a trie of many bindings finds what a scan finds, through additions, removals and older copies",
          "[routing]") {
  CHECK(rc::check("trie against scan", [] {
    topic_trie trie;
    std::vector<std::string> patterns;
    std::vector<std::pair<topic_trie, std::vector<std::string>>> versions;
    const int bindings = *rc::gen::inRange(1, 25);
    for (int i = 0; i < bindings; ++i) {
      if (!patterns.empty() && *rc::gen::inRange(0, 4) == 0) {
        const std::size_t gone = *rc::gen::inRange<std::size_t>(0, patterns.size());
        trie.remove(patterns[gone], target(patterns[gone]));
        patterns.erase(patterns.begin() + static_cast<std::ptrdiff_t>(gone));
      } else {
        patterns.push_back(any_key({"a", "b", "*", "#", "#"}));
        trie.add(patterns.back(), target(patterns.back()));
      }
      versions.emplace_back(trie, patterns);
    }
    const std::string key = any_key({"a", "b", "c", ""});
    for (const auto& [old_trie, old_patterns] : versions) {
      std::set<std::string> expected;
      for (const std::string& p : old_patterns) {
        if (fits(words_of(p), 0, words_of(key), 0)) expected.insert(p);
      }
      RC_ASSERT(matches(old_trie, key) == expected);
    }
    for (const std::string& p : patterns) trie.remove(p, target(p));
    RC_ASSERT(trie.empty());
  }));
}

TEST_CASE("a hostile pattern of many hashes costs no more than nodes times words", "[routing]") {
  topic_trie trie;
  std::string pattern = "#", key = "a";
  for (int i = 0; i < 60; ++i) pattern += ".a.#";
  for (int i = 0; i < 120; ++i) key += ".a";  // backtracking would try more ways than there are atoms
  trie.add(pattern, target("q"));
  CHECK(matches(trie, key).count("q") == 1);
  CHECK(matches(trie, key + ".b").count("q") == 1);
}

TEST_CASE("many different hashes that are possible at once are each followed, and matched once", "[routing]") {
  topic_trie trie;
  for (int bits = 0; bits < 256; ++bits) {  // all prefixes of 8 words over {a, *}, each followed by a #
    std::string pattern;
    for (int word = 0; word < 8; ++word) pattern += ((bits >> word) & 1) != 0 ? "a." : "*.";
    trie.add(pattern + "#.b.#", target("q" + std::to_string(bits)));
  }
  CHECK(matches(trie, "a.a.a.a.a.a.a.a.x.b.y.b").size() == 256);
  CHECK(matches(trie, "a.a.a.a.a.a.a.z.x.b.y").size() == 128);
  CHECK(matches(trie, "a.a.a.a.a.a.a.a.x.y").empty());
}

TEST_CASE("a queue bound twice under one key stays until both are gone", "[routing]") {
  topic_trie trie;
  trie.add("a.*", target("q"));
  trie.add("a.*", target("q"));
  trie.remove("a.*", target("q"));
  CHECK(matches(trie, "a.b").size() == 1);
  trie.remove("a.*", target("q"));
  CHECK(trie.empty());
}
