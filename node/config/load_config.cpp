#include "node/config/load_config.hpp"

#include <netdb.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "node/config/config_draft.hpp"
#include "node/config/config_files.hpp"
#include "node/config/config_keys.hpp"
#include "node/config/environment_settings.hpp"

namespace warren::node {
namespace {

namespace fs = std::filesystem;

void apply(config_draft& draft, const conf_entry& entry, loaded_config& out) {
  const auto report = [&](std::vector<config_problem>& to, std::string text) {
    to.push_back({entry.file, entry.line, std::move(text)});
  };
  std::string wildcard;
  const config_key* key = find_config_key(entry.key, wildcard);
  if (!key) {
    const auto nearest = nearest_config_key(entry.key);
    return report(out.errors, "unknown key `" + entry.key_text() + "`" +
                                  (nearest.empty() ? "" : "; did you mean `" + nearest + "`?"));
  }
  if (key->effect == key_effect::refused)
    return report(out.errors, "`" + entry.key_text() + "` is not supported by Warren. " + std::string(key->doc));
  const auto parsed = parse_config_value(key->kind, key->choices, entry.value);
  std::string expected = parsed.ok ? "" : describe_kind(key->kind, key->choices);
  if (parsed.ok && key->set) expected = key->set(draft, wildcard, parsed.value);
  if (!expected.empty())
    return report(out.errors,
                  "`" + entry.value + "` is not valid for `" + entry.key_text() + "`: expected " + expected);
  if (key->effect == key_effect::kept) report(out.warnings, "known, not used by Warren yet: " + entry.key_text());
  if (key->effect == key_effect::no_effect)
    report(out.warnings, "known, no effect in Warren: " + entry.key_text() +
                             (key->doc.empty() ? "" : " (" + std::string(key->doc) + ")"));
}

/// `name` alone gets the host. Returns what is wrong with it, or "".
std::string complete_node_name(std::string& name, const std::string& host, bool long_names) {
  if (name.find('@') == std::string::npos) (name += '@') += host;
  const auto at = name.find('@');
  const std::string before = name.substr(0, at), behind = name.substr(at + 1);
  constexpr std::string_view host_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:";
  constexpr std::string_view letters = host_letters.substr(0, host_letters.size() - 2);
  if (before.empty() || behind.empty() || before.find_first_not_of(letters) != std::string::npos ||
      behind.find_first_not_of(host_letters) != std::string::npos)
    return name + " is not a node name: expected name@host, of letters, digits, _ and -";
  if (!long_names && behind.find('.') != std::string::npos)
    return name + ": a host with dots needs RABBITMQ_USE_LONGNAME=true";
  return "";
}

std::string in_directory(const std::string& directory, const std::string& name) {
  return name.find('/') == std::string::npos ? (fs::path(directory) / name).string() : name;
}

void settle_directories(node_config& c, const command_line& options, const environment& variables,
                        const machine_defaults& machine) {
  if (!options.data_dir.empty()) {
    c.data_dir = fs::absolute(options.data_dir).lexically_normal().string();
  } else if (const auto directory = variables.find("MNESIA_DIR")) {
    c.data_dir = *directory;
  } else {
    c.data_dir = (fs::path(variables.find("MNESIA_BASE").value_or(machine.data_base)) / c.node_name).string();
  }
  if (const auto base = variables.find("LOG_BASE")) c.log_dir = *base;
  if (c.log_dir.empty())
    c.log_dir = options.data_dir.empty() ? machine.log_base : (fs::path(c.data_dir) / "log").string();
  if (c.log.file_path.empty()) c.log.file_path = c.node_name + ".log";
  c.log.file_path = in_directory(c.log_dir, c.log.file_path);
  for (auto& category : c.log.categories)
    if (!category.file.empty()) category.file = in_directory(c.log_dir, category.file);
}

void read_env_file(environment& variables, const machine_defaults& machine, loaded_config& out) {
  std::string path = variables.find("CONF_ENV_FILE").value_or("");
  const bool named = !path.empty();
  for (const auto& base : machine.config_bases) {
    std::error_code ignored;
    for (const char* name : {"warren-env.conf", "rabbitmq-env.conf"})
      if (path.empty() && fs::is_regular_file(fs::path(base) / name, ignored)) path = (fs::path(base) / name).string();
  }
  if (path.empty()) return;
  std::string why;
  if (const auto text = read_text_file(path, why)) {
    variables.add_file(*text, path, out.warnings);
  } else if (named) {
    out.errors.push_back({path, 0, why});
  }
}

}  // namespace

machine_defaults machine_defaults::of_this_machine() {
  machine_defaults out;
  char name[256] = "localhost";
  (void)gethostname(name, sizeof name - 1);
  out.long_host = name;
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_flags = AI_CANONNAME;
  if (out.long_host.find('.') == std::string::npos && getaddrinfo(name, nullptr, &wanted, &found) == 0 && found) {
    if (found->ai_canonname) out.long_host = found->ai_canonname;
    freeaddrinfo(found);
  }
  out.short_host = std::string(name).substr(0, std::strcspn(name, "."));
  return out;
}

loaded_config load_config(const command_line& options, environment variables, const machine_defaults& machine) {
  loaded_config out;
  config_draft draft;
  draft.config.log.file.on = true;
  read_env_file(variables, machine, out);

  for (const auto& path : config_files(options, variables, machine, out.errors)) {
    std::string why;
    const auto text = read_text_file(path, why);
    if (!text) {
      out.errors.push_back({path, 0, "cannot be read: " + why});
      continue;
    }
    out.files.push_back(path);
    auto parsed = parse_conf(*text, path);
    out.errors.insert(out.errors.end(), parsed.errors.begin(), parsed.errors.end());
    out.warnings.insert(out.warnings.end(), parsed.warnings.begin(), parsed.warnings.end());
    for (const auto& entry : parsed.entries) apply(draft, entry, out);
  }
  if (auto wrong = finish_draft(draft); !wrong.empty()) out.errors.push_back({"", 0, std::move(wrong)});

  auto& c = draft.config;
  apply_environment(c, variables, out);
  if (!options.name.empty()) c.node_name = options.name;
  if (!options.erlang_cookie.empty()) c.erlang_cookie = options.erlang_cookie;
  const auto& host = c.long_names ? machine.long_host : machine.short_host;
  if (auto wrong = complete_node_name(c.node_name, host, c.long_names); !wrong.empty())
    out.errors.push_back({"", 0, std::move(wrong)});
  if (c.cluster_name.empty()) c.cluster_name = c.node_name;
  settle_directories(c, options, variables, machine);
  if (options.log_level) {
    for (auto& category : c.log.categories) category.level.reset();
    c.log.categories[0].level = options.log_level;
    c.log.console.level = c.log.file.level = options.log_level;
  }
  c.config_files = out.files;
  out.config = std::move(c);
  return out;
}

}  // namespace warren::node
