#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "core/base/result.hpp"

namespace warren::distribution {

/// TLS between nodes, with the options of RabbitMQ's inter-node TLS file. Off without a certfile. Certificates only add
/// to the cookie, they do not replace it.
struct link_tls_options {
  std::string certfile;
  std::string keyfile;
  std::string cacertfile;
  std::string password;  ///< of the key file
  bool verify_peer = false;
  bool fail_if_no_peer_cert = false;

  [[nodiscard]] bool enabled() const { return !certfile.empty(); }
};

/// Both sides' contexts. Errors name the option and the file.
struct link_tls {
  std::shared_ptr<boost::asio::ssl::context> server, client;
};
[[nodiscard]] result<link_tls> make_link_tls(const link_tls_options& options);

}  // namespace warren::distribution
