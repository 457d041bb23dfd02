#include "node/ctl/run/console.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace warren::ctl {
namespace {

/// A reader that went away (`| head`) is no error of ours: the rest is dropped, and the exit code stays what it is.
void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

class echo_off {
 public:
  explicit echo_off(bool wanted) : active_(wanted && isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!active_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~echo_off() {
    if (active_) (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  echo_off(const echo_off&) = delete;
  echo_off& operator=(const echo_off&) = delete;

 private:
  termios before_{};
  bool active_;
};

}  // namespace

void standard_console::out(std::string_view text) { write_all(STDOUT_FILENO, text); }
void standard_console::err(std::string_view text) { write_all(STDERR_FILENO, text); }

std::optional<std::string> standard_console::read_line(bool hidden) {
  const echo_off guard(hidden);
  std::string line;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c == '\n') return line;
    line += static_cast<char>(c);
  }
  return line.empty() ? std::nullopt : std::optional(line);
}

std::string standard_console::read_all() {
  std::string all;
  char buffer[65536];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) all.append(buffer, n);
  return all;
}

screen standard_console::out_screen() const { return {isatty(STDOUT_FILENO) != 0, utf8_}; }
bool standard_console::err_is_terminal() const { return isatty(STDERR_FILENO) != 0; }

}  // namespace warren::ctl
