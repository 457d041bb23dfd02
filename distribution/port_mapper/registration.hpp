#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "distribution/net/log_sink.hpp"
#include "distribution/port_mapper/epmd_client.hpp"
#include "distribution/port_mapper/epmd_options.hpp"
#include "distribution/port_mapper/epmd_server.hpp"

namespace warren::distribution::epmd {

/// Keeps a node registered at its host's port mapper, whoever serves it:
///
///     1. try to listen on the mapper's port: if that succeeds, this node serves the host from now on;
///     2. register at whatever serves it, even at itself;
///     3. hold the connection. It ends when the mapper's process ends: back to 1. All living nodes of the host do this
///     at once, one
///        of them gets the port, the others register there.
///
/// So a real epmd that runs already is used as it is, and no node has to be the first or the last. Lives on the net
/// thread.
class registration : public std::enable_shared_from_this<registration> {
 public:
  /// Empty text: registered for the first time. Otherwise the start failed with this text, and nothing goes on.
  using started = std::function<void(const std::string& failure)>;

  registration(boost::asio::io_context& context, options o, alive2_req node, std::string host, log_sink log);
  void start(started first_result);
  /// The name is free again when this returns, as far as this node is concerned.
  void stop();
  [[nodiscard]] bool serves() const { return server_ != nullptr; }
  [[nodiscard]] bool registered() const { return registered_; }

 private:
  static boost::asio::awaitable<void> keep(std::shared_ptr<registration> self, started first_result);
  void try_to_serve();
  [[nodiscard]] std::string explain(const client_error& e) const;

  boost::asio::io_context& context_;
  options options_;
  alive2_req node_;
  std::string host_;
  log_sink log_;
  std::shared_ptr<server> server_;
  std::optional<boost::asio::ip::tcp::socket> connection_;
  boost::asio::steady_timer pause_;
  std::string last_trouble_;
  bool registered_ = false;
  bool stopped_ = false;
};

}  // namespace warren::distribution::epmd
