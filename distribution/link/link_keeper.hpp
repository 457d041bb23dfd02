#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "distribution/handshake/dial.hpp"
#include "distribution/handshake/link_listener.hpp"
#include "distribution/link/backoff.hpp"
#include "distribution/link/link.hpp"
#include "distribution/link/link_table.hpp"
#include "distribution/net/log_sink.hpp"

namespace warren::distribution {

/// Who adopts sockets, as the keeper sees it.
struct link_adopter {
  std::function<void(std::shared_ptr<link>, descriptor)> adopt;
  std::function<void(std::uint64_t link)> close;
};

/// Dials the peers that are to be kept, arbitrates with the link table, and hands authenticated sockets to the gateway.
/// Lives on the net thread, outlives gateways and listeners.
class link_keeper : public std::enable_shared_from_this<link_keeper> {
 public:
  link_keeper(boost::asio::io_context& context, cookie secret, dial_options dial, log_sink log);

  void keep(const std::string& peer);
  void release(const std::string& peer);
  /// A new gateway: whatever its predecessor had is gone. Dials again from now on.
  void attach(link_adopter adopter);
  /// No gateway: nothing is dialled or accepted.
  void detach();
  /// By the gateway: the peer's gateway has answered.
  void came_up(const std::string& peer);
  /// By the gateway: the link's DOWN has been seen, or it never came up.
  void ended(const std::string& peer, std::uint64_t link);
  void stop();

  /// For the listener.
  [[nodiscard]] listener_callbacks callbacks();
  /// Why the last dial of a peer failed; "" when it did not, or the peer is not kept.
  [[nodiscard]] std::string last_failure(const std::string& peer) const;

 private:
  struct kept_peer {
    explicit kept_peer(boost::asio::io_context& context) : timer(context) {}
    boost::asio::steady_timer timer;
    backoff pause;
    std::string last_failure;
  };

  void dial_now(const std::string& peer);
  void dial_later(const std::string& peer);
  static boost::asio::awaitable<void> dial(std::shared_ptr<link_keeper> self, node_name peer);
  void dial_failed(const std::string& peer, const dial_error& e);
  void adopt(link_stream stream, const hello& peer, std::uint64_t number, std::uint64_t token,
             const std::string& address, bool dialled);
  verdict decide(const hello& peer, std::uint64_t token);

  boost::asio::io_context& context_;
  cookie secret_;
  dial_options dial_;
  log_sink log_;
  link_table table_;
  link_adopter adopter_;
  std::map<std::string, kept_peer> kept_;
  std::map<std::uint64_t, std::uint64_t> accepted_;  ///< token → link number, until the listener hands the socket on
};

}  // namespace warren::distribution
