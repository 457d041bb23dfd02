#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "core/base/result.hpp"
#include "distribution/net/link_tls_options.hpp"

namespace warren::distribution {

/// Both sides' contexts; without a certificate there is only the client's. Errors name the option and the file.
struct link_tls {
  std::shared_ptr<boost::asio::ssl::context> server, client;
};
[[nodiscard]] result<link_tls> make_link_tls(const link_tls_options& options);

}  // namespace warren::distribution
