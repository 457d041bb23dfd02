#include <algorithm>

#include "core/base/assert.hpp"
#include "core/raft/planted_bug.hpp"
#include "core/raft/raft_codec.hpp"
#include "core/raft/raft_machine.hpp"

// One server at a time (dissertation 4.1), with the correction of July 2015 (raft-dev, "bug in single-server membership
// changes"): a leader begins a change only after it has committed an entry of its own term. Learners: 4.2.1; removal of
// the leader: 4.2.2; leadership transfer: 3.10.

namespace warren::raft {

refusal raft_machine::change(const membership_change& change, time_ms now, raft_effects& out) {
  now_ = now;
  if (role_ != role::leader) return refusal::not_leader;
  if (transfer_to_ != 0) return refusal::handing_over;
  if ((points_.back().at > commit_ || !leads_safely()) && !planted(bug::two_changes)) return refusal::not_yet;
  configuration next = members();
  const member* now_there = members().find(change.id);
  switch (change.what) {
    case membership_change::kind::add_learner:
      if (change.id == 0) return refusal::no_such_member;
      if (now_there != nullptr) return refusal::already_so;
      next.set({change.id, change.name, member_role::learner});
      break;
    case membership_change::kind::promote: {
      if (now_there == nullptr) return refusal::no_such_member;
      if (now_there->role == member_role::voter) return refusal::already_so;
      const follower_progress* f = progress_of(change.id);
      if (f != nullptr && f->match < commit_) return refusal::not_caught_up;  // it would hold up the next commit
      next.set({change.id, now_there->name, member_role::voter});
      break;
    }
    case membership_change::kind::remove:
      if (now_there == nullptr) return refusal::no_such_member;
      if (now_there->role == member_role::voter && members().voters() == 1) return refusal::last_voter;
      next.erase(change.id);
      break;
  }
  auto bytes = std::make_shared<std::string>();
  encode(next, *bytes);
  append_own(entry_kind::configuration, std::move(bytes));
  broadcast(false, out);
  finish(out);
  return refusal::none;
}

/// A configuration counts from the moment that it is in the log (dissertation 4.1).
void raft_machine::configure(log_index at, std::shared_ptr<const configuration> next,
                             std::shared_ptr<const branch_history> branches) {
  if (branches->size() != points_.back().branches->size()) held_.clear();  // answers to another branch
  const bool led = leader_ != 0 && role_ != role::leader && members().has_voter(leader_);
  points_.push_back({at, std::move(next), std::move(branches)});
  standing_changed_ = true;
  if (led && !members().has_voter(leader_)) election_at_ = jittered();
  if (role_ == role::leader) renew_followers();
}

/// False: it should change the configuration, and cannot be read.
bool raft_machine::configure_from(const entry& e) {
  if (e.kind == entry_kind::configuration) {
    auto c = decode_configuration(e.view());
    if (!c) return false;
    configure(e.at, std::make_shared<const configuration>(std::move(*c)), points_.back().branches);
  } else if (e.kind == entry_kind::fork) {
    auto f = decode_fork(e.view());
    if (!f) return false;
    branch_history branches = *points_.back().branches;
    branches.push_back(std::move(f->record));
    configure(e.at, std::make_shared<const configuration>(std::move(f->survivors)),
              std::make_shared<const branch_history>(std::move(branches)));
  }
  return true;
}

void raft_machine::renew_followers() {
  std::erase_if(followers_, [this](const follower_progress& f) { return members().find(f.id) == nullptr; });
  for (const member& m : members().members) {
    if (m.id == settings_.self || progress_of(m.id) != nullptr) continue;
    follower_progress f;
    f.id = m.id;
    f.next = log_.last() + 1;
    f.heard_at = now_;
    followers_.push_back(std::move(f));
  }
}

/// A leader whose removal is committed goes (dissertation 4.2.2), and says so to the one that should follow it.
void raft_machine::after_commit(raft_effects& out) {
  for (pending_read& r : reads_)
    if (r.at == 0 && leads_safely()) r.at = commit_;
  answer_reads(out);
  if (members().has_voter(settings_.self) || points_.back().at > commit_) return;
  broadcast(false, out);  // the commit index, for the last time
  const auto best = std::max_element(followers_.begin(), followers_.end(), [this](const auto& a, const auto& b) {
    return std::pair(members().has_voter(a.id), a.match) < std::pair(members().has_voter(b.id), b.match);
  });
  if (best != followers_.end() && members().has_voter(best->id)) send(best->id, timeout_now{}, out);
  // The links stay up: those who do not learn of the removal would wait for this leader for ever. A trial vote that nobody grants
  // tells them that it leads no more.
  const vote_request no_more{log_.last(), log_.last_term(), true, false};
  for (const follower_progress& f : followers_) send(f.id, no_more, out);
  follow(vote_.term, 0, out);
}

refusal raft_machine::transfer(server_id to, time_ms now, raft_effects& out) {
  now_ = now;
  if (role_ != role::leader) return refusal::not_leader;
  if (to == settings_.self) return refusal::already_so;
  if (!members().has_voter(to)) return refusal::no_such_member;
  if (transfer_to_ != 0) return refusal::handing_over;
  if (!reachable(to)) return refusal::not_caught_up;
  transfer_to_ = to;
  transfer_sent_ = false;
  transfer_until_ = now + settings_.election_ms;
  move_transfer_on(out);
  finish(out);
  return refusal::none;
}

void raft_machine::move_transfer_on(raft_effects& out) {
  if (role_ != role::leader || transfer_to_ == 0 || transfer_sent_) return;
  const follower_progress* f = progress_of(transfer_to_);
  if (f == nullptr || f->match != log_.last()) return;
  transfer_sent_ = true;
  send(transfer_to_, timeout_now{}, out);
}

}  // namespace warren::raft
