#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/raft/raft_effects.hpp"
#include "core/raft/raft_log.hpp"
#include "core/raft/raft_progress.hpp"
#include "core/raft/raft_settings.hpp"

namespace warren::raft {

enum class role : std::uint8_t { follower, pre_candidate, candidate, leader };

/// Why a request was not taken. Nothing has happened then.
enum class refusal : std::uint8_t {
  none,
  not_leader,
  handing_over,  ///< leadership is being transferred: ask again in a moment
  too_large,     ///< an entry does not fit into a message
  backlog,       ///< uncommitted_bytes are waiting: ask again in a moment
  not_yet,       ///< a membership change is not committed, or nothing of this term is: ask again in a moment
  no_such_member,
  already_so,
  last_voter,
  not_caught_up,  ///< a learner whose log is too old to vote: ask again in a moment
  not_a_survivor,
};
[[nodiscard]] std::string_view text_of(refusal);

struct proposal {
  refusal refused = refusal::none;
  log_index first = 0;   ///< of the entries; the outcome is known when `first` comes out of `committed`:
  term_number term = 0;  ///< with this term it is ours, with another one it was lost
};

struct membership_change {
  enum class kind : std::uint8_t { add_learner, promote, remove };
  kind what = kind::add_learner;
  server_id id = 0;
  std::string name;  ///< add_learner only
};

/// One member of a Raft group (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", extended
/// version: "paper"; Ongaro, "Consensus: Bridging Theory and Practice", 2014: "dissertation"). Pure and deterministic:
/// events and the time go in, raft_effects come out. README.md has the rules and their sources.
///
/// Every call may move any part forward; the host performs `out` and calls tick() not later than next_deadline().
class raft_machine {
 public:
  /// `seed`: for the jitter of election times; different on each member.
  raft_machine(const raft_settings& settings, durable_state found, std::uint64_t seed, time_ms now);

  /// Founds a group: every first member is given the same configuration, before anything else.
  void found(const configuration& first, time_ms now, raft_effects& out);

  void tick(time_ms now, raft_effects& out);
  [[nodiscard]] time_ms next_deadline() const;  ///< never_ms: nothing to wait for
  static constexpr time_ms never_ms = INT64_MAX;

  void receive(message m, time_ms now, raft_effects& out);
  /// All writes up to this number are on the disk.
  void persisted(std::uint64_t write, time_ms now, raft_effects& out);
  /// liveness::host only. Links are down until they are said to be up.
  void peer_up(server_id peer, time_ms now, raft_effects& out);
  void peer_down(server_id peer, time_ms now, raft_effects& out);

  [[nodiscard]] proposal propose(std::span<const payload> commands, time_ms now, raft_effects& out);
  [[nodiscard]] refusal change(const membership_change& change, time_ms now, raft_effects& out);
  [[nodiscard]] refusal transfer(server_id to, time_ms now, raft_effects& out);
  /// At any member; answered in `reads`, always.
  void read(std::uint64_t id, time_ms now, raft_effects& out);
  /// Go on with these members only, under a new branch, unless a majority answers after all. All of them have to vote
  /// for it.
  [[nodiscard]] refusal force(branch_id branch, std::vector<server_id> survivors, time_ms now, raft_effects& out);

  // snapshots: describe() an applied index, write it with the state and durably, then say snapshot_taken()
  [[nodiscard]] snapshot_meta describe(log_index applied) const;
  void snapshot_taken(const snapshot_meta& meta);
  void snapshot_unavailable(std::uint64_t id, time_ms now, raft_effects& out);
  [[nodiscard]] bool snapshot_in_use(std::uint64_t id) const;  ///< somebody is being sent it

  [[nodiscard]] role standing() const { return role_; }
  [[nodiscard]] term_number term() const { return vote_.term; }
  [[nodiscard]] server_id leader() const { return leader_; }  ///< 0 = not known
  [[nodiscard]] server_id self() const { return settings_.self; }
  [[nodiscard]] log_index commit() const { return commit_; }
  [[nodiscard]] log_index applied() const { return applied_; }
  [[nodiscard]] const raft_log& log() const { return log_; }
  [[nodiscard]] log_index stable() const { return stable_; }
  [[nodiscard]] const snapshot_meta& snapshot() const { return *snapshot_; }
  [[nodiscard]] const configuration& members() const;
  [[nodiscard]] const branch_history& branches() const;
  [[nodiscard]] branch_id branch() const { return branches().empty() ? 0 : branches().back().id; }
  [[nodiscard]] bool leads_safely() const { return role_ == role::leader && commit_ >= term_begins_; }
  [[nodiscard]] const std::vector<follower_progress>& followers() const { return followers_; }

 private:
  struct config_point {
    log_index at = 0;
    std::shared_ptr<const configuration> members;
    std::shared_ptr<const branch_history> branches;
  };
  struct pending_write {
    std::uint64_t number = 0;
    log_index stable = 0;  ///< durable up to here once it is
    std::optional<snapshot_meta> install;
  };
  struct held_message {
    std::uint64_t needs = 0;  ///< number of a write
    message what;
  };
  struct pending_read {
    server_id from = 0;
    std::uint64_t id = 0;
    std::uint64_t round = 0;
    log_index at = 0;  ///< 0: nothing of this term is committed yet
    time_ms until = 0;
  };
  struct incoming_snapshot {
    std::shared_ptr<const snapshot_meta> meta;
    std::uint64_t received = 0;
  };
  struct forced_plan {
    branch_id branch = 0;
    std::vector<server_id> survivors;
  };
  // raft_machine.cpp: writes, messages, time
  void finish(raft_effects& out);
  void set_vote(term_number term, server_id voted_for);
  void append_own(entry_kind kind, payload bytes);
  void append_to_log(entry e);
  void truncate_log(log_index from);
  /// Waits for the vote, and for write number `needs`, to be durable.
  void send(server_id to, decltype(message::body) body, raft_effects& out, std::uint64_t needs = 0,
            term_number term = 0);
  void apply(raft_effects& out);
  void commit_to(log_index at, raft_effects& out);
  [[nodiscard]] bool reachable(server_id peer) const;
  [[nodiscard]] time_ms jittered();  ///< when the next election may begin
  void compact_to(log_index upto);
  [[nodiscard]] std::uint64_t next_write() const { return writes_ + 1; }  ///< the one that is being built

