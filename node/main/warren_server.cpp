#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "actors/logging/log.hpp"
#include "node/boot/broker.hpp"
#include "node/boot/rebirth.hpp"
#include "node/command_line/command_line.hpp"
#include "node/command_line/version.hpp"
#include "node/config/config_keys.hpp"
#include "node/config/load_config.hpp"

namespace {

using namespace warren;
using namespace warren::node;

/// SIGTERM and SIGINT stop the node, SIGHUP reopens its log files. Blocked before the first thread, taken by the main one.
sigset_t block_signals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int s : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, s);
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  return wanted;
}

void print_problems(const loaded_config& loaded) {
  for (const config_problem& p : loaded.errors) std::fprintf(stderr, "%s\n", p.describe().c_str());
}

/// Serves until a signal says stop; false when the supervision tree gave up.
bool serve(const broker& b, const sigset_t& signals) {
  for (;;) {
    const timespec second{1, 0};
    switch (sigtimedwait(&signals, nullptr, &second)) {
      case SIGTERM:
      case SIGINT: return true;
      case SIGHUP: actors::reopen_log_files(); break;
      default:
        if (b.tree_ended()) return false;
    }
  }
}

/// Every client is a descriptor; what the administrator allows at most (the hard limit) is what is used.
void raise_descriptor_limit() {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
  descriptors.rlim_cur = descriptors.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &descriptors);
}

/// motd_file, line by line; a missing one is no reason not to start (rabbit:motd).
void log_motd(const std::string& path) {
  if (path.empty()) return;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) actors::log_info(actors::log_category::plain, "{}", line);
}

int run(const loaded_config& loaded) {
  const node_config& config = loaded.config;
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  if (const std::string failed = actors::start_logging(config.log); !failed.empty()) {
    std::fprintf(stderr, "BOOT FAILED\n===========\n%s\n", failed.c_str());
    return exit_boot_failed;
  }
  for (const config_problem& w : loaded.warnings) actors::log_warning(actors::log_category::plain, "{}", w.describe());
  log_motd(config.motd_file);
  broker node(config);
  const auto told_to_stop = [&signals] {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
  };
  if (const auto failed = node.start(told_to_stop)) {
    actors::log_critical(actors::log_category::plain, "BOOT FAILED: {}: {}", failed->step, failed->reason);
    node.stop();
    actors::stop_logging();
    std::fprintf(stderr, "BOOT FAILED\n===========\nCould not %s:\n%s\n", failed->step.c_str(), failed->reason.c_str());
    std::fflush(nullptr);
    std::_Exit(exit_boot_failed);
  }
  if (!config.pid_file.empty()) std::ofstream(config.pid_file) << getpid() << '\n';
  actors::log_info(actors::log_category::plain, "{} is ready, data in {}", config.node_name, config.data_dir);
  const bool asked = serve(node, signals);
  if (asked) node.stop();
  actors::stop_logging();
  if (!config.pid_file.empty()) unlink(config.pid_file.c_str());
  std::fflush(nullptr);
  std::_Exit(asked ? exit_ok : exit_boot_failed);  // everything is on disk; actors of a tree that gave up may not be waited for
}

}  // namespace

int main(int argc, char** argv) {
  remember_program(argc, argv);
  const command_line_outcome line = parse_command_line(argc, argv);
  if (line.exit_code) {
    std::fputs(line.output.c_str(), *line.exit_code == 0 ? stdout : stderr);
    return *line.exit_code;
  }
  if (line.options.config_help) {
    std::fputs(config_keys_markdown().c_str(), stdout);
    return exit_ok;
  }
  const loaded_config loaded = load_config(line.options, environment::of_process(), machine_defaults::of_this_machine());
  print_problems(loaded);
  if (!loaded.errors.empty()) return exit_config;
  if (line.options.check_config) return exit_ok;
  return run(loaded);
}
