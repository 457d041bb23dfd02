#pragma once

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "distribution/network.hpp"
#include "node/config/node_config.hpp"

namespace warren::node {

/// The node's cookie: `--erlang-cookie`, RABBITMQ_ERLANG_COOKIE, or the file in the home directory of the account that
/// it runs under (in its data directory when it has no home), made at the first start.
[[nodiscard]] result<distribution::cookie> cookie_of(const node_config& config);

/// RABBITMQ_DIST_PORT, else the AMQP port + 20000.
[[nodiscard]] std::uint16_t distribution_port_of(const node_config& config);

/// The node among others, and the door of the command-line tools: `tool` gets their sockets. Nothing listens yet.
[[nodiscard]] result<std::unique_ptr<distribution::network>> make_network(caf::actor_system& system,
                                                                          const node_config& config,
                                                                          distribution::cookie cookie,
                                                                          std::uint64_t incarnation,
                                                                          std::function<void(int fd)> tool);

}  // namespace warren::node
