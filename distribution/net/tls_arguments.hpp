#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "distribution/net/link_tls_options.hpp"

namespace warren::distribution {

/// RabbitMQ's way to say that nodes speak TLS, in RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS and RABBITMQ_CTL_ERL_ARGS:
///
///     -proto_dist inet_tls -ssl_dist_opt server_certfile /etc/r/cert.pem server_keyfile /etc/r/key.pem client_cacertfile …
///
/// A node has one certificate for both roles, `server_…`. A tool only dials: `client_…` counts, or else `server_…`. Not enabled without
/// `-proto_dist inet_tls`. Options that mean nothing here (ciphers, renegotiation …) are passed over; an unknown one, a missing value and
/// -ssl_dist_optfile (a file of Erlang terms) are errors that say what to do.
enum class tls_role { node, tool };
[[nodiscard]] result<link_tls_options> tls_of_erlang_arguments(std::string_view arguments, tls_role role);

}  // namespace warren::distribution
