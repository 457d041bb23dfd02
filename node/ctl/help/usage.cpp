#include "node/ctl/help/usage.hpp"

#include <algorithm>

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/format/result_text.hpp"
#include "node/ctl/line/options.hpp"

namespace warren::ctl {
namespace {

std::string bold(std::string_view text) { return bold_on + std::string(text) + bold_off; }

constexpr std::string_view general_options =
    "The following options are accepted by most or all commands.\n\n"
    "short            | long          | description\n"
    "-----------------|---------------|--------------------------------\n"
    "-?               | --help        | displays command help\n"
    "-n <node>        | --node <node> | connect to node <node>\n"
    "-l               | --longnames   | use long host names\n"
    "-t               | --timeout <n> | for commands that support it, operation timeout in seconds\n"
    "-q               | --quiet       | suppress informational messages\n"
    "-s               | --silent      | suppress informational messages\n"
    "                                 | and table header row\n"
    "-p               | --vhost       | for commands that are scoped to a virtual host,\n"
    "                 |               | virtual host to use\n"
    "                 | --formatter   | alternative result formatter to use\n"
    "                                 | if supported: json, pretty_table, table, csv, erlang\n"
    "                                   not all commands support all (or any) alternative formatters.\n";

std::string option_lines(const command_spec& c) {
  std::string out;
  for (const option_spec& o : c.options) {
    if (o.help.empty()) continue;
    out += "--" + std::string(o.name) + (o.value.empty() ? "" : " " + std::string(o.value));
    if (o.letter != 0) out += std::string(" | -") + o.letter + (o.value.empty() ? "" : " " + std::string(o.value));
    out += "\n\t" + std::string(o.help) + "\n\n";
  }
  if (c.takes_columns()) {
    out += "<column>\n\tmust be one of ";
    for (const column_spec& column : c.columns) out += (&column == &c.columns.front() ? "" : ", ") + std::string(column.name);
    out += "\n\n";
  }
  return out;
}

}  // namespace

std::string usage_line(std::string_view program, const command_spec& c) {
  std::string out = std::string(program) + " [--node <node>] [--longnames] [--quiet] " + std::string(c.name);
  if (!c.usage.empty()) out += " " + std::string(c.usage);
  if (c.usage_shows_timeout) out += " [--timeout <timeout>]";
  return out;
}

std::string usage_reminder(const invocation& i, bool terminal) {
  std::string out = "Arguments given:\n\t";
  for (const std::string& word : i.words) out += (&word == &i.words.front() ? "" : " ") + word;
  return styled(out + "\n\n" + bold("Usage") + "\n\n" + usage_line(i.program, *i.command) + "\n", terminal);
}

std::string all_help(std::string_view program, tool t, bool terminal) {
  std::string out = "\n" + bold("Usage") + "\n\n" + std::string(program) +
                    " [--node <node>] [--timeout <timeout>] [--longnames] [--quiet] <command> [<command options>]\n\n"
                    "Available commands:\n\n";
  std::size_t width = 0;
  for (const command_spec& c : all_commands())
    if (c.tools.has(t)) width = std::max(width, c.name.size());
  for (int s = 0; s <= static_cast<int>(section::deprecated); ++s) {
    const auto commands = commands_in(t, static_cast<section>(s));
    if (commands.empty()) continue;
    out += bold(title(static_cast<section>(s))) + ":\n\n";
    for (const command_spec* c : commands)
      out += "   " + std::string(c->name) + std::string(width - c->name.size() + 2, ' ') + std::string(c->description) + "\n";
    out += "\n";
  }
  return styled(out + "Use '" + std::string(program) + " help <command>' to learn more about a specific command\n", terminal);
}

std::string command_help(std::string_view program, const command_spec& c, bool terminal) {
  std::string out = "\n" + bold("Usage") + "\n\n" + usage_line(program, c) + "\n\n" + std::string(c.description) + "\n\n";
  if (!c.details.empty()) out += std::string(c.details) + "\n\n";
  if (const std::string lines = option_lines(c); !lines.empty()) out += bold("Arguments and Options") + "\n\n" + lines;
  return styled(out + bold("General Options") + "\n\n" + std::string(general_options), terminal);
}

std::string unknown_command_text(std::string_view program, tool t, std::string_view word, bool terminal) {
  if (word.empty()) return all_help(program, t, terminal);
  const std::string not_found = "\nCommand '" + std::string(word) + "' not found. \n";
  if (const auto meant = suggestion(t, word)) return not_found + "Did you mean '" + std::string(*meant) + "'? \n\n";
  return not_found + all_help(program, t, terminal);
}

}  // namespace warren::ctl
