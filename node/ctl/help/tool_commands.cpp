#include "node/ctl/help/tool_commands.hpp"

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/help/usage.hpp"
#include "node/ctl/model/exit_code.hpp"

namespace warren::ctl {
namespace {

std::string names(tool t, std::string_view prefix) {
  std::string out;
  for (const command_spec& c : all_commands())
    if (c.tools.has(t) && c.name.starts_with(prefix)) out += std::string(c.name) + '\n';
  return out;
}

}  // namespace

int run_help(session& s) {
  const invocation& i = s.what();
  const bool terminal = s.screen().out_screen().terminal;
  if (i.flag("list-commands")) return s.screen().out(names(i.as, "")), exit_ok;
  if (i.arguments.empty()) return s.screen().out(all_help(i.program, i.as, terminal)), exit_ok;
  if (const command_spec* about = find_command(i.as, i.arguments[0]))
    return s.screen().out(command_help(i.program, *about, terminal)), exit_ok;
  s.screen().err(unknown_command_text(i.program, i.as, i.arguments[0], s.screen().err_is_terminal()));
  return exit_usage;
}

int run_version(session& s) {
  s.screen().out(std::string(interface_version) + '\n');
  return exit_ok;
}

int run_autocomplete(session& s) {
  // the shell passes the words so far; the last one is being typed
  const invocation& i = s.what();
  s.screen().out(names(i.as, i.arguments.empty() ? "" : i.arguments.back()));
  return exit_ok;
}

}  // namespace warren::ctl
