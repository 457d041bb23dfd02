// sim_raft --seeds N --from S [--trace] [--bug NAME --within N]: runs seeds of the Raft simulator, one after another.
//
// Without --bug: exit 0 when all seeds are clean; the first failing one is named, and --from SEED --seeds 1 --trace
// shows it. With --bug (only in the program that has bugs planted): exit 0 when one of the seeds finds it.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/raft/planted_bug.hpp"
#include "tests/sim/raft/raft_world.hpp"

namespace {

using warren::raft::bug;

struct named_bug {
  const char* name;
  bug what;
};
constexpr named_bug bugs[] = {
    {"forgotten_vote", bug::forgotten_vote},
    {"old_term_commit", bug::old_term_commit},
    {"early_acknowledgement", bug::early_acknowledgement},
    {"early_count", bug::early_count},
    {"unchecked_append", bug::unchecked_append},
    {"stale_truncation", bug::stale_truncation},
    {"unverified_commit", bug::unverified_commit},
    {"blind_vote", bug::blind_vote},
    {"two_changes", bug::two_changes},
    {"unconfirmed_read", bug::unconfirmed_read},
    {"short_snapshot", bug::short_snapshot},
    {"kept_suffix", bug::kept_suffix},
};

int usage() {
  std::fputs("sim_raft [--seeds N] [--from S] [--trace] [--verbose] [--bug NAME]\n", stderr);
  return 64;
}

bool plant([[maybe_unused]] const std::string& name) {
#ifdef WARREN_PLANTED_BUGS
  for (const named_bug& b : bugs)
    if (name == b.name) {
      warren::raft::active_bug = b.what;
      return true;
    }
#endif
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 100, from = 1;
  bool trace = false, verbose = false;
  std::string wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--trace") {
      trace = true;
    } else if (word == "--verbose") {
      verbose = true;
    } else if (word == "--seeds" && more) {
      seeds = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--from" && more) {
      from = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--bug" && more) {
      wanted = argv[++i];
    } else {
      return usage();
    }
  }
  if (!wanted.empty() && !plant(wanted)) {
    std::fprintf(stderr, "sim_raft: no bug %s is planted here; known:", wanted.c_str());
    for (const named_bug& b : bugs) std::fprintf(stderr, " %s", b.name);
    std::fputs("\n", stderr);
    return 64;
  }
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t steps = 0;
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    try {
      warren::sim::raft_world world(seed, trace);
      world.run();
      steps += world.steps();
      if (verbose || trace)
        std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), world.summary().c_str());
    } catch (const std::exception& e) {
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), e.what());
      if (!wanted.empty()) {
        std::printf("%s is found by seed number %llu\n", wanted.c_str(),
                    static_cast<unsigned long long>(seed - from + 1));
        return 0;
      }
      std::printf("again, with a trace: %s --from %llu --seeds 1 --trace\n", argv[0],
                  static_cast<unsigned long long>(seed));
      return 1;
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("raft: %llu seeds from %llu, %llu steps, %.1f s: %.0f seeds per second\n",
              static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(from),
              static_cast<unsigned long long>(steps), seconds, static_cast<double>(seeds) / seconds);
  if (wanted.empty()) return 0;
  std::printf("%s was not found\n", wanted.c_str());
  return 1;
}
