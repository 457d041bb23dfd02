#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "actors/remote/gateway_peers.hpp"
#include "actors/remote/remote_messages.hpp"
#include "actors/remote/wire/stream_end.hpp"
#include "actors/runtime/services.hpp"
#include "distribution/peer_transport.hpp"
#include "supervision/guarded.hpp"
#include "supervision/on_workers.hpp"

namespace warren::actors {

/// The node's end of service::channels: direct replies to channels of other nodes, and whether these are still there. One
/// stream a peer. Replies are at most once, as RabbitMQ's: what a peer does not take in is dropped beyond a bound.
class channel_gateway_actor : public supervision::guarded<supervision::on_workers<caf::event_based_actor>> {
 public:
  channel_gateway_actor(caf::actor_config& config, supervision::place where, node_services& services);

 protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  struct peer {
    wire::stream_end wire{wire::packet_kind::to_channel, 0, 0};
    std::unordered_map<std::uint64_t, caf::response_promise> probes;
  };

  void receive(const distribution::peer_message& m);
  void perform(const std::string& from, wire::frame& f);
  void flush(const std::string& node, peer& p);
  void forget(const std::string& node);
  void say_hello(const std::string& node);
  [[nodiscard]] peer* ready(const std::string& node);

  node_services& services_;
  std::uint64_t incarnation_;
  gateway_peers known_;
  std::unordered_map<std::string, std::unique_ptr<peer>> peers_;
  std::uint64_t last_probe_ = 0;
};

}  // namespace warren::actors
