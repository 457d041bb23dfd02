#include "node/ctl/run/run_tool.hpp"

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/help/tool_commands.hpp"
#include "node/ctl/help/usage.hpp"
#include "node/ctl/line/parse.hpp"
#include "node/ctl/model/exit_code.hpp"
#include "node/ctl/run/session.hpp"

namespace warren::ctl {
namespace {

/// A tool that needs no node.
class no_dialer final : public node_dialer {
 public:
  std::variant<std::unique_ptr<control_connection>, dial_failure> dial(const std::string& node,
                                                                       std::optional<std::chrono::milliseconds>) override {
    return dial_failure{.node = node};
  }
};

int help(const invocation& i, const std::string& about, console& screen) {
  const bool terminal = screen.out_screen().terminal;
  if (const command_spec* c = find_command(i.as, about); c != nullptr && about != "help")
    return screen.out(command_help(i.program, *c, terminal)), exit_ok;
  return screen.out(all_help(i.program, i.as, terminal)), exit_ok;
}

int refuse(const bad_node_name& n, const invocation& i, console& screen) {
  std::string text = "Error: operation " + std::string(i.command->name) + " failed due to invalid node name (node: " + n.node +
                     ", reason: " + n.reason + ").\n";
  if (n.reason == "short") text += "If using FQDN node names, use the -l / --longnames argument\n";
  screen.err(text);
  return exit_data;
}

}  // namespace

int run_tool(const std::string& program, std::span<const std::string> words, const surroundings& around, console& screen,
             const make_dialer& dialer) {
  const parsed_line line = parse_line(program, words, around);
  const invocation& i = line.what;
  if (const auto* h = std::get_if<help_request>(&line.instead)) return help(i, h->about, screen);
  if (std::get_if<version_request>(&line.instead)) return screen.out(std::string(interface_version) + '\n'), exit_ok;
  if (const auto* u = std::get_if<unknown_command>(&line.instead))
    return screen.err(unknown_command_text(i.program, i.as, u->word, screen.err_is_terminal())), exit_usage;
  if (const auto* b = std::get_if<bad_node_name>(&line.instead)) return refuse(*b, i, screen);
  no_dialer nobody;
  if (const auto* b = std::get_if<bad_line>(&line.instead)) return session(i, around, screen, nobody).fail_validation(b->why);
  if (i.dry_run) {
    screen.out("dry run: " + std::string(i.command->name) + " on node " + i.node + "\n");
    return exit_ok;
  }
  const auto dial = dialer(i);
  return session(i, around, screen, *dial).run();
}

}  // namespace warren::ctl
