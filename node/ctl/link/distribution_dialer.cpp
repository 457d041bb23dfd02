#include "node/ctl/link/distribution_dialer.hpp"

#include <unistd.h>

#include "distribution/handshake/dial.hpp"
#include "distribution/net/tls_arguments.hpp"
#include "distribution/port_mapper/epmd_options.hpp"
#include "node/ctl/link/frame_connection.hpp"

namespace warren::ctl {

namespace dist = warren::distribution;

namespace {

constexpr std::chrono::milliseconds usual_patience{15'000};

dial_failure::step step_of(dist::dial_failure kind) {
  switch (kind) {
    case dist::dial_failure::host_unknown: return dial_failure::step::host;
    case dist::dial_failure::epmd_unreachable: return dial_failure::step::port_mapper;
    case dist::dial_failure::not_registered: return dial_failure::step::registration;
    case dist::dial_failure::tcp_refused: return dial_failure::step::connection;
    default: return dial_failure::step::handshake;
  }
}

}  // namespace

distribution_dialer::distribution_dialer(const invocation& i, const surroundings& around) 
    : home_(around.home), erlang_arguments_(around.erlang_arguments), long_names_(i.long_names) {
  if (!i.cookie.empty())
    cookie_ = i.cookie;
  else
    cookie_ = around.cookie;
  // RabbitMQ's tools call themselves so; the number keeps two tools of one host apart
  const std::string name = around.node.substr(0, around.node.find('@'));
  own_name_ = "rabbitmqcli-" + std::to_string(getpid()) + "-" + name + "@" + around.host(i.long_names);
}

bool distribution_dialer::encrypted() const {
  const auto tls = dist::tls_of_erlang_arguments(erlang_arguments_, dist::tls_role::tool);
  return tls && tls->enabled();
}

std::variant<std::unique_ptr<control_connection>, dial_failure> distribution_dialer::dial(const std::string& node,
                                                                                          std::optional<std::chrono::milliseconds> limit) {
  dial_failure f{.at = dial_failure::step::cookie, .node = node, .own_name = own_name_};
  // a tool makes no cookie: without one it could not talk to any node
  const auto secret = dist::load_cookie({.value = cookie_, .path = home_.empty() ? "" : home_ + "/.erlang.cookie", .create = false});
  if (!secret) return f.detail = secret.failure().text, f;
  f.cookie_hash = secret.value().hash();
  const auto name = dist::parse_node_name(node, long_names_);
  if (!name) {
    // a name that the command line let through: `localhost` is short and long
    const auto either = dist::parse_node_name(node, !long_names_);
    if (!either) return f.detail = name.failure().text, f;
  }
  const auto tls = dist::tls_of_erlang_arguments(erlang_arguments_, dist::tls_role::tool);
  if (!tls) return f.detail = tls.failure().text + " (RABBITMQ_CTL_ERL_ARGS)", f;
  auto contexts = dist::make_link_tls(tls.value());
  if (!contexts) return f.detail = contexts.failure().text + " (RABBITMQ_CTL_ERL_ARGS)", f;
  const dist::node_name peer{f.name(), f.host()};
  dist::dial_options options;
  options.self = own_name_;
  options.epmd_port = dist::epmd::options_from_environment().port;
  options.tls = std::move(*contexts);
  options.timeout = limit.value_or(usual_patience);
  auto dialled = dist::dial(peer, secret.value(), options);
  if (const auto* e = std::get_if<dist::dial_error>(&dialled)) {
    f.at = step_of(e->kind);
    f.detail = e->text;
    f.mapper_port = options.epmd_port;
    f.node_port = e->node_port;
    for (const auto& other : e->registered) f.other_nodes.push_back(other.name);
    return f;
  }
  auto connection = std::make_shared<dist::tool_connection>(std::move(std::get<dist::tool_connection>(dialled)));
  const int fd = connection->fd();
  return std::make_unique<frame_connection>(fd, std::move(connection));
}

}  // namespace warren::ctl
