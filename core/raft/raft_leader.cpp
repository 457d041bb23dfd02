#include <algorithm>
#include <functional>

#include "core/base/assert.hpp"
#include "core/raft/planted_bug.hpp"
#include "core/raft/raft_codec.hpp"
#include "core/raft/raft_machine.hpp"

// Replication: paper 5.3 and 5.4.2; batches and pipelining: dissertation 10.2; entries are sent while the leader's own
// disk still writes them (10.2.1), which then counts like any other member's.

namespace warren::raft {

using mode = follower_progress::mode;

follower_progress* raft_machine::progress_of(server_id id) {
  for (follower_progress& f : followers_)
    if (f.id == id) return &f;
  return nullptr;
}

void raft_machine::broadcast(bool even_if_empty, raft_effects& out) {
  for (follower_progress& f : followers_) replicate(f, even_if_empty, out);
}

/// Sends what the follower lacks, as far as it may be sent now.
void raft_machine::replicate(follower_progress& f, bool even_if_empty, raft_effects& out) {
  if (!reachable(f.id)) return;
  if (f.how != mode::snapshot && f.next <= log_.base()) {
    f.how = mode::snapshot;
    f.inflight.clear();
    f.inflight_bytes = 0;
  }
  switch (f.how) {
    case mode::snapshot:
      send_chunks(f, out);
      if (even_if_empty) send_append(f, false, out);
      return;
    case mode::probe:
      if (!f.waiting) {
        f.waiting = true;
        send_append(f, true, out);
      } else if (even_if_empty) {
        send_append(f, false, out);
      }
      return;
    case mode::replicate: break;
  }
  bool sent = false;
  while (f.next <= log_.last() && f.inflight.size() < settings_.inflight_messages &&
         f.inflight_bytes < settings_.inflight_bytes) {
    send_append(f, true, out);
    sent = true;
  }
  if (!sent && (even_if_empty || f.commit_sent < commit_)) send_append(f, false, out);
}

void raft_machine::send_append(follower_progress& f, bool with_entries, raft_effects& out) {
  append_request a;
  if (f.how != mode::snapshot) {  // otherwise it is about nothing but being there
    a.previous = f.next - 1;
    a.previous_term = log_.term_at(a.previous);
  }
  a.commit = commit_;
  a.round = round_;
  if (!f.on_branch) a.branches = branches();
  if (with_entries && f.next <= log_.last()) {
    const auto batch = log_.from(f.next, settings_.message_bytes - message_overhead);
    a.entries.assign(batch.begin(), batch.end());
    if (f.how == mode::replicate) {
      std::size_t bytes = 0;
      for (const entry& e : batch) bytes += entry_overhead + e.size();
      f.inflight.push_back({batch.back().at, bytes});
      f.inflight_bytes += bytes;
      f.next = batch.back().at + 1;
    }
  }
  f.commit_sent = commit_;
  if (settings_.alive_by == liveness::host && heartbeat_at_ <= now_) heartbeat_at_ = now_ + settings_.heartbeat_ms;
  send(f.id, std::move(a), out);
}

void raft_machine::send_chunks(follower_progress& f, raft_effects& out) {
  if (!f.snapshot) {
    f.snapshot = std::make_unique<follower_progress::transfer>();
    f.snapshot->meta = snapshot_;
    f.snapshot->progress_at = now_;
    WARREN_ENSURE(snapshot_->at >= log_.base());
  }
  follower_progress::transfer& t = *f.snapshot;
  const std::uint64_t window = settings_.chunk_bytes * std::uint64_t{settings_.inflight_chunks};
  const bool empty = t.meta->bytes == 0 && t.sent == 0 && t.progress_at == now_;
  while (empty || (t.sent < t.meta->bytes && t.sent < t.acked + window)) {
    const std::uint64_t bytes = std::min<std::uint64_t>(settings_.chunk_bytes, t.meta->bytes - t.sent);
    message m{settings_.self, f.id, vote_.term, branch(),
              snapshot_chunk{t.meta, t.sent, {}, f.on_branch ? branch_history{} : branches()}};
    out.chunks.push_back({std::move(m), static_cast<std::uint32_t>(bytes)});
    t.sent += bytes;
    if (empty) break;
  }
  if (settings_.alive_by == liveness::host && heartbeat_at_ <= now_) heartbeat_at_ = now_ + settings_.heartbeat_ms;
}

// ---- answers

void raft_machine::heard(follower_progress& f, std::uint64_t round, raft_effects& out) {
  f.heard_at = now_;
  if (round <= f.round) return;
  f.round = round;
  answer_reads(out);
}

void raft_machine::on(server_id from, term_number term, const append_reply& r, raft_effects& out) {
  if (term > vote_.term) return follow(term, 0, out);
  follower_progress* f = progress_of(from);
  if (role_ != role::leader || term < vote_.term || f == nullptr) return;
  if (r.accepted && r.match > log_.last()) return;  // of nothing that this leader sent
  heard(*f, r.round, out);
  f->commit_known = std::max(f->commit_known, std::min(r.commit, commit_));
  if (!r.accepted) {
    const bool stale = f->how == mode::snapshot || r.match <= f->match ||
                       (f->how == mode::probe && r.match != f->next - 1) || r.match >= f->next;
    if (stale) return;
    const log_index hint = r.hint < log_.base() ? r.hint : log_.last_not_after(r.hint, r.hint_term);
    f->probe(std::max(f->match, std::min(hint, r.match - 1)) + 1);
    return replicate(*f, false, out);
  }
  f->match = std::max(f->match, r.match);
  f->answered_up_to(f->match);
  if (f->how == mode::snapshot && f->match >= log_.base() && !f->snapshot) f->probe(f->match + 1);
  if (f->how == mode::snapshot && f->match >= f->snapshot->meta->at) f->probe(f->match + 1);
  if (f->how == mode::probe && r.match >= f->next - 1) {
    f->probe(f->match + 1);
    f->how = mode::replicate;
  }
  f->next = std::max(f->next, f->match + 1);
  count_commit(out);
  if (role_ != role::leader) return;
  if ((f = progress_of(from)) == nullptr) return;
  replicate(*f, false, out);
  move_transfer_on(out);
}

void raft_machine::on(server_id from, term_number term, const snapshot_reply& r, raft_effects& out) {
  if (term > vote_.term) return follow(term, 0, out);
  follower_progress* f = progress_of(from);
  if (role_ != role::leader || term < vote_.term || f == nullptr) return;
  heard(*f, f->round, out);
  if (!f->snapshot || f->snapshot->meta->id != r.id || f->snapshot->meta->at != r.at) return;
  if (r.stored) {
    f->match = std::max(f->match, r.at);
    f->probe(f->match + 1);
    count_commit(out);
    if (role_ == role::leader && (f = progress_of(from)) != nullptr) replicate(*f, false, out);
    return;
  }
  follower_progress::transfer& t = *f->snapshot;
  if (r.offset > t.meta->bytes) return;
  if (r.offset > t.acked) {
    t.acked = r.offset;
    t.sent = std::max(t.sent, t.acked);
    t.progress_at = now_;
  } else if (r.offset < t.acked) {  // it has forgotten: a restart, or a transfer of somebody else in between
    t.acked = t.sent = r.offset;
    t.progress_at = now_;
  }
  send_chunks(*f, out);
}

// ---- time

bool raft_machine::settled() const {
  if (!reads_.empty() || transfer_to_ != 0) return false;
  return std::all_of(followers_.begin(), followers_.end(), [this](const follower_progress& f) {
    return !reachable(f.id) || (f.match == log_.last() && f.commit_known == commit_);
  });
}

void raft_machine::leader_tick(raft_effects& out) {
  if (transfer_to_ != 0 && now_ >= transfer_until_)
    transfer_to_ = 0;  // it did not take over: serve again (dissertation 3.10)
  if (now_ < heartbeat_at_) return;
  heartbeat_at_ = now_ + settings_.heartbeat_ms;
  if (quorum_reachable()) {
    quorum_at_ = now_;
  } else if (now_ - quorum_at_ >= settings_.election_ms) {
    return follow(vote_.term, 0, out);
  }
  for (follower_progress& f : followers_) {
    const bool done = f.match == log_.last() && f.commit_known == commit_;
    if (settings_.alive_by == liveness::host && done && reads_.empty()) continue;
    f.waiting = false;
    if (f.snapshot && now_ - f.snapshot->progress_at >= 2 * settings_.heartbeat_ms) {
      f.snapshot->sent = f.snapshot->acked;
      f.snapshot->progress_at = now_;
    }
    replicate(f, true, out);
  }
  move_transfer_on(out);
}

// ---- committing

void raft_machine::count_commit(raft_effects& out) {
  std::vector<log_index> matches;
  matches.reserve(followers_.size() + 1);
  if (members().has_voter(settings_.self)) matches.push_back(planted(bug::early_count) ? log_.last() : stable_);
  for (const follower_progress& f : followers_)
    if (members().has_voter(f.id)) matches.push_back(f.match);
  const std::size_t needed = majority_of(members().voters());
  if (matches.size() < needed) return;
  std::nth_element(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(needed - 1), matches.end(),
                   std::greater<>());
  const log_index at = matches[needed - 1];
  if (at <= commit_) return;
  // Figure 8: an entry of an older term that stands on a majority may still be replaced; it is committed by one of this
  // term.
  if (log_.term_at(at) != vote_.term && !planted(bug::old_term_commit)) return;
  commit_to(at, out);
  if (role_ == role::leader) broadcast(false, out);
}

}  // namespace warren::raft
