#pragma once

#include <openssl/x509.h>

#include <optional>
#include <string>

#include "actors/auth/tls_options.hpp"

namespace warren::actors {

/// The subject as RabbitMQ prints it: RFC 4514 order (last part first), its attribute names in capitals, everything but
/// printable ASCII escaped. `CN=client,OU=dev,O=Acme,C=DE`
[[nodiscard]] std::string distinguished_name(X509* certificate);
[[nodiscard]] std::string issuer_name(X509* certificate);  ///< the same of who signed it

/// The user name that EXTERNAL takes from a certificate; nullopt when it holds no such thing. Several common names are
/// joined by commas, as in RabbitMQ.
[[nodiscard]] std::optional<std::string> certificate_user(X509* certificate, const certificate_login_options& options);

}  // namespace warren::actors
