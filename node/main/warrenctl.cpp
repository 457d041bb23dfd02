#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "node/ctl/help/generated.hpp"
#include "node/ctl/line/surroundings.hpp"
#include "node/ctl/link/distribution_dialer.hpp"
#include "node/ctl/run/console.hpp"
#include "node/ctl/run/run_tool.hpp"

int main(int argc, char** argv) {
  using namespace warren::ctl;
  signal(SIGPIPE, SIG_IGN);  // a reader that goes away ends the output, not the command
  const std::vector<std::string> words(argv + 1, argv + argc);
  // the build asks for these to write completion scripts and manual pages
  if (words.size() == 3 && words[0] == "--generate") return write_generated(words[1], words[2]);
  const surroundings around = surroundings::of_process();
  standard_console screen(around.utf8);
  return run_tool(argv[0], words, around, screen,
                  [&](const invocation& i) -> std::unique_ptr<node_dialer> { return std::make_unique<distribution_dialer>(i, around); });
}
