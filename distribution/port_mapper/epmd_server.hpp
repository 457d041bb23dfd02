#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <set>
#include <vector>

#include "distribution/port_mapper/epmd_options.hpp"
#include "distribution/port_mapper/name_table.hpp"

namespace warren::distribution::epmd {

/// The host's port mapper, for whatever Erlang programs and nodes of ours ask it. A registration lives as long as its
/// connection and is taken from this host only; looking up is for everybody. Lives on the net thread.
class server : public std::enable_shared_from_this<server> {
 public:
  /// Null, with the reason, when it cannot listen; address_in_use when another mapper serves this host.
  static std::shared_ptr<server> listen(boost::asio::io_context& context, const options& o,
                                        boost::system::error_code& failed);

  explicit server(boost::asio::io_context& context) : context_(context) {}
  /// Ends all connections: the nodes registered here look for another mapper.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  using tcp = boost::asio::ip::tcp;
  static constexpr std::size_t max_sessions = 2000;

  bool add_acceptor(const boost::asio::ip::address& address, std::uint16_t port, boost::system::error_code& failed);
  static boost::asio::awaitable<void> accept(std::shared_ptr<server> self, tcp::acceptor& acceptor);
  static boost::asio::awaitable<void> serve(std::shared_ptr<server> self, std::shared_ptr<tcp::socket> socket);
  boost::asio::awaitable<void> hold_registration(tcp::socket& socket, const alive2_req& request);

  boost::asio::io_context& context_;
  std::list<tcp::acceptor> acceptors_;
  std::set<std::shared_ptr<tcp::socket>> sessions_;
  name_table table_;
  std::uint16_t port_ = 0;
};

}  // namespace warren::distribution::epmd
