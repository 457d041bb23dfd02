#include "node/boot/rebirth.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "actors/control/control_protocol.hpp"

namespace warren::node {

namespace {

constexpr const char* variable = "WARREN_BEGUN_AGAIN";  // DESCRIPTOR,disc|ram,SEED

std::vector<std::string>& program() {
  static std::vector<std::string> arguments;
  return arguments;
}

}  // namespace

void remember_program(int argc, char** argv) { program().assign(argv, argv + argc); }

std::string begin_again(const std::string& data_dir, const rebirth& how) {
  namespace fs = std::filesystem;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(data_dir, failed)) {
    fs::remove_all(entry.path(), failed);
    if (failed) return "cannot remove " + entry.path().string() + ": " + failed.message();
  }
  if (failed) return "cannot read " + data_dir + ": " + failed.message();
  const std::string value = std::to_string(how.answer_to) + (how.ram ? ",ram," : ",disc,") + how.seed;
  if (setenv(variable, value.c_str(), 1) != 0) return std::strerror(errno);
  if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) != 0) return std::string("close_range: ") + std::strerror(errno);
  if (how.answer_to >= 0) fcntl(how.answer_to, F_SETFD, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<char*> arguments;
  for (std::string& a : program()) arguments.push_back(a.data());
  arguments.push_back(nullptr);
  execv("/proc/self/exe", arguments.data());
  return std::string("cannot execute the program again: ") + std::strerror(errno);
}

std::optional<rebirth> take_rebirth() {
  const char* value = getenv(variable);
  if (value == nullptr) return std::nullopt;
  const std::string text = value;
  unsetenv(variable);
  const auto first = text.find(','), second = text.find(',', first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  rebirth how;
  how.answer_to = std::atoi(text.c_str());
  how.ram = text.substr(first + 1, second - first - 1) == "ram";
  how.seed = text.substr(second + 1);
  if (how.answer_to >= 0) fcntl(how.answer_to, F_SETFD, FD_CLOEXEC);
  return how;
}

void answer_tool(const rebirth& how, const actors::control_outcome& outcome) {
  if (how.answer_to < 0) return;
  fcntl(how.answer_to, F_SETFL, fcntl(how.answer_to, F_GETFL) & ~O_NONBLOCK);
  const std::string frame = actors::control_frame(actors::write_control_outcome(outcome));
  std::string_view left = frame;
  while (!left.empty()) {
    const ssize_t n = write(how.answer_to, left.data(), left.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;  // the tool has gone
    left.remove_prefix(static_cast<std::size_t>(n));
  }
  close(how.answer_to);
}

}  // namespace warren::node
