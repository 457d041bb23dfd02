#pragma once

#include <string>

namespace warren::distribution {

/// TLS between nodes, with the options of RabbitMQ's inter-node TLS file. Certificates only add to the cookie, they do not replace it.
struct link_tls_options {
  bool on = false;  ///< without a certificate: only who dials (a tool) can do with that
  std::string certfile;
  std::string keyfile;
  std::string cacertfile;
  std::string password;  ///< of the key file
  bool verify_peer = false;
  bool fail_if_no_peer_cert = false;

  [[nodiscard]] bool enabled() const { return on || !certfile.empty(); }
};

}  // namespace warren::distribution
