#include "node/ctl/line/parse.hpp"

#include <algorithm>

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/line/options.hpp"
#include "node/ctl/model/exit_code.hpp"

namespace warren::ctl {
namespace {

std::vector<const option_spec*> globals() {
  std::vector<const option_spec*> out;
  for (const option_spec& o : global_options()) out.push_back(&o);
  return out;
}

std::vector<const option_spec*> options_of_all_commands() {
  std::vector<const option_spec*> out = globals();
  for (const command_spec& c : all_commands())
    for (const option_spec& o : c.options) out.push_back(&o);
  return out;
}

std::optional<formatter> formatter_of(std::string_view name) {
  constexpr std::pair<std::string_view, formatter> names[] = {
      {"table", formatter::table},     {"json", formatter::json},
      {"csv", formatter::csv},         {"pretty_table", formatter::pretty_table},
      {"erlang", formatter::erlang},   {"json_stream", formatter::json_stream},
      {"string", formatter::standard},
  };
  for (const auto& [text, f] : names)
    if (name == text) return f;
  return std::nullopt;
}

/// Takes a global option into the invocation; the rest are the command's own.
void apply(invocation& to, const scanned_words::option& o, std::string& format) {
  const std::string_view name = o.spec->name;
  const bool on = o.value == "true";
  if (name == "node")
    to.node = o.value;
  else if (name == "longnames")
    to.long_names = on;
  else if (name == "timeout")
    to.timeout_s = std::stoll(o.value);
  else if (name == "quiet")
    to.quiet = on;
  else if (name == "silent")
    to.silent = on;
  else if (name == "vhost")
    to.vhost = o.value, to.vhost_given = true;
  else if (name == "formatter")
    format = o.value;
  else if (name == "table-headers")
    to.headers = on;
  else if (name == "erlang-cookie")
    to.cookie = o.value;
  else if (name == "dry-run")
    to.dry_run = on;
}

std::optional<usage_error> check_options(const scanned_words& line) {
  if (line.bad.empty()) return std::nullopt;
  std::string text = "Invalid options for this command:";
  for (const auto& [name, value] : line.bad) text += "\n" + name + " : " + value;
  return usage_error{exit_usage, text};
}

std::optional<usage_error> check_arity(const invocation& i) {
  const int given = static_cast<int>(i.arguments.size());
  if (given < i.command->args.least) return usage_error{exit_usage, "not enough arguments."};
  if (i.command->args.most >= 0 && given > i.command->args.most) return usage_error{exit_usage, "too many arguments."};
  return std::nullopt;
}

/// Columns may be separated by blanks and by commas.
void split_columns(invocation& i) {
  std::vector<std::string> out;
  for (const std::string& word : i.arguments)
    for (std::size_t at = 0; at <= word.size();) {
      const std::size_t end = std::min(word.find(',', at), word.size());
      if (end > at) out.push_back(word.substr(at, end - at));
      at = end + 1;
    }
  i.arguments = std::move(out);
}

std::optional<usage_error> check_columns(const invocation& i) {
  std::vector<std::string> unknown;
  for (const std::string& word : i.arguments)
    if (std::none_of(i.command->columns.begin(), i.command->columns.end(), [&](auto& c) { return c.name == word; }))
      unknown.push_back(word);
  if (unknown.empty()) return std::nullopt;
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  std::string text = "Info key(s) ";
  for (const std::string& word : unknown) text += (&word == &unknown.front() ? "" : ",") + word;
  return usage_error{exit_usage, text + " are not supported"};
}

/// Adds the host; says what is wrong with the name.
std::optional<bad_node_name> complete_node_name(invocation& i, const surroundings& around) {
  const auto at = i.node.find('@');
  if (at == i.node.npos || at + 1 == i.node.size()) i.node = i.node.substr(0, at) + "@" + around.host(i.long_names);
  const std::string host = i.node.substr(i.node.find('@') + 1);
  if (i.node.front() == '@' || host.find('@') != host.npos) return bad_node_name{i.node, "hostname_not_allowed"};
  const bool dotted = host.find_first_of(".:") != host.npos;
  if (dotted && !i.long_names) return bad_node_name{i.node, "short"};
  if (!dotted && i.long_names && host != "localhost") return bad_node_name{i.node, "long"};
  return std::nullopt;
}

}  // namespace

parsed_line parse_line(std::string_view program, std::span<const std::string> words, const surroundings& around) {
  parsed_line out;
  invocation& i = out.what;
  i.words.assign(words.begin(), words.end());
  i.node = around.node;
  i.long_names = around.long_names;
  i.program = base_name(program);

  const auto everything = options_of_all_commands();
  const auto position = command_position(words, everything);
  const std::string word = position ? words[*position] : std::string();
  std::vector<const option_spec*> known = globals();
  // --script-name first: it decides which commands there are
  for (const auto& o : scan(words, known).options)
    if (o.spec->name == "script-name") i.program = base_name(o.value);
  i.as = tool_of(i.program).value_or(tool::ctl);
  i.command = find_command(i.as, word);
  if (i.command != nullptr)
    for (const option_spec& o : i.command->options) known.insert(known.begin(), &o);  // before a global one of the same letter

  const scanned_words line = scan(words, known);
  std::string format;
  for (const auto& o : line.options) {
    if (o.spec->name == "help") return out.instead = help_request{word}, out;
    if (o.spec->name == "version") return out.instead = version_request{}, out;
    apply(i, o, format);
    if (i.command != nullptr &&
        std::any_of(i.command->options.begin(), i.command->options.end(), [&](auto& own) { return &own == o.spec; }))
      i.options[std::string(o.spec->name)] = o.value;
  }
  if (i.command == nullptr) return out.instead = unknown_command{word}, out;
  i.arguments = line.positional;
  i.arguments.erase(i.arguments.begin());  // the command itself

  const auto refuse = [&](usage_error why) -> parsed_line& { return out.instead = bad_line{std::move(why)}, out; };
  if (auto wrong = check_options(line)) return refuse(*std::move(wrong));
  if (!format.empty()) {
    const auto f = formatter_of(format);
    if (!f)
      return refuse(
          {exit_usage, "Formatter " + format + " is not supported. Try one of csv, erlang, json, json_stream, pretty_table, table"});
    i.format = *f;
  }
  if (i.command->takes_columns()) split_columns(i);
  if (auto wrong = check_arity(i)) return refuse(*std::move(wrong));
  if (i.command->takes_columns())
    if (auto wrong = check_columns(i)) return refuse(*std::move(wrong));
  if (i.command->check != nullptr)
    if (auto wrong = i.command->check(i)) return refuse(*std::move(wrong));
  if (auto wrong = complete_node_name(i, around)) out.instead = *std::move(wrong);
  return out;
}

}  // namespace warren::ctl
