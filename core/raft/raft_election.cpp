#include <algorithm>

#include "core/base/assert.hpp"
#include "core/raft/planted_bug.hpp"
#include "core/raft/raft_machine.hpp"

// Leader election: paper 5.2 and 5.4.1; pre-vote: dissertation 9.6; a leader's followers protect it: dissertation 4.2.3
// and 6.2.

namespace warren::raft {

/// A member whose removal is not committed may still be needed: the others' logs may be too old to be elected (dissertation 4.2.2).
bool raft_machine::may_stand() const {
  if (members().has_voter(settings_.self)) return true;
  return points_.size() > 1 && points_.back().at > commit_ && points_[points_.size() - 2].members->has_voter(settings_.self);
}

/// Followers of a living leader refuse to elect another one. A leader that was removed is not protected (and with
/// host-driven liveness nothing else would tell that it is none any more).
bool raft_machine::leader_lives() const {
  if (role_ == role::leader) return true;
  if (leader_ == 0) return false;
  if (settings_.alive_by == liveness::heartbeats) return now_ - leader_heard_at_ < settings_.election_ms;
  return reachable(leader_) && members().has_voter(leader_);
}

/// A leader that does not hear from a majority steps down (dissertation 6.2): its clients look for another one.
bool raft_machine::quorum_reachable() const {
  std::size_t there = members().has_voter(settings_.self) ? 1 : 0;
  for (const follower_progress& f : followers_)
    if (members().has_voter(f.id) &&
        (settings_.alive_by == liveness::heartbeats ? now_ - f.heard_at < settings_.election_ms : reachable(f.id)))
      ++there;
  return there >= majority_of(members().voters());
}

void raft_machine::follow(term_number term, server_id leader, raft_effects& out) {
  if (role_ == role::leader || leader != leader_) fail_reads(out);
  if (role_ != role::follower || leader != leader_) {
    standing_changed_ = true;
    election_at_ = jittered();
  }
  if (term > vote_.term) set_vote(term, 0);
  role_ = role::follower;
  leader_ = leader;
  votes_.clear();
  std::vector<follower_progress>().swap(followers_);
  transfer_to_ = 0;
}

// ---- standing

void raft_machine::start_trial(raft_effects& out) {
  if (plan_) return start_election(false, out);
  follow(vote_.term, 0, out);
  role_ = role::pre_candidate;
  election_at_ = jittered();
  ask_for_votes(true, false, out);
  count_vote(settings_.self, out);
}

void raft_machine::start_election(bool transfer, raft_effects& out) {
  follow(vote_.term, 0, out);
  role_ = role::candidate;
  set_vote(vote_.term + 1, settings_.self);
  election_at_ = jittered();
  ask_for_votes(false, transfer, out);  // sent when the own vote is durable, and it is counted then
}

void raft_machine::ask_for_votes(bool trial, bool transfer, raft_effects& out) {
  const vote_request ask{log_.last(), log_.last_term(), trial, transfer};
  for (const server_id id : members().voter_ids())
    if (id != settings_.self) send(id, ask, out, 0, trial ? vote_.term + 1 : vote_.term);
}

void raft_machine::count_own_vote(raft_effects& out) {
  if (role_ == role::candidate && vote_write_ <= durable_) count_vote(settings_.self, out);
}

void raft_machine::count_vote(server_id from, raft_effects& out) {
  if (!members().has_voter(from) || std::find(votes_.begin(), votes_.end(), from) != votes_.end()) return;
  votes_.push_back(from);
  if (votes_.size() >= majority_of(members().voters())) {
    plan_.reset();  // no need for force
    if (role_ == role::pre_candidate) return start_election(false, out);
    return lead(out);
  }
  if (role_ != role::candidate || !plan_) return;
  const auto voted = [this](server_id s) { return std::find(votes_.begin(), votes_.end(), s) != votes_.end(); };
  if (std::all_of(plan_->survivors.begin(), plan_->survivors.end(), voted)) lead(out);
}

void raft_machine::lead(raft_effects& out) {
  role_ = role::leader;
  leader_ = settings_.self;
  standing_changed_ = true;
  votes_.clear();
  std::vector<follower_progress>().swap(followers_);
  round_ = 0;
  quorum_at_ = now_;
  heartbeat_at_ = now_ + settings_.heartbeat_ms;
  transfer_to_ = 0;
  uncommitted_bytes_ = 0;
  for (log_index i = commit_ + 1; i <= log_.last(); ++i) uncommitted_bytes_ += log_.at(i).size();
  term_begins_ = log_.last() + 1;
  renew_followers();
  if (plan_) {
    begin_branch();
  } else {
    append_own(entry_kind::no_op, {});  // paper 8: entries of older terms are committed through one of its own
  }
  broadcast(true, out);
}

// ---- voting

void raft_machine::on(server_id from, term_number term, const vote_request& v, raft_effects& out) {
  if (leader_ == from && from != settings_.self) {  // then it does not lead any more
    leader_ = 0;
    standing_changed_ = true;
    fail_reads(out);
    election_at_ = jittered();
  }
  const bool good_log = planted(bug::blind_vote) || log_.not_newer_than(v.last, v.last_term);
  if (v.trial) {
    const bool granted = term > vote_.term && good_log && !leader_lives();
    return send(from, vote_reply{granted, true}, out, 0, granted ? term : vote_.term);
  }
  if (term > vote_.term) {
    if (!v.transfer && leader_lives()) return;  // and its term is not taken over
    follow(term, 0, out);
  }
  const bool granted = term == vote_.term && good_log && (vote_.voted_for == 0 || vote_.voted_for == from);
  if (granted) {
    if (vote_.voted_for != from) set_vote(term, from);
    election_at_ = jittered();
  }
  send(from, vote_reply{granted, false}, out);
}

void raft_machine::on(server_id from, term_number term, const vote_reply& v, raft_effects& out) {
  if (v.trial && v.granted) {
    if (role_ == role::pre_candidate && term == vote_.term + 1) count_vote(from, out);
    return;
  }
  if (term > vote_.term) return follow(term, 0, out);
  if (!v.trial && v.granted && role_ == role::candidate && term == vote_.term) count_vote(from, out);
}

void raft_machine::on(server_id from, term_number term, const timeout_now&, raft_effects& out) {
  if (term == vote_.term && leader_ == from && role_ == role::follower && may_stand()) start_election(true, out);
}

}  // namespace warren::raft
