#pragma once

#include <caf/all.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/raft/raft_host_messages.hpp"
#include "actors/runtime/services.hpp"
#include "distribution/peer_transport.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// Who this node is in its Raft groups, over its restarts; a new data directory is another server.
struct raft_identity {
  raft::server_id self = 0;
  time_ms election_ms = 1000;
};

/// Runs the node's members of Raft groups: writes go to the node's log, messages of all groups to one node into one message a
/// turn, one timer serves all. A group in which nothing happens costs nothing: the ends of links say who is gone.
class raft_host_actor : public supervision::guarded<> {
 public:
  /// `transport` may be null: a node that is nobody's member.
  raft_host_actor(caf::actor_config& config, supervision::place where, node_services& services, distribution::peer_transport* transport,
                  raft_identity who);

 protected:
  caf::behavior make_behavior() override;

 private:
  struct group {
    raft_group id = 0;
    std::unique_ptr<raft::raft_machine> machine;
    caf::actor user;
    std::shared_ptr<const std::string> snapshot;  ///< the bytes of the newest durable one
    std::string incoming;                         ///< of one that is being received
    std::shared_ptr<const std::string> installed;  ///< received whole, on its way to the disk
    time_ms deadline = raft::raft_machine::never_ms;
    bool snapshot_asked = false;
  };

  void open(raft_open& wanted);
  void attach(raft_attach& wanted);
  void receive(const distribution::peer_message& m);
  void peer_changed(const std::string& peer, bool up);
  void tick();
  template <class Call>
  raft::refusal on_group(raft_group id, Call&& call);
  void took_snapshot(raft_snapshot& taken);

  void perform(group& g);
  void perform_disk(group& g, raft::raft_effects& due);
  void perform_user(group& g, raft::raft_effects& due);
  void meet_members(group& g);
  void send_message(group& g, const raft::message& m);
  void send_chunk(group& g, raft::chunk_to_send& chunk);
  void tell_standing(group& g);
  void flush_batches();
  void arm(group& g);
  void learn(raft::server_id id, const std::string& node);

  node_services& services_;
  distribution::peer_transport* transport_;
  raft_identity who_;
  std::map<raft_group, group> groups_;
  raft::raft_effects effects_;
  std::unordered_map<raft::server_id, std::string> names_;
  std::set<std::string> up_;
  std::map<std::string, std::string> batches_;  ///< by node, of this turn
  std::set<std::pair<time_ms, raft_group>> deadlines_;
  std::optional<time_ms> armed_;
};

}  // namespace warren::actors
