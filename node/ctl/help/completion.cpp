#include <algorithm>
#include <set>

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/help/generated.hpp"
#include "node/ctl/line/options.hpp"

namespace warren::ctl {
namespace {

constexpr std::string_view rabbit_names[] = {"rabbitmqctl", "rabbitmq-diagnostics", "rabbitmq-queues", "rabbitmq-plugins",
                                             "rabbitmq-upgrade"};

std::string commands_of(tool t) {
  std::string out;
  for (const command_spec& c : all_commands())
    if (c.tools.has(t)) out += (out.empty() ? "" : " ") + std::string(c.name);
  return out;
}

std::string options_text(std::span<const option_spec> options) {
  std::string out;
  for (const option_spec& o : options)
    if (!o.help.empty()) out += " --" + std::string(o.name == "table-headers" ? "no-table-headers" : o.name);
  return out;
}

/// Names of tools that a shell may complete, in the order of all_tools.
std::string cases(std::string_view indent) {
  std::string out;
  for (std::size_t i = 0; i < std::size(all_tools); ++i)
    out += std::string(indent) + std::string(own_name(all_tools[i])) + "|" + std::string(rabbit_names[i]) + ") commands=\"" +
           commands_of(all_tools[i]) + "\" ;;\n";
  return out;
}

/// One line per command that has options or columns of its own.
std::string words_by_command(std::string_view indent, std::string_view variable) {
  std::string out;
  std::set<std::string_view> done;
  for (const command_spec& c : all_commands()) {
    std::string words = options_text(c.options);
    if (c.takes_columns())
      for (const column_spec& column : c.columns) words += " " + std::string(column.name);
    if (!words.empty() && done.insert(c.name).second)
      out += std::string(indent) + std::string(c.name) + ") " + std::string(variable) + "=\"" + words.substr(1) + "\" ;;\n";
  }
  return out;
}

std::string all_names() {
  std::string out;
  for (std::size_t i = 0; i < std::size(all_tools); ++i)
    out += " " + std::string(own_name(all_tools[i])) + " " + std::string(rabbit_names[i]);
  return out.substr(1);
}

}  // namespace

std::string bash_completion() {
  return "# Made from warrenctl's table of commands.\n"
         "_warrenctl() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" tool command='' "
         "commands='' words='' i\n"
         "  tool=\"${COMP_WORDS[0]##*/}\"\n"
         "  COMPREPLY=()\n"
         "  case \"$tool\" in\n" +
         cases("    ") +
         "  esac\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"${COMP_WORDS[i]}\" in\n"
         "      -n|--node|-t|--timeout|-p|--vhost|--formatter|--erlang-cookie) ((i++)) ;;\n"
         "      -*) ;;\n"
         "      *) command=\"${COMP_WORDS[i]}\"; break ;;\n"
         "    esac\n"
         "  done\n"
         "  if [ \"$previous\" = --formatter ]; then\n"
         "    words='table json csv pretty_table erlang json_stream'\n"
         "  elif [ -z \"$command\" ]; then\n"
         "    words=\"$commands" +
         options_text(global_options()) +
         "\"\n"
         "  elif [ \"$command\" = help ]; then\n"
         "    words=\"$commands\"\n"
         "  else\n"
         "    case \"$command\" in\n" +
         words_by_command("      ", "words") +
         "    esac\n"
         "    words=\"$words" +
         options_text(global_options()) +
         "\"\n"
         "  fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
         "}\n"
         "complete -o default -F _warrenctl " +
         all_names() + "\n";
}

std::string zsh_completion() {
  std::string descriptions;
  std::set<std::string_view> done;
  for (const command_spec& c : all_commands()) {
    if (!done.insert(c.name).second) continue;
    std::string text(c.description);
    std::replace(text.begin(), text.end(), '\'', '`');
    descriptions += "  " + std::string(c.name) + " '" + text + "'\n";
  }
  return "#compdef " + all_names() +
         "\n# Made from warrenctl's table of commands.\n"
         "local -A described=(\n" +
         descriptions +
         ")\n"
         "local commands='' candidates='' command='' i\n"
         "case \"$service\" in\n" +
         cases("  ") +
         "esac\n"
         "for ((i = 2; i < CURRENT; i++)); do\n"
         "  case \"${words[i]}\" in\n"
         "    -n|--node|-t|--timeout|-p|--vhost|--formatter|--erlang-cookie) ((i++)) ;;\n"
         "    -*) ;;\n"
         "    *) command=\"${words[i]}\"; break ;;\n"
         "  esac\n"
         "done\n"
         "if [[ -z \"$command\" || \"$command\" == help ]]; then\n"
         "  local -a lines\n"
         "  local name\n"
         "  for name in ${=commands}; do lines+=(\"$name:${described[$name]}\"); done\n"
         "  _describe command lines\n"
         "  candidates=\"" +
         options_text(global_options()).substr(1) +
         "\"\n"
         "else\n"
         "  case \"$command\" in\n" +
         words_by_command("    ", "candidates") +
         "  esac\n"
         "  candidates=\"$candidates" +
         options_text(global_options()) +
         "\"\n"
         "fi\n"
         "compadd -- ${=candidates}\n";
}

}  // namespace warren::ctl
