#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "actors/remote/gateway_peers.hpp"
#include "actors/remote/wire/packet.hpp"
#include "actors/runtime/services.hpp"
#include "distribution/peer_transport.hpp"
#include "supervision/guarded.hpp"
#include "supervision/on_workers.hpp"

namespace warren::actors {

/// The node's end of service::queues: hands packets to the stream that they belong to, starts a session for every proxy of
/// another node, and ends proxies and sessions with the link that they live on. It reads headers only.
class queue_gateway_actor : public supervision::guarded<supervision::on_workers<caf::event_based_actor>> {
 public:
  queue_gateway_actor(caf::actor_config& config, supervision::place where, node_services& services);

 protected:
  caf::behavior make_behavior() override;
  void on_exit() override;
  void report_children(std::vector<supervision::child_info>& out) override;

 private:
  using session_key = std::pair<std::string, std::uint64_t>;  ///< peer, stream

  void receive(distribution::peer_message& m);
  void hello(const std::string& peer, std::uint64_t link, const wire::packet_header& header);
  void say(const std::string& peer, const wire::packet_header& header);
  void say_hello(const std::string& peer);
  void to_session(distribution::peer_message& m, const wire::packet_header& header);
  void forget(const std::string& peer);
  void on_child_down(const caf::down_msg& down);
  void close(caf::error why);

  node_services& services_;
  std::uint64_t incarnation_;
  gateway_peers peers_;
  std::map<session_key, caf::actor> sessions_;
  std::map<caf::actor_addr, session_key> keys_;
  std::optional<caf::error> closing_;      ///< told to end: why
  std::set<caf::actor_addr> still_there_;  ///< and waits for these
};

}  // namespace warren::actors
