#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warren::actors {

/// `ssl_options.*`. Versions and ciphers carry the names of rabbitmq.conf; empty = OpenSSL's defaults from TLS 1.2 on.
struct tls_options {
  std::string cacertfile;
  std::string certfile;
  std::string keyfile;
  std::string password;  ///< of the key file
  std::string dhfile;
  bool verify_peer = false;
  bool fail_if_no_peer_cert = false;
  int depth = 1;  ///< intermediate certificates allowed between the peer's and a trusted one
  bool honor_cipher_order = true;
  bool client_renegotiation = false;
  std::vector<std::string> versions;  ///< tlsv1.3, tlsv1.2, tlsv1.1, tlsv1
  std::vector<std::string> ciphers;   ///< OpenSSL or IANA names
};

/// Where EXTERNAL takes the user name from (`ssl_cert_login_from`).
enum class certificate_login : std::uint8_t { distinguished_name, common_name, subject_alternative_name };
enum class san_kind : std::uint8_t { dns, ip, email, uri };

struct certificate_login_options {
  certificate_login from = certificate_login::distinguished_name;
  san_kind san = san_kind::dns;
  int san_index = 0;
};

}  // namespace warren::actors