  // raft_election.cpp
  void follow(term_number term, server_id leader, raft_effects& out);
  void start_trial(raft_effects& out);
  void start_election(bool transfer, raft_effects& out);
  void ask_for_votes(bool trial, bool transfer, raft_effects& out);
  void count_vote(server_id from, raft_effects& out);
  void count_own_vote(raft_effects& out);
  void lead(raft_effects& out);
  [[nodiscard]] bool may_stand() const;
  [[nodiscard]] bool leader_lives() const;
  [[nodiscard]] bool quorum_reachable() const;
  void on(server_id from, term_number term, const vote_request& v, raft_effects& out);
  void on(server_id from, term_number term, const vote_reply& v, raft_effects& out);
  void on(server_id from, term_number term, const timeout_now&, raft_effects& out);

  // raft_follower.cpp
  void on(server_id from, term_number term, append_request& a, branch_id branch, raft_effects& out);
  void on(server_id from, term_number term, snapshot_chunk& c, branch_id branch, raft_effects& out);
  void acknowledge(server_id to, branch_id of, log_index match, std::uint64_t round, bool at_once, raft_effects& out);
  [[nodiscard]] std::uint64_t write_covering(log_index at) const;  ///< 0: durable already
  [[nodiscard]] bool accept_leader(server_id from, term_number term, branch_id branch, raft_effects& out);
  void install(const std::shared_ptr<const snapshot_meta>& meta);

  // raft_leader.cpp
  void on(server_id from, term_number term, const append_reply& r, raft_effects& out);
  void on(server_id from, term_number term, const snapshot_reply& r, raft_effects& out);
  void replicate(follower_progress& f, bool even_if_empty, raft_effects& out);
  void send_append(follower_progress& f, bool with_entries, raft_effects& out);
  void send_chunks(follower_progress& f, raft_effects& out);
  void broadcast(bool even_if_empty, raft_effects& out);
  void leader_tick(raft_effects& out);
  void count_commit(raft_effects& out);
  void heard(follower_progress& f, std::uint64_t round, raft_effects& out);
  [[nodiscard]] bool settled() const;
  [[nodiscard]] follower_progress* progress_of(server_id id);

  // raft_membership.cpp
  void configure(log_index at, std::shared_ptr<const configuration> members,
                 std::shared_ptr<const branch_history> branches);
  [[nodiscard]] bool configure_from(const entry& e);
  void renew_followers();
  void after_commit(raft_effects& out);
  void move_transfer_on(raft_effects& out);

  // raft_read.cpp
  void on(server_id from, term_number term, const read_request& r, raft_effects& out);
  void on(server_id from, term_number term, const read_reply& r, raft_effects& out);
  void register_read(server_id from, std::uint64_t id, raft_effects& out);
  void answer_reads(raft_effects& out);
  void fail_reads(raft_effects& out);
  void expire_reads(raft_effects& out);
  [[nodiscard]] std::uint64_t confirmed_round() const;

  // raft_fork.cpp
  [[nodiscard]] bool pass_branch(const message& m, raft_effects& out);
  [[nodiscard]] bool may_follow(const branch_history& theirs) const;
  void on(server_id from, term_number term, const branch_notice& n, raft_effects& out);
  void report_divergence(server_id peer, const branch_history& theirs, raft_effects& out);
  void begin_branch();

  raft_settings settings_;
  time_ms now_ = 0;
  std::uint64_t random_;

  hard_state vote_;
  raft_log log_;
  log_index stable_ = 0;
  log_index commit_ = 0;
  log_index applied_ = 0;
  std::vector<config_point> points_;  ///< at least one: where the configuration changed, from the log's base on
  std::shared_ptr<const snapshot_meta> snapshot_;

  std::uint64_t writes_ = 0;      ///< issued
  std::uint64_t durable_ = 0;     ///< of them
  std::uint64_t vote_write_ = 0;  ///< the one that has vote_
  log_write building_;
  bool anything_to_write_ = false;
  bool standing_changed_ = false;
  std::vector<pending_write> pending_;
  std::vector<held_message> held_;

  role role_ = role::follower;
  server_id leader_ = 0;
  time_ms leader_heard_at_ = 0;
  time_ms election_at_ = 0;
  std::vector<server_id> votes_;
  std::optional<forced_plan> plan_;
  std::vector<server_id> up_;  ///< liveness::host
  std::optional<incoming_snapshot> incoming_;
  bool installing_ = false;  ///< the log begins after a snapshot that is not durable yet

  // of a leader
  std::vector<follower_progress> followers_;
  log_index term_begins_ = 0;  ///< index of its first entry
  std::uint64_t round_ = 0;
  time_ms heartbeat_at_ = 0;
  time_ms quorum_at_ = 0;  ///< a majority was last known to be there
  server_id transfer_to_ = 0;
  time_ms transfer_until_ = 0;
  bool transfer_sent_ = false;
  std::size_t uncommitted_bytes_ = 0;
  std::vector<pending_read> reads_;  ///< a leader's, and a follower's that wait for the leader's answer
};

}  // namespace warren::raft
