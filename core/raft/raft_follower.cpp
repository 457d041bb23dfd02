#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/raft/planted_bug.hpp"
#include "core/raft/raft_codec.hpp"
#include "core/raft/raft_machine.hpp"

// What a leader sends: paper 5.3 and figure 2 (AppendEntries), 7 and figure 13 (InstallSnapshot).

namespace warren::raft {

bool raft_machine::accept_leader(server_id from, term_number term, branch_id sender, raft_effects& out) {
  if (term < vote_.term) {  // it learns the term from this
    send(from, append_reply{sender, false, 0, 0, 0, commit_, 0}, out);
    return false;
  }
  if (term > vote_.term || role_ != role::follower || leader_ != from) {
    WARREN_ENSURE(!(role_ == role::leader && term == vote_.term && sender == branch()));  // election safety
    follow(term, from, out);
  }
  leader_heard_at_ = now_;
  election_at_ = jittered();
  plan_.reset();
  return true;
}

void raft_machine::on(server_id from, term_number term, append_request& a, branch_id sender, raft_effects& out) {
  for (const entry& e : a.entries)  // what cannot be read cannot be appended: a sender that is broken or not one of us
    if ((e.kind == entry_kind::configuration && !decode_configuration(e.view())) ||
        (e.kind == entry_kind::fork && !decode_fork(e.view())))
      return;
  if (!accept_leader(from, term, sender, out)) return;
  const log_index verified = a.previous + a.entries.size();
  if (a.previous >= log_.base()) {  // below it everything is committed, hence the same
    const bool fits =
        log_.knows(a.previous) && (log_.term_at(a.previous) == a.previous_term || planted(bug::unchecked_append));
    if (!fits) {
      const log_index hint = log_.last_not_after(a.previous, a.previous_term);
      return send(from, append_reply{sender, false, a.previous, hint, log_.term_at(hint), commit_, a.round}, out);
    }
  }
  for (entry& e : a.entries) {
    if (e.at <= log_.base()) continue;
    if (e.at <= log_.last()) {
      if (log_.term_at(e.at) == e.term) continue;
      truncate_log(e.at);
    }
    if (e.term < log_.last_term()) return;  // no leader's log is like that
    append_to_log(std::move(e));
  }
  if (planted(bug::stale_truncation) && log_.last() > verified && verified >= std::max(commit_, log_.base()) &&
      building_.entries.empty() && !a.entries.empty())
    truncate_log(verified + 1);
  commit_to(std::min(a.commit, planted(bug::unverified_commit) ? log_.last() : std::min(verified, log_.last())), out);
  acknowledge(from, sender, verified, a.round, a.entries.empty(), out);
}

std::uint64_t raft_machine::write_covering(log_index at) const {
  if (at <= stable_) return 0;
  for (const pending_write& p : pending_)
    if (p.stable >= at) return p.number;
  return next_write();
}

/// Only when everything up to `match` is durable here (dissertation 3.8; what the leader counts is on the disk).
/// `at_once`: the leader wants to know who is there, and is told now what is durable already.
void raft_machine::acknowledge(server_id to, branch_id of, log_index match, std::uint64_t round, bool at_once,
                               raft_effects& out) {
  if (planted(bug::early_acknowledgement)) return send(to, append_reply{of, true, match, 0, 0, commit_, round}, out);
  const std::uint64_t needs = write_covering(match);
  if (needs != 0 && at_once)
    return send(to, append_reply{of, true, std::min(match, stable_), 0, 0, commit_, round}, out);
  send(to, append_reply{of, true, match, 0, 0, commit_, round}, out, needs);
}

void raft_machine::on(server_id from, term_number term, snapshot_chunk& c, branch_id sender, raft_effects& out) {
  if (!accept_leader(from, term, sender, out)) return;
  const snapshot_meta& meta = *c.meta;
  snapshot_reply reply{sender, meta.at, meta.id, 0, false};
  const bool have_it = meta.at <= commit_ || (log_.knows(meta.at) && log_.term_at(meta.at) == meta.term);
  if (have_it) {  // figure 13, step 6: what follows it stays
    commit_to(meta.at, out);
    if (incoming_ && incoming_->meta->at <= commit_) incoming_.reset();
    reply.offset = meta.bytes;
    reply.stored = true;
    return send(from, reply, out, write_covering(meta.at));
  }
  if (!incoming_ || incoming_->meta->id != meta.id || incoming_->meta->at != meta.at) {
    if (c.offset != 0) return send(from, reply, out);  // from the beginning, please
    incoming_ = incoming_snapshot{c.meta, 0};
  }
  if (c.offset == incoming_->received) {
    incoming_->received += c.data.size();
    out.received.push_back({incoming_->meta, c.offset, std::move(c.data)});
  }
  reply.offset = incoming_->received;
  if (incoming_->received < meta.bytes) return send(from, reply, out);
  install(std::exchange(incoming_, std::nullopt)->meta);
  reply.stored = true;
  send(from, reply, out, next_write());
}

/// The log has nothing that agrees with the snapshot: all of it goes (figure 13, step 7).
void raft_machine::install(const std::shared_ptr<const snapshot_meta>& meta) {
  std::vector<entry> kept;
  if (planted(bug::kept_suffix))
    for (log_index i = meta->at + 1; i <= log_.last(); ++i) kept.push_back(log_.at(i));
  for (pending_write& p : pending_) p.stable = std::min(p.stable, commit_);
  stable_ = std::min(stable_, commit_);
  log_.reset(meta->at, meta->term);
  points_.clear();
  points_.push_back({meta->at, std::make_shared<const configuration>(meta->members),
                     std::make_shared<const branch_history>(meta->branches)});
  commit_ = meta->at;
  snapshot_ = meta;
  installing_ = true;
  standing_changed_ = true;
  WARREN_ENSURE(building_.entries.empty() && building_.truncate_from == 0);
  building_.install = *meta;
  anything_to_write_ = true;
  for (entry& e : kept)
    if (e.term >= log_.last_term()) append_to_log(std::move(e));
}

}  // namespace warren::raft
