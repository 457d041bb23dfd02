#include "node/boot/test_hooks.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "actors/logging/log.hpp"
#include "supervision/test_crash.hpp"
#include "supervision/tree.hpp"

namespace warren::node {

namespace {

constexpr std::chrono::milliseconds patience{2000};

void obey(caf::actor_system& system, const caf::actor& root, const std::string& line) {
  const auto space = line.find(' ');
  const std::string verb = line.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
  if (verb == "crash") {
    const bool hit = supervision::crash_by_path(system, root, rest, "test hook", patience);
    actors::log_notice(actors::log_category::plain, "test hook: crash {}: {}", rest, hit ? "done" : "no such actor");
  } else if (verb == "tree") {
    std::ofstream(rest + ".tmp") << supervision::render_json(supervision::take_tree(system, root, patience));
    std::rename((rest + ".tmp").c_str(), rest.c_str());
  }
}

}  // namespace

void start_test_hooks(caf::actor_system& system, const caf::actor& root) {
  const char* fifo = std::getenv("WARREN_TEST_HOOKS");
  if (fifo == nullptr || *fifo == 0) return;
  supervision::enable_test_crashes(true);
  actors::log_warning(actors::log_category::plain, "test hooks are on: whoever can write to {} can make this node's actors crash", fifo);
  std::thread([&system, root, path = std::string(fifo)] {
    for (;;) {
      std::ifstream lines(path);  // blocks until somebody writes; ends when the last writer has closed
      if (!lines) return;
      for (std::string line; std::getline(lines, line);) obey(system, root, line);
    }
  }).detach();
}

}  // namespace warren::node
