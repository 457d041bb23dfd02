#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "distribution/handshake/handshake_machine.hpp"
#include "distribution/handshake/refusal_log.hpp"
#include "distribution/identity/cookie.hpp"
#include "distribution/net/link_stream.hpp"
#include "distribution/net/link_tls.hpp"
#include "distribution/net/log_sink.hpp"

namespace warren::distribution {

struct accepted_link {
  link_stream stream;
  hello peer;
  std::uint64_t token = 0;
  std::string address;
};

/// What becomes of authenticated connections; called on the net thread.
struct listener_callbacks {
  /// May this node be linked? `accepted` reserves: exactly one of `linked` and `lost` follows.
  std::function<verdict(const hello& peer, std::uint64_t token)> decide;
  std::function<void(accepted_link)> linked;
  std::function<void(const hello& peer, std::uint64_t token)> lost;
  /// A tool: an owned, blocking descriptor. Empty: tools are refused.
  std::function<void(int fd, const hello& peer)> tool;
};

struct listener_options {
  std::string self;
  std::uint64_t incarnation = 0;
  std::vector<std::string> addresses;               ///< empty: all interfaces
  std::uint16_t port = 0;                           ///< 0: any free one
  std::chrono::milliseconds handshake_time{7'000};  ///< Erlang's net_setuptime
  std::size_t max_half_open = 256;                  ///< beyond it the oldest gives way: silent sockets lock nobody out
  link_tls tls;
};

/// The front door: accepts, authenticates, and hands on what has proven the cookie. Everything else is refused, logged
/// once with the reason, and costs one socket and less than a kilobyte until the deadline. Lives on the net thread.
class link_listener : public std::enable_shared_from_this<link_listener> {
 public:
  static result<std::shared_ptr<link_listener>> listen(boost::asio::io_context& context, listener_options o,
                                                       cookie secret, listener_callbacks callbacks, log_sink log);
  link_listener(boost::asio::io_context& context, listener_options o, cookie secret, listener_callbacks callbacks,
                log_sink log);
  /// Connections that were handed on are not touched.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t half_open() const { return sessions_.size(); }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  using tcp = boost::asio::ip::tcp;
  struct session;

  status add_acceptor(const std::string& address);
  static boost::asio::awaitable<void> accept(std::shared_ptr<link_listener> self, tcp::acceptor& acceptor);
  static boost::asio::awaitable<void> serve(std::shared_ptr<link_listener> self, std::shared_ptr<session> s);
  boost::asio::awaitable<void> authenticate(session& s, std::string address);
  [[nodiscard]] verdict decide(const handshake_machine& machine);
  void hand_on(session& s, handshake_machine& machine, const std::string& address);
  void note_refusal(const std::string& address, const std::string& reason, const std::string& peer);

  boost::asio::io_context& context_;
  listener_options options_;
  cookie secret_;
  listener_callbacks callbacks_;
  log_sink log_;
  refusal_log refusals_;
  std::list<tcp::acceptor> acceptors_;
  std::list<std::shared_ptr<session>> sessions_;  ///< oldest first
  std::uint16_t port_ = 0;
  std::uint64_t refused_ = 0;
  bool stopped_ = false;
};

}  // namespace warren::distribution
