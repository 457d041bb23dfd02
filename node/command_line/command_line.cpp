#include "node/command_line/command_line.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

#include "node/command_line/version.hpp"

namespace warren::node {

command_line_outcome parse_command_line(int argc, const char* const* argv) {
  command_line_outcome out;
  CLI::App app{"Warren: a message broker for AMQP 0-9-1 clients, compatible with RabbitMQ", "warren-server"};
  app.footer(
      "Environment variables (RABBITMQ_NODENAME, RABBITMQ_NODE_PORT, RABBITMQ_CONFIG_FILE, …; also as WARREN_…) beat\n"
      "configuration files, and options beat both. docs/configuration.md explains every key.");
  app.add_option("-n,--name", out.options.name, "name@host, or a name to which the short host name is added [rabbit]");
  app.add_option("--data-dir", out.options.data_dir, "directory of this node's data [/var/lib/warren/NAME@HOST]");
  app.add_option("--config", out.options.config_files,
                 "configuration file in rabbitmq.conf's format; may be given several times")
      ->take_all()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--erlang-cookie", out.options.erlang_cookie, "the secret of the cluster, in place of the file .erlang.cookie");
  std::string level;
  app.add_option("--log-level", level, "debug, info, notice, warning, error, critical or none");
  app.add_flag("--check-config", out.options.check_config,
               "only read the configuration and report what is wrong with it");
  app.add_flag("--config-help", out.options.config_help, "print all configuration keys as Markdown");
  app.set_version_flag("--version", std::string("Warren ") + version_text());

  const auto finish = [&](int code, std::string text) {
    out.exit_code = code;
    out.output = std::move(text);
    return out;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::ostringstream normal, wrong;
    const int code = app.exit(e, normal, wrong);
    if (code == 0) return finish(exit_ok, normal.str());
    return finish(exit_usage,
                  "warren-server: " + std::string(e.what()) + "\nRun warren-server --help for its options.\n");
  }
  if (!level.empty()) {
    out.options.log_level = actors::parse_log_level(level);
    if (!out.options.log_level)
      return finish(exit_usage,
                    "warren-server: --log-level " + level +
                        ": expected debug, info, notice, warning, error, critical, alert, emergency or none\n");
  }
  return out;
}

}  // namespace warren::node
