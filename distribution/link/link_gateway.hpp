#pragma once

#include <caf/all.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "distribution/link/link_board.hpp"
#include "distribution/link/link_messages.hpp"
#include "distribution/net/log_sink.hpp"
#include "distribution/peer_transport.hpp"
#include "supervision/guarded.hpp"
#include "supervision/on_workers.hpp"

namespace warren::distribution {

/// What the gateway tells the keeper; called on the gateway's thread, must not block.
struct gateway_reports {
  std::function<void(caf::actor gateway)> started;
  std::function<void()> stopped;
  std::function<void(const std::string& peer)> came_up;
  std::function<void(const std::string& peer, std::uint64_t link)> ended;
};

/// The one actor of a node that peers talk to: it hands sockets to BASP, carries batches over links, gives messages to
/// the subscribers of services, and tells each of them once when a link comes and once when it goes.
///
///     dialler's gateway                              acceptor's gateway
///        adopt: connect to BASP                         adopt: publish to BASP
///        │ ◀──────────── BASP's own handshake ────────────▶ │
///        │ greeting(token) ───────────────────────────────▶ │ monitor, up
///        │ ◀────────────────────────────── greeting(token)  │
///        monitor, up
///
/// A link is up when its greeting came and down when CAF's DOWN came: both exactly once, as both are taken here in one
/// mailbox. Whatever bears another token belongs to an earlier connection and is dropped.
class link_gateway final : public supervision::guarded<supervision::on_workers<caf::event_based_actor>> {
 public:
  using super = supervision::guarded<supervision::on_workers<caf::event_based_actor>>;

  link_gateway(caf::actor_config& config, supervision::place where, caf::actor basp, std::shared_ptr<link_board> board,
               gateway_reports reports, log_sink log);

  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  struct held_link {
    std::shared_ptr<link> what;
    caf::actor peer;  ///< the remote gateway, once known
    bool up = false;
  };

  void adopt(const adopt_link& m);
  void greeted(const link_greeting& m);
  void come_up(held_link& held, caf::actor peer);
  void close(std::uint64_t number);
  void end(std::uint64_t token, const std::string& why);
  void give_up_unless_up(std::uint64_t token, const std::string& why);
  void take(link_envelope& m);
  void flush(const std::shared_ptr<link>& what);
  void flush(held_link& held);
  void subscribe(std::uint16_t service, caf::actor who);
  void tell_all(const caf::message& m);
  [[nodiscard]] std::vector<caf::actor> audience() const;

  caf::actor basp_;
  std::shared_ptr<link_board> board_;
  gateway_reports reports_;
  log_sink log_;
  std::unordered_map<std::uint64_t, held_link> links_;         ///< by token
  std::unordered_map<caf::actor_addr, std::uint64_t> tokens_;  ///< of monitored remote gateways
  std::map<std::uint16_t, caf::actor> subscribers_;
};

}  // namespace warren::distribution
