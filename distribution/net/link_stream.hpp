#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "core/base/bytes.hpp"

namespace warren::distribution {

/// A connection between nodes or of a tool, plain or in TLS. Lives on one io_context until hand_over().
class link_stream {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit link_stream(tcp::socket socket) : socket_(std::make_unique<tcp::socket>(std::move(socket))) {}

  [[nodiscard]] tcp::socket& socket() { return *socket_; }
  [[nodiscard]] bool encrypted() const { return tls_ != nullptr; }
  /// Wraps it: from then on everything goes through TLS. `server_name` of a dialler is checked against the certificate
  /// when not empty.
  boost::asio::awaitable<void> start_tls(std::shared_ptr<boost::asio::ssl::context> context, bool server,
                                         std::string server_name, boost::system::error_code& failed);
  /// At most `most` bytes, appended. More than asked is never taken off the connection's user.
  boost::asio::awaitable<void> read(std::string& to, std::size_t most, boost::system::error_code& failed);
  boost::asio::awaitable<void> write(const std::string& bytes, boost::system::error_code& failed);

  /// A plain descriptor, blocking, that the caller owns; -1 when there is none to be had. For TLS it is one end of a
  /// socket pair, and the io_context goes on carrying bytes between it and the connection until either ends.
  [[nodiscard]] int hand_over();

 private:
  using tls_stream = boost::asio::ssl::stream<tcp::socket&>;
  std::unique_ptr<tcp::socket> socket_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::unique_ptr<tls_stream> tls_;
};

}  // namespace warren::distribution
