#include "node/config/environment_settings.hpp"

#include <cctype>

#include "distribution/net/tls_arguments.hpp"

namespace warren::node {
namespace {

/// RABBITMQ_LOG: `debug`, `connection.error`, `+json`, … joined by commas.
std::string apply_log_words(actors::log_options& log, std::string_view words) {
  while (!words.empty()) {
    const auto comma = words.find(',');
    const std::string_view word = words.substr(0, comma);
    words.remove_prefix(comma == std::string_view::npos ? words.size() : comma + 1);
    if (word.empty() || word == "+color" || word == "-color") continue;
    if (word == "+json" || word == "-json") {
      log.console.format = log.file.format = word[0] == '+' ? actors::log_format::json : actors::log_format::plaintext;
      continue;
    }
    const auto dot = word.find('.');
    const auto category =
        dot == std::string_view::npos ? actors::log_category::plain : actors::parse_log_category(word.substr(0, dot));
    const auto level = actors::parse_log_level(dot == std::string_view::npos ? word : word.substr(dot + 1));
    if (!category || !level) return "expected levels such as debug or connection.error, joined by commas";
    log.categories[static_cast<std::size_t>(*category)].level = *level;
    log.console.level.reset();
    log.file.level.reset();
  }
  return "";
}

/// `a,b` or `[a,b].`
std::vector<std::string> plugin_names(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
      out.back() += c;
    } else if (!out.back().empty()) {
      out.emplace_back();
    }
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

}  // namespace

void apply_environment(node_config& c, const environment& variables, loaded_config& problems) {
  const auto wrong = [&](std::string_view name, const std::string& expected) {
    problems.errors.push_back({"", 0, variables.source(name) + "=" + *variables.find(name) + ": " + expected});
  };
  const auto take = [&](std::string_view name, std::string& to) {
    if (auto v = variables.find(name)) to = *v;
  };
  const auto port = [&](std::string_view name) -> std::uint16_t {
    if (!variables.find(name)) return 0;
    const auto v = parse_config_value(value_kind::port, "", *variables.find(name));
    if (v.ok) return static_cast<std::uint16_t>(std::get<std::int64_t>(v.value));
    wrong(name, "expected a port from 1 to 65535");
    return 0;
  };

  take("NODENAME", c.node_name);
  if (const auto v = variables.find("USE_LONGNAME")) c.long_names = *v == "true" || *v == "yes" || *v == "1";
  take("PID_FILE", c.pid_file);
  take("ENABLED_PLUGINS_FILE", c.enabled_plugins_file);
  if (const auto v = variables.find("ENABLED_PLUGINS")) c.enabled_plugins = plugin_names(*v);
  take("DEFAULT_USER", c.default_user);
  take("DEFAULT_PASS", c.default_pass);
  take("DEFAULT_VHOST", c.default_vhost);
  take("PRODUCT_NAME", c.product_name);
  take("PRODUCT_VERSION", c.product_version);
  take("MOTD_FILE", c.motd_file);
  take("ERLANG_COOKIE", c.erlang_cookie);
  if (const auto p = port("DIST_PORT")) c.distribution_port = p;

  // As in RabbitMQ the two make one listener, which stands in place of those in the files.
  const auto node_port = port("NODE_PORT");
  const auto address = variables.find("NODE_IP_ADDRESS");
  if (node_port || address) {
    listener_address listener{address.value_or(""), node_port ? node_port : std::uint16_t{5672}};
    if (listener.ip == "auto") listener.ip.clear();
    if (!listener.ip.empty() && !parse_config_value(value_kind::listener, "", listener.ip + ":1").ok)
      wrong("NODE_IP_ADDRESS", "expected an IP address");
    c.tcp_listeners = {{"default", listener}};
  }

  if (const auto v = variables.find("LOGS")) {
    if (*v == "-" || *v == "-stderr") {
      c.log.console.on = true;
      c.log.console_stderr = *v == "-stderr";
      c.log.file.on = false;
    } else {
      c.log.file.on = true;
      c.log.file_path = *v;
    }
  }
  if (const auto v = variables.find("LOG"))
    if (const auto text = apply_log_words(c.log, *v); !text.empty()) wrong("LOG", text);

  for (const char* name : {"SERVER_ERL_ARGS", "SERVER_ADDITIONAL_ERL_ARGS"}) {
    const auto arguments = variables.find(name);
    if (!arguments) continue;
    const auto tls = distribution::tls_of_erlang_arguments(*arguments, distribution::tls_role::node);
    if (!tls) {
      problems.errors.push_back({"", 0, variables.source(name) + ": " + tls.failure().text});
    } else if (tls->enabled()) {
      c.inter_node_tls = *tls;
    } else {
      problems.warnings.push_back({"", 0, "known, no effect in Warren: " + variables.source(name)});
    }
  }
  for (const char* name : {"ADVANCED_CONFIG_FILE", "SERVER_START_ARGS",
                           "QUORUM_DIR", "STREAM_DIR", "PLUGINS_EXPAND_DIR", "FEATURE_FLAGS", "FEATURE_FLAGS_FILE"})
    if (variables.find(name))
      problems.warnings.push_back({"", 0, "known, no effect in Warren: " + variables.source(name)});
}

}  // namespace warren::node
