#include "core/base/persistent_map.hpp"

#include <rapidcheck.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

using namespace warren;

namespace {

/// A key whose hash has only a few values: collisions on every level, down to the lists.
struct clumsy {
  int value = 0;
  friend bool operator==(const clumsy&, const clumsy&) = default;
  friend std::uint64_t hash_of(const clumsy& c) {
    constexpr std::uint64_t hashes[] = {0, 1, 1u << 5, 0xfffffffffffffffull, 0xffffffffffffffffull};
    return hashes[static_cast<unsigned>(c.value) % 5];
  }
};

template <class Map, class Model>
bool same(const Map& map, const Model& model) {
  if (map.size() != model.size()) return false;
  std::size_t seen = 0;
  for (const auto& [key, value] : map) {
    ++seen;
    if constexpr (std::is_same_v<std::decay_t<decltype(key)>, clumsy>) {
      if (auto found = model.find(key.value); found == model.end() || found->second != *value) return false;
    } else {
      if (auto found = model.find(key); found == model.end() || found->second != *value) return false;
    }
  }
  return seen == model.size();
}

struct step {
  bool erase;
  int key;
  int value;
};

std::vector<step> any_steps(int keys) {
  return *rc::gen::container<std::vector<step>>(rc::gen::apply(
      [](bool e, int k, int v) {
        return step{e, k, v};
      },
      rc::gen::arbitrary<bool>(), rc::gen::inRange(0, keys), rc::gen::inRange(0, 1000)));
}

}  // namespace

TEST_CASE("a persistent map behaves like a std::map, and every older copy stays as it was", "[persistent_map]") {
  CHECK(rc::check("against std::map", [] {
    persistent_map<int, std::shared_ptr<int>> unused;
    persistent_map<std::string, std::shared_ptr<int>> map;
    std::map<std::string, int> model;
    std::vector<std::pair<decltype(map), decltype(model)>> versions;
    for (const step& s : any_steps(60)) {
      const std::string key = "key-" + std::to_string(s.key);
      if (s.erase) {
        RC_ASSERT(map.erase(std::string_view(key)) == (model.erase(key) == 1));
      } else {
        RC_ASSERT(map.set(key, std::make_shared<int>(s.value)) == model.insert_or_assign(key, s.value).second);
      }
      if (s.value % 4 == 0) versions.emplace_back(map, model);
      RC_ASSERT((map.get(std::string_view(key)) != nullptr) == (model.count(key) == 1));
    }
    RC_ASSERT(same(map, model));
    for (const auto& [old_map, old_model] : versions) RC_ASSERT(same(old_map, old_model));
  }));
}

TEST_CASE("keys with equal hashes are all kept and found", "[persistent_map]") {
  CHECK(rc::check("against std::map with colliding hashes", [] {
    persistent_map<clumsy, std::shared_ptr<int>> map;
    std::map<int, int> model;
    std::vector<std::pair<decltype(map), decltype(model)>> versions;
    for (const step& s : any_steps(25)) {
      if (s.erase) {
        RC_ASSERT(map.erase(clumsy{s.key}) == (model.erase(s.key) == 1));
      } else {
        RC_ASSERT(map.set(clumsy{s.key}, std::make_shared<int>(s.value)) ==
                  model.insert_or_assign(s.key, s.value).second);
      }
      if (s.value % 4 == 0) versions.emplace_back(map, model);
      for (int k = 0; k < 25; ++k) {
        const auto* found = map.get(clumsy{k});
        RC_ASSERT((found != nullptr) == (model.count(k) == 1));
        if (found != nullptr) RC_ASSERT(**found == model[k]);
      }
    }
    RC_ASSERT(same(map, model));
    for (const auto& [old_map, old_model] : versions) RC_ASSERT(same(old_map, old_model));
  }));
}

TEST_CASE("entries are freed with the last copy that holds them", "[persistent_map]") {
  const auto value = std::make_shared<int>(7);
  {
    persistent_map<std::string, std::shared_ptr<int>> a;
    for (int i = 0; i < 2000; ++i) a.set(std::to_string(i), value);
    CHECK(value.use_count() == 2001);
    auto b = a;
    CHECK(value.use_count() == 2001);  // a copy shares everything
    for (int i = 0; i < 2000; ++i) CHECK(b.erase(std::to_string(i)));
    CHECK(b.empty());
    CHECK(value.use_count() == 2001);
    for (int i = 0; i < 2000; i += 2) CHECK(a.erase(std::to_string(i)));
    CHECK(value.use_count() == 1001);
  }
  CHECK(value.use_count() == 1);
}

TEST_CASE("a map emptied key by key equals a new one and iterates over nothing", "[persistent_map]") {
  persistent_map<std::string, int> map;
  CHECK(map.begin() == map.end());
  CHECK_FALSE(map.erase("nothing"));
  map.set("a", 1);
  CHECK_FALSE(map.set("a", 2));
  CHECK(*map.get("a") == 2);
  CHECK(map.erase("a"));
  CHECK(map.begin() == map.end());
  CHECK(map.size() == 0);
}

TEST_CASE("readers of older copies are undisturbed by a writer on another thread", "[persistent_map]") {
  persistent_map<std::string, std::string> map;
  std::mutex guard;
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  const auto read = [&] {
    while (!done) {
      persistent_map<std::string, std::string> copy;
      {
        const std::lock_guard lock(guard);
        copy = map;
      }
      std::size_t seen = 0;
      for (const auto& [key, value] : copy) {
        ++seen;
        if (key != value || copy.get(key) == nullptr) ++wrong;
      }
      if (seen != copy.size()) ++wrong;
    }
  };
  std::thread first(read), second(read);
  persistent_map<std::string, std::string> working;
  for (int i = 0; i < 4000; ++i) {
    const std::string key = std::to_string(i % 300);
    if (i % 3 == 0) {
      working.erase(key);
    } else {
      working.set(key, key);
    }
    if (i % 2 == 0) continue;  // now and then nobody else holds the newest nodes: they are changed in place
    const std::lock_guard lock(guard);
    map = working;
  }
  done = true;
  first.join();
  second.join();
  CHECK(wrong == 0);
}
