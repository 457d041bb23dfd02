#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "actors/runtime/services.hpp"
#include "amqp/connection_settings.hpp"
#include "core/base/result.hpp"
#include "supervision/child_spec.hpp"

namespace warren::actors {

struct listener_options {
  std::string name;      ///< for the tree: `amqp [::]:5672`
  std::string address;   ///< "" = all interfaces, IPv6 and IPv4
  std::uint16_t port = 5672;
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< null: plain AMQP
};

/// A listener and its connections, as a child of the listeners supervisor:
///
///     amqp [::]:5672 (rest_for_one) ├ connections (simple_one_for_one, temporary) → connection …
///                                   └ acceptor
[[nodiscard]] supervision::child_spec listener_child(node_services& services, listener_options options,
                                                     std::shared_ptr<const amqp::connection_settings> settings);

/// What connections are told about the server.
[[nodiscard]] std::shared_ptr<const amqp::connection_settings> make_connection_settings(const broker_options& options, bool tls);

}  // namespace warren::actors
