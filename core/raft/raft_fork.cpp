#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/raft/raft_codec.hpp"
#include "core/raft/raft_machine.hpp"

// Survivors without a majority (DESIGN.md section 6). Not from the paper.
//
//                                 ┌── fork entry: branch 7, forced by A, survivors {A, B} ── …      the branch
//     ── … ── … ── last shared ───┤
//                                 └── …                                                            the trunk, if it
//                                 went on
//
// 1. A is told to force. It stands for election as ever, but without a trial. When a majority votes for it after all,
// it
//    simply leads.
// 2. When all survivors have voted for it, durably, its log is the newest of theirs (paper 5.4.1), and none of them
// helps an
//    older leader to commit anything any more. It leads; its first entry makes the survivors the configuration, and
//    begins the branch.
// 3. Every message carries the branch of its sender. Logs of different branches are never compared by index and term:
// both
//    sides may have used the same ones.
// 4. A server of the old configuration comes back, without that branch. It may follow, and give up what its log has
// beyond
//    the branch, only when none of that can have been committed:
//    a) the branch's log at the fork was at least as new as its own: by the argument of leader completeness
//    (paper 5.4.3) it
//       then contains every entry that was committed and that this server has; or
//    b) every majority of the old configuration, and of the one that this server knows, contains a survivor: whatever
//    was
//       committed is on a survivor, and so on the branch.
//    Otherwise both have forked, and say so. Nothing is merged.
// 5. It is a member again when the branch's leader adds it, as any other server.

namespace warren::raft {

refusal raft_machine::force(branch_id branch, std::vector<server_id> survivors, time_ms now, raft_effects& out) {
  now_ = now;
  if (role_ == role::leader && quorum_reachable()) return refusal::already_so;
  if (branch == 0 || survivors.empty()) return refusal::not_a_survivor;
  for (const branch_record& r : branches())
    if (r.id == branch) return refusal::already_so;
  bool with_me = false;
  for (const server_id s : survivors) {
    if (!members().has_voter(s)) return refusal::not_a_survivor;
    with_me = with_me || s == settings_.self;
  }
  if (!with_me) return refusal::not_a_survivor;
  plan_ = forced_plan{branch, std::move(survivors)};
  start_election(false, out);
  finish(out);
  return refusal::none;
}

void raft_machine::begin_branch() {
  const forced_plan plan = *std::exchange(plan_, std::nullopt);
  fork_content fork;
  fork.record = {plan.branch, log_.last(), log_.last_term(), settings_.self, plan.survivors, members().voter_ids()};
  for (const server_id s : plan.survivors) fork.survivors.set(*members().find(s));
  auto bytes = std::make_shared<std::string>();
  encode_fork(fork.record, fork.survivors, *bytes);
  append_own(entry_kind::fork, std::move(bytes));
}

namespace {

/// Is there a survivor in every majority of these?
bool in_every_majority(const std::vector<server_id>& survivors, const std::vector<server_id>& voters) {
  const auto others = static_cast<std::size_t>(std::count_if(voters.begin(), voters.end(), [&](server_id v) {
    return std::find(survivors.begin(), survivors.end(), v) == survivors.end();
  }));
  return others < majority_of(voters.size());
}

bool begins_with(const branch_history& longer, const branch_history& shorter) {
  return longer.size() >= shorter.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

}  // namespace

bool raft_machine::may_follow(const branch_history& theirs) const {
  if (!begins_with(theirs, branches()) || theirs.size() == branches().size()) return false;
  const branch_record& r = theirs[branches().size()];
  if (commit_ > r.from) return false;
  if (log_.not_newer_than(r.from, r.from_term)) return true;
  return in_every_majority(r.survivors, r.old_voters) && in_every_majority(r.survivors, members().voter_ids());
}

/// False: the message is of another branch, and that was all there is to say about it.
bool raft_machine::pass_branch(const message& m, raft_effects& out) {
  if (const auto* r = std::get_if<append_reply>(&m.body)) return r->of == branch();
  if (const auto* r = std::get_if<snapshot_reply>(&m.body)) return r->of == branch();
  if (m.branch == branch() || std::holds_alternative<branch_notice>(m.body)) return true;
  const branch_history* theirs = nullptr;
  if (const auto* a = std::get_if<append_request>(&m.body)) theirs = &a->branches;
  if (const auto* c = std::get_if<snapshot_chunk>(&m.body)) theirs = &c->branches;
  const bool told = theirs != nullptr && (theirs->empty() ? 0 : theirs->back().id) == m.branch;
  if (told && may_follow(*theirs)) return true;
  if (told) report_divergence(m.from, *theirs, out);
  const bool asks =
      theirs != nullptr || std::holds_alternative<vote_request>(m.body) || std::holds_alternative<read_request>(m.body);
  const bool forked = told && !begins_with(branches(), *theirs);
  if (asks) send(m.from, branch_notice{branches(), forked}, out);
  return false;
}

void raft_machine::on(server_id from, term_number, const branch_notice& n, raft_effects& out) {
  if (n.branches == branches()) return;
  if (n.forked) {
    out.divergences.push_back({from, divergence::kind::forked, n.branches});
    return;
  }
  report_divergence(from, n.branches, out);
  follower_progress* f = progress_of(from);
  if (f == nullptr || !begins_with(branches(), n.branches)) return;
  f->on_branch = false;  // it lacks the fork entry: the next append tells it all
  f->probe(f->match + 1);
  replicate(*f, false, out);
}

void raft_machine::report_divergence(server_id peer, const branch_history& theirs, raft_effects& out) {
  auto what = divergence::kind::forked;
  if (begins_with(branches(), theirs)) what = divergence::kind::behind;
  if (may_follow(theirs)) what = divergence::kind::ahead;
  out.divergences.push_back({peer, what, theirs});
}

}  // namespace warren::raft
