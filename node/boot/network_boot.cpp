#include "node/boot/network_boot.hpp"

#include "actors/logging/log.hpp"

namespace warren::node {

namespace {

void to_log(distribution::severity how, const std::string& line) {
  using actors::log_category;
  switch (how) {
    case distribution::severity::debug: return actors::log_debug(log_category::plain, "{}", line);
    case distribution::severity::info: return actors::log_info(log_category::plain, "{}", line);
    case distribution::severity::warning: return actors::log_warning(log_category::plain, "{}", line);
    case distribution::severity::error: return actors::log_error(log_category::plain, "{}", line);
  }
}

}  // namespace

result<distribution::cookie> cookie_of(const node_config& config) {
  distribution::cookie_options options;
  if (!config.erlang_cookie.empty()) options.value = config.erlang_cookie;
  options.path = distribution::default_cookie_path();
  if (options.path.empty()) options.path = config.data_dir + "/.erlang.cookie";
  return distribution::load_cookie(options);
}

std::uint16_t distribution_port_of(const node_config& config) {
  if (config.distribution_port != 0) return config.distribution_port;
  const auto& listeners = config.tcp_listeners.empty() ? config.tls_listeners : config.tcp_listeners;
  if (listeners.empty()) return 25672;
  const int port = listeners.begin()->second.port + 20000;
  return port > 65535 ? 0 : static_cast<std::uint16_t>(port);  // the port mapper knows where it is
}

result<std::unique_ptr<distribution::network>> make_network(caf::actor_system& system, const node_config& config,
                                                            distribution::cookie cookie, std::uint64_t incarnation,
                                                            std::function<void(int fd)> tool) {
  auto name = distribution::parse_node_name(config.node_name, config.long_names);
  if (!name) return name.failure();
  distribution::network_options options(std::move(*name), std::move(cookie));
  options.incarnation = incarnation;
  options.tls = config.inter_node_tls;
  options.port = distribution_port_of(config);
  options.mapper = distribution::epmd::options_from_environment();
  options.tool = [tool = std::move(tool)](int fd, const distribution::hello&) { tool(fd); };
  options.log = to_log;
  return distribution::network::make(system, std::move(options));
}

}  // namespace warren::node
