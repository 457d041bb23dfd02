#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "actors/metadata/metadata_memory.hpp"
#include "actors/metadata/metadata_messages.hpp"
#include "actors/raft/raft_host_messages.hpp"
#include "actors/runtime/services.hpp"
#include "distribution/peer_transport.hpp"
#include "storage/metadata_wire.hpp"
#include "supervision/guarded.hpp"
#include "supervision/supervisor.hpp"

namespace warren::actors {

/// The one writer of this node's metadata. A command goes one of three ways (core/metadata/cluster_metadata.hpp):
///
///     agreed      propose to the cluster's log, here or at the leader ── committed ──▶ apply, start and end actors, answer
///     here        apply, announce to the other members, start and end actors, answer
///     elsewhere   ask the home node; its announcement comes before its answer
///
/// A member alone is the same: its log is committed once it is durable. Answers come in the order in which commands were applied, after
/// the snapshot has been published and what they started runs.
class metadata_actor : public supervision::guarded<> {
 public:
  metadata_actor(caf::actor_config& config, supervision::place where, node_services& services);

 protected:
  caf::behavior make_behavior() override;

 private:
  /// Somebody who waits for a command.
  struct asker {
    caf::response_promise promise;
    metadata_answer answer;
    int waits_for = 1;      ///< actors that are starting, and the call that set it up
    raft::log_index at = 0;  ///< of an agreed command
  };
  using asker_ptr = std::shared_ptr<asker>;
  struct pending_request {
    std::string entry;  ///< agreed: for the log; otherwise for the home node
    std::string home;   ///< elsewhere
    connection_id connection;
    asker_ptr who;
    time_ms since = 0;
  };

  // commands (metadata_actor.cpp)
  void apply(command c, connection_id connection, caf::response_promise promise);
  void propose(command c, asker_ptr who);
  void name_own(command& c);
  void apply_here(const command& c, const asker_ptr& who);
  void ask_home(const command& c, std::string home, connection_id connection, asker_ptr who);
  void submit(std::uint64_t number, const pending_request& r);
  void submit_all();
  void on_committed(raft_committed& done);
  void on_restore(const raft_restore& from);
  void on_standing(raft_standing& now);
  void on_read(const raft_read_at& r);
  void on_tick();
  void write_snapshot();
  void drop_transients();
  void take(cluster_metadata::outcome& out, const asker_ptr& who);
  void publish();
  void done_with(const asker_ptr& who);
  void refuse(const asker_ptr& who, error why);

  // other members (metadata_peers.cpp)
  void on_peer_message(const distribution::peer_message& m);
  void on_peer(const std::string& from, storage::propose_message& m);
  void on_peer(const std::string& from, storage::refused_message& m);
  void on_peer(const std::string& from, storage::ask_home_message& m);
  void on_peer(const std::string& from, storage::home_answer_message& m);
  void on_peer(const std::string& from, storage::announce_message& m);
  void on_peer(const std::string& from, storage::barrier_message& m);
  void on_peer(const std::string& from, storage::barrier_passed_message& m);
  void on_peer_up(const std::string& peer);
  void on_peer_down(const std::string& peer);
  void announce(const std::vector<command>& changes);
  void announce_to(const std::string& peer, const std::vector<command>& changes, bool anew);
  void take_late();
  void pass_barriers();
  void await_home(const asker_ptr& who, const std::string& home);

  // who is a member (metadata_members.cpp)
  void join(const metadata_join& wanted, caf::response_promise promise);
  void leave(const metadata_leave& wanted, caf::response_promise promise);
  void force(caf::response_promise promise);
  void on_peer(const std::string& from, storage::join_message& m);
  void on_peer(const std::string& from, storage::leave_message& m);
  void on_peer(const std::string& from, storage::member_answer_message& m);
  void begin_join(raft::server_id server, const std::string& node, const std::string& version, bool ram,
                  std::function<void(std::string)> answer);
  void begin_leave(const std::string& node, std::function<void(std::string)> answer);
  void on_diverged(const raft_diverged& d);
  void move_members_on();
  void ask_members();
  void keep_links();
  void go_on_without_majority();

  bool say(const std::string& peer, const storage::metadata_message& m);
  [[nodiscard]] std::string leader_node() const;

  // what runs because of them (metadata_events.cpp)
  void perform(const metadata_event& e, const asker_ptr& who);
  void start_queue(const queue_created& created, const asker_ptr& who);
  void start_vhost(const std::string& name, const asker_ptr& who);
  void replay_history(const binding_created& bound);
  void start(const caf::actor& supervisor, supervision::start_dynamic what, const asker_ptr& who,
             std::function<void(const supervision::child_ref&)> then, std::string label);

  node_services& services_;
  metadata_memory& memory_;
  raft_standing standing_;
  const std::uint64_t origin_;  ///< of this run of this actor
  std::uint64_t last_request_ = 0;
  std::map<std::uint64_t, pending_request> requests_;                         ///< not answered, agreed and elsewhere
  std::map<std::uint64_t, std::pair<std::string, asker_ptr>> barriers_out_;   ///< asked of another node
  std::vector<std::tuple<std::string, std::uint64_t, raft::log_index>> barriers_in_;
  std::map<std::string, std::deque<storage::announce_message>> late_;         ///< the sender's log is ahead of ours
  std::set<std::string> up_;
  int starting_ = 0;
  bool ticking_ = false;
  std::vector<caf::response_promise> awaiting_current_;
  std::optional<raft::log_index> current_at_;
  bool asked_current_ = false;

  /// A change of the members that this node, as the leader, carries out step by step.
  struct member_change {
    raft::server_id server = 0;
    std::string node;
    bool joins = true, votes = true;
    bool asked = false;  ///< the next step, not answered yet
    std::function<void(std::string)> answer;
  };
  std::vector<member_change> changes_;
  /// What this node asked of the cluster's leader.
  struct membership_request {
    std::uint64_t number = 0;
    std::string via;
    storage::metadata_message what;
    caf::response_promise promise;
    time_ms until = 0, again = 0;
  };
  std::vector<membership_request> memberships_;
  std::set<std::string> kept_;
  time_ms leaderless_since_ = 0;
};

}  // namespace warren::actors
