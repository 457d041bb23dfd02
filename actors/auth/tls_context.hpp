#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "actors/auth/tls_options.hpp"
#include "core/base/result.hpp"

namespace warren::actors {

/// The context for accepting TLS connections. Errors name the option and the file and say what is wrong with it:
/// missing, unreadable, not PEM, wrong passphrase, a key that does not belong to the certificate, unknown ciphers.
[[nodiscard]] result<std::shared_ptr<boost::asio::ssl::context>> make_server_context(const tls_options& options);

}  // namespace warren::actors
