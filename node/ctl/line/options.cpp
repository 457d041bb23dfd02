#include "node/ctl/line/options.hpp"

#include <algorithm>
#include <charconv>

namespace warren::ctl {
namespace {

constexpr option_spec globals[] = {
    {.name = "node", .letter = 'n', .kind = option_kind::text, .value = "<node>", .help = "connect to node <node>"},
    {.name = "longnames", .letter = 'l', .help = "use long host names"},
    {.name = "timeout",
     .letter = 't',
     .kind = option_kind::integer,
     .value = "<n>",
     .help = "for commands that support it, operation timeout in seconds"},
    {.name = "quiet", .letter = 'q', .help = "suppress informational messages"},
    {.name = "silent", .letter = 's', .help = "suppress informational messages and table header row"},
    {.name = "vhost",
     .letter = 'p',
     .kind = option_kind::text,
     .value = "<vhost>",
     .help = "for commands that are scoped to a virtual host, virtual host to use"},
    {.name = "formatter",
     .kind = option_kind::text,
     .value = "<formatter>",
     .help = "alternative result formatter: json, pretty_table, table, csv, erlang, json_stream"},
    {.name = "table-headers", .help = "--no-table-headers leaves the header row of tables out"},
    {.name = "erlang-cookie", .kind = option_kind::text, .value = "<cookie>", .help = "the cookie to use instead of the file's"},
    {.name = "script-name", .kind = option_kind::text, .value = "<name>", .help = "behave as if invoked under this name"},
    {.name = "dry-run", .help = "say what would be run, and on which node"},
    {.name = "print-stacktrace", .help = "accepted for RabbitMQ's sake"},
    {.name = "version", .help = "displays the tool's version"},
    {.name = "help", .letter = '?', .help = "displays command help"},
    // RabbitMQ's own scripts pass these; they mean nothing to a tool that has no files of its own
    {.name = "rabbitmq-home", .kind = option_kind::text},
    {.name = "mnesia-dir", .kind = option_kind::text},
    {.name = "plugins-dir", .kind = option_kind::text},
    {.name = "enabled-plugins-file", .kind = option_kind::text},
    {.name = "aliases-file", .kind = option_kind::text},
};

bool negative_number(std::string_view word) {
  double value = 0;
  const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), value);
  return word.size() > 1 && word[0] == '-' && wrong == std::errc() && end == word.data() + word.size();
}

bool is_option(std::string_view word) { return word.size() > 1 && word[0] == '-' && !negative_number(word); }

bool is_of_kind(std::string_view value, option_kind kind) {
  const char *first = value.data(), *last = first + value.size();
  if (kind == option_kind::integer) {
    long long n = 0;
    const auto [end, wrong] = std::from_chars(first, last, n);
    return !value.empty() && wrong == std::errc() && end == last;
  }
  if (kind == option_kind::number) {
    double n = 0;
    const auto [end, wrong] = std::from_chars(first, last, n);
    return !value.empty() && wrong == std::errc() && end == last;
  }
  return true;
}

/// `--name=value` taken apart.
struct spelled {
  std::string name;  ///< with its dashes
  std::optional<std::string> value;
};

spelled spell(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == word.npos) return {word, std::nullopt};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

struct known_option {
  const option_spec* spec = nullptr;
  bool negated = false;
};

known_option find(std::string_view name, std::span<const option_spec* const> known) {
  for (const option_spec* o : known) {
    if (name.size() == 2 && name[0] == '-' && o->letter == name[1]) return {o};
    if (!name.starts_with("--")) continue;
    const std::string_view word = name.substr(2);
    if (word == o->name) return {o};
    if (o->kind == option_kind::flag && word.starts_with("no-") && word.substr(3) == o->name) return {o, true};
  }
  return {};
}

/// --longnames takes `true` or `false` behind it; other flags do not look at the next word.
bool takes_flag_value(const option_spec& o, const std::string& next) {
  return o.name == "longnames" && (next == "true" || next == "false");
}

}  // namespace

std::span<const option_spec> global_options() { return globals; }

scanned_words scan(std::span<const std::string> words, std::span<const option_spec* const> known) {
  scanned_words out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      out.positional.insert(out.positional.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (!is_option(words[i])) {
      out.positional.push_back(words[i]);
      continue;
    }
    const auto [name, attached] = spell(words[i]);
    const known_option o = find(name, known);
    const bool more = i + 1 < words.size();
    if (o.spec == nullptr) {
      out.bad.emplace_back(name, attached.value_or(""));
    } else if (o.spec->kind == option_kind::flag) {
      std::string value = attached.value_or(o.negated ? "false" : "true");
      if (!attached && more && takes_flag_value(*o.spec, words[i + 1])) value = words[++i];
      if (value != "true" && value != "false")
        out.bad.emplace_back(name, value);
      else
        out.options.push_back({o.spec, value});
    } else if (!attached && (!more || is_option(words[i + 1]))) {
      out.bad.emplace_back(name, "");
    } else {
      std::string value = attached ? *attached : words[++i];
      if (is_of_kind(value, o.spec->kind))
        out.options.push_back({o.spec, std::move(value)});
      else
        out.bad.emplace_back(name, value);
    }
  }
  return out;
}

std::optional<std::size_t> command_position(std::span<const std::string> words, std::span<const option_spec* const> known) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") return i + 1 < words.size() ? std::optional(i + 1) : std::nullopt;
    if (!is_option(words[i])) return i;
    const auto [name, attached] = spell(words[i]);
    const known_option o = find(name, known);
    if (o.spec == nullptr || attached || i + 1 >= words.size()) continue;
    if (o.spec->kind != option_kind::flag ? !is_option(words[i + 1]) : takes_flag_value(*o.spec, words[i + 1])) ++i;
  }
  return std::nullopt;
}

}  // namespace warren::ctl
