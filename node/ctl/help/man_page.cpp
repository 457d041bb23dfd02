#include <cstdio>
#include <fstream>

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/help/generated.hpp"
#include "node/ctl/help/usage.hpp"
#include "node/ctl/line/options.hpp"

namespace warren::ctl {
namespace {

/// Text for roff: backslashes, hyphens and lines that begin with a dot or an apostrophe.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.empty() || out.back() == '\n')
      if (c == '.' || c == '\'') out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string option_entries(std::span<const option_spec> options) {
  std::string out;
  for (const option_spec& o : options) {
    if (o.help.empty()) continue;
    const std::string value = o.value.empty() ? "" : " " + std::string(o.value);
    out += ".TP\n.B " + roff("--" + std::string(o.name == "table-headers" ? "no-table-headers" : o.name) + value);
    if (o.letter != 0) out += roff(std::string(", -") + o.letter + value);
    out += "\n" + roff(o.help) + "\n";
  }
  return out;
}

std::string entry(std::string_view program, const command_spec& c) {
  std::string out = ".SS " + roff(c.name) + "\n.B " + roff(usage_line(program, c)) + "\n.PP\n" + roff(c.description) + "\n";
  if (!c.details.empty()) out += ".PP\n" + roff(c.details) + "\n";
  out += option_entries(c.options);
  if (c.takes_columns()) {
    out += ".PP\nColumns:";
    for (const column_spec& column : c.columns) out += (&column == &c.columns.front() ? " " : ", ") + roff(column.name);
    out += ".\n";
  }
  return out;
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text << std::flush;
  if (!file) std::fprintf(stderr, "cannot write %s\n", path.c_str());
  return static_cast<bool>(file);
}

}  // namespace

std::string man_page(tool t) {
  const std::string name(own_name(t));
  std::string out = ".TH " + roff(name) + " 8 \"\" \"Warren\" \"Command\\-line tools\"\n.SH NAME\n" + roff(name) +
                    " \\- manages nodes of the Warren message broker\n.SH SYNOPSIS\n.B " + roff(name) +
                    "\n[options] command [arguments]\n.SH DESCRIPTION\n" +
                    roff(
                        "Talks to a node over the port for nodes and tools, with the shared Erlang cookie. Commands, "
                        "options, output and exit "
                        "codes are those of the RabbitMQ 3.10 tool of the corresponding name.\n") +
                    ".SH OPTIONS\n" + roff("Options may stand before and behind the command and between its arguments.\n") +
                    option_entries(global_options()) + ".SH COMMANDS\n";
  for (int s = 0; s <= static_cast<int>(section::deprecated); ++s)
    for (const command_spec* c : commands_in(t, static_cast<section>(s))) out += entry(name, *c);
  return out +
         ".SH EXIT STATUS\n0 success, 64 usage, 65 data, 67 no such user, 69 unavailable or a check failed, 70 "
         "software, 75 timeout, 78 "
         "configuration.\n"
         ".SH ENVIRONMENT\n"
         ".TP\n.B RABBITMQ_NODENAME, WARREN_NODENAME\nthe node that is meant without \\-n\n"
         ".TP\n.B RABBITMQ_USE_LONGNAME, WARREN_USE_LONGNAME\ntrue: as \\-l\n"
         ".TP\n.B RABBITMQ_ERLANG_COOKIE, WARREN_ERLANG_COOKIE\nthe cookie, in place of the file\n"
         ".SH FILES\n.TP\n.B ~/.erlang.cookie\nthe cookie, readable for its owner only\n";
}

int write_generated(const std::string& what, const std::string& directory) {
  if (what == "bash") return write(directory + "/warrenctl", bash_completion()) ? 0 : 1;
  if (what == "zsh") return write(directory + "/_warrenctl", zsh_completion()) ? 0 : 1;
  if (what != "man") return 64;
  for (const tool t : all_tools)
    if (!write(directory + "/" + std::string(own_name(t)) + ".8", man_page(t))) return 1;
  return 0;
}

}  // namespace warren::ctl
