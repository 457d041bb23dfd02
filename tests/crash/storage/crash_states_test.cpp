// A node that works at random is stopped at a random operation; what the disk may hold then is built, recovered and compared
// with every promise that was given. Then it works on from there.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/crash/storage/model_node.hpp"

using namespace warren;
using namespace warren::storage;
using survival = simulated_file_system::survival;

namespace {

constexpr survival ways[] = {survival::nothing, survival::everything, survival::prefix, survival::any, survival::any,
                             survival::any};

/// Works until the crash; false when a promise was broken.
void work(simulated_file_system& fs, ledger_of_promises& promises, std::uint64_t seed, std::mt19937_64& random) {
  model_node node(fs, promises, seed);
  const std::string problem = node.start();
  INFO("seed " << seed);
  REQUIRE(problem == "");
  fs.fail_from(fs.operations() + random() % 200);
  const bool stop_cleanly = random() % 6 == 0;
  const std::size_t steps = 40 + random() % 160;
  bool alive = true;
  for (std::size_t i = 0; alive && i < steps; ++i) alive = node.step();
  if (alive && stop_cleanly) alive = node.clean_stop();
  REQUIRE(node.broken() == "");
}

}  // namespace

TEST_CASE("every promise survives every crash: 2,400 states, or as many as WARREN_CRASH_STATES says") {
  const char* wish = std::getenv("WARREN_CRASH_STATES");
  const std::size_t wanted = wish == nullptr ? 2400 : static_cast<std::size_t>(std::atoll(wish));
  std::size_t states = 0;
  const char* from = std::getenv("WARREN_CRASH_FROM");  // a seed that failed, to see it again
  for (std::uint64_t seed = from == nullptr ? 1 : std::strtoull(from, nullptr, 10); states < wanted; ++seed) {
    std::mt19937_64 random(seed);
    ledger_of_promises promises;
    auto fs = std::make_unique<simulated_file_system>();
    fs->tear_sectors_of(".wal");
    for (int generation = 0; generation < 4; ++generation) {
      work(*fs, promises, seed * 10 + static_cast<std::uint64_t>(generation), random);
      // Several disks that this crash may leave; the node works on with the last of them.
      std::unique_ptr<simulated_file_system> next;
      ledger_of_promises next_promises;
      for (const survival how : ways) {
        ++states;
        INFO("seed " << seed << ", generation " << generation << ", way " << static_cast<int>(how));
        const auto disk = random() % 5 == 0 ? fs->after_kill() : fs->after_crash(how, random);
        // recovery itself is stopped half-way now and then
        if (random() % 3 == 0) {
          ledger_of_promises unused = promises;
          disk->fail_from(disk->operations() + random() % 30);
          model_node half(*disk, unused, 1);
          (void)half.start();
          disk->fail_from(~std::uint64_t{0});
        }
        const auto crashed_again = random() % 2 == 0 ? disk->after_crash(survival::any, random) : disk->after_kill();
        std::string first, second;
        ledger_of_promises once = promises, twice;
        {
          model_node node(*crashed_again, once, 1);
          REQUIRE(node.start(&first) == "");
        }
        twice = once;
        twice.exact = false;
        {
          model_node node(*crashed_again, twice, 1);
          REQUIRE(node.start(&second) == "");
        }
        REQUIRE(first == second);
        next = crashed_again->after_kill();
        next_promises = twice;
      }
      fs = std::move(next);
      promises = std::move(next_promises);
    }
  }
  CHECK(states >= wanted);
}
