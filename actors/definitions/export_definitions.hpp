#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "core/metadata/topology.hpp"

namespace warren::actors {

/// What stands at the top of an export. RabbitMQ's own tools look at rabbit_version.
struct export_versions {
  std::string compatible_version = "3.10.8";
  std::string product_name = "RabbitMQ";
  std::string product_version = "3.10.8";
};

/// The whole broker as RabbitMQ 3.10 exports it (amqp.md, "Definitions"): the shape of GET /api/definitions. Exclusive
/// queues, predeclared exchanges and implicit bindings are left out. Ordered by names.
[[nodiscard]] boost::json::object export_definitions(const broker_state& state, const export_versions& versions = {});

/// One virtual host: GET /api/definitions/VHOST. Empty when there is no such virtual host.
[[nodiscard]] boost::json::object export_vhost_definitions(const broker_state& state, std::string_view vhost,
                                                           const export_versions& versions = {});

}  // namespace warren::actors
