#include "core/raft/raft_machine.hpp"

#include <algorithm>

#include "core/base/assert.hpp"
#include "core/raft/planted_bug.hpp"
#include "core/raft/raft_codec.hpp"

namespace warren::raft {

raft_machine::raft_machine(const raft_settings& settings, durable_state found, std::uint64_t seed, time_ms now)
    : settings_(settings),
      now_(now),
      random_(seed ^ (settings.self * 0x9E3779B97F4A7C15ull)),
      vote_(found.vote),
      snapshot_(std::make_shared<const snapshot_meta>(std::move(found.snapshot))) {
  WARREN_ENSURE(settings_.self != 0);
  log_.reset(snapshot_->at, snapshot_->term);
  commit_ = applied_ = snapshot_->at;
  points_.push_back({snapshot_->at, std::make_shared<const configuration>(snapshot_->members),
                     std::make_shared<const branch_history>(snapshot_->branches)});
  for (entry& e : found.entries) {
    log_.append(std::move(e));
    WARREN_ENSURE(configure_from(log_.at(log_.last())));  // own bytes, behind a checksum
  }
  stable_ = log_.last();
  const bool alone = members().voters() == 1 && members().has_voter(settings_.self);
  election_at_ = alone ? now : jittered();  // nobody else to wait for
}

void raft_machine::found(const configuration& first, time_ms now, raft_effects& out) {
  WARREN_ENSURE(log_.last() == 0 && vote_.term == 0);
  now_ = now;
  set_vote(1, 0);
  auto bytes = std::make_shared<std::string>();
  encode(first, *bytes);
  append_to_log({1, 1, entry_kind::configuration, std::move(bytes)});
  if (first.voters() == 1) election_at_ = now;
  finish(out);
}

const configuration& raft_machine::members() const { return *points_.back().members; }
const branch_history& raft_machine::branches() const { return *points_.back().branches; }

// ---- time

time_ms raft_machine::jittered() {  // splitmix64
  std::uint64_t x = (random_ += 0x9E3779B97F4A7C15ull);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  x ^= x >> 31;
  return now_ + settings_.election_ms + static_cast<time_ms>(x % static_cast<std::uint64_t>(settings_.election_ms));
}

time_ms raft_machine::next_deadline() const {
  time_ms at = never_ms;
  for (const pending_read& r : reads_) at = std::min(at, r.until);
  if (role_ != role::leader) {
    const bool waits = may_stand() && !(settings_.alive_by == liveness::host && leader_lives());
    return waits ? std::min(at, election_at_) : at;
  }
  if (transfer_to_ != 0) at = std::min(at, transfer_until_);
  if (settings_.alive_by == liveness::heartbeats || !settled()) return std::min(at, heartbeat_at_);
  if (!quorum_reachable()) at = std::min(at, std::max(heartbeat_at_, quorum_at_ + settings_.election_ms));
  return at;
}

void raft_machine::tick(time_ms now, raft_effects& out) {
  now_ = now;
  expire_reads(out);
  if (role_ == role::leader) {
    leader_tick(out);
  } else if (now >= election_at_ && may_stand() && !leader_lives()) {
    start_trial(out);
  }
  finish(out);
}

void raft_machine::peer_up(server_id peer, time_ms now, raft_effects& out) {
  now_ = now;
  std::erase(up_, peer);
  up_.push_back(peer);
  if (follower_progress* f = progress_of(peer)) {  // what was on its way on the last link may be lost
    auto transfer = std::move(f->snapshot);
    f->probe(f->match + 1);
    f->commit_sent = f->commit_known = 0;
    f->on_branch = false;
    if (transfer) {  // goes on where it was
      transfer->sent = transfer->acked;
      f->snapshot = std::move(transfer);
      f->how = follower_progress::mode::snapshot;
    }
    replicate(*f, true, out);
  }
  finish(out);
}

void raft_machine::peer_down(server_id peer, time_ms now, raft_effects& out) {
  now_ = now;
  const bool led_us = role_ != role::leader && leader_ == peer && leader_lives();
  if (role_ == role::leader && quorum_reachable()) quorum_at_ = now;
  std::erase(up_, peer);
  if (led_us) {
    election_at_ = jittered();
    fail_reads(out);
    leader_ = 0;  // when it is reached again it may lead no more; if it does, it says so
    standing_changed_ = true;
  }
  finish(out);
}

bool raft_machine::reachable(server_id peer) const {
  return settings_.alive_by == liveness::heartbeats || std::find(up_.begin(), up_.end(), peer) != up_.end();
}

// ---- what comes in

void raft_machine::receive(message m, time_ms now, raft_effects& out) {
  now_ = now;
  if (m.to != settings_.self || m.from == settings_.self || m.from == 0) return;
  if (pass_branch(m, out)) {
    if (follower_progress* f = progress_of(m.from)) f->on_branch = m.branch == branch();
    std::visit(
        [&](auto& body) {
          using T = std::decay_t<decltype(body)>;
          if constexpr (std::is_same_v<T, append_request> || std::is_same_v<T, snapshot_chunk>) {
            on(m.from, m.term, body, m.branch, out);
          } else {
            on(m.from, m.term, body, out);
          }
        },
        m.body);
  }
  finish(out);
}

void raft_machine::persisted(std::uint64_t write, time_ms now, raft_effects& out) {
  now_ = now;
  WARREN_ENSURE(write <= writes_);
  if (write <= durable_) return;
  durable_ = write;
  std::optional<snapshot_meta> installed;
  std::size_t done = 0;
  for (; done < pending_.size() && pending_[done].number <= write; ++done) {
    stable_ = std::max(stable_, pending_[done].stable);
    if (pending_[done].install) installed = std::move(pending_[done].install);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
  const bool another =
      std::any_of(pending_.begin(), pending_.end(), [](const pending_write& p) { return !!p.install; });
  if (installed && !another) {
    installing_ = false;
    applied_ = installed->at + (planted(bug::short_snapshot) ? 1 : 0);
    out.committed.clear();  // of before
    out.restore = std::move(installed);
  }
  std::erase_if(held_, [&](held_message& h) {
    if (h.needs > durable_) return false;
    out.messages.push_back(std::move(h.what));
    return true;
  });
  count_own_vote(out);
  if (role_ == role::leader) count_commit(out);
  apply(out);
  finish(out);
}

proposal raft_machine::propose(std::span<const payload> commands, time_ms now, raft_effects& out) {
  now_ = now;
  if (role_ != role::leader) return {refusal::not_leader, 0, 0};
  if (transfer_to_ != 0) return {refusal::handing_over, 0, 0};
  std::size_t sum = 0;
  for (const payload& p : commands) {
    const std::size_t size = p ? p->size() : 0;
    if (size + entry_overhead + message_overhead > settings_.message_bytes) return {refusal::too_large, 0, 0};
    sum += size;
  }
  if (uncommitted_bytes_ > 0 && uncommitted_bytes_ + sum > settings_.uncommitted_bytes) return {refusal::backlog, 0, 0};
  const proposal taken{refusal::none, log_.last() + 1, vote_.term};
  for (const payload& p : commands) append_own(entry_kind::command, p);
  broadcast(false, out);
  finish(out);
  return taken;
}

// ---- what goes out

void raft_machine::finish(raft_effects& out) {
  if (standing_changed_) out.standing_changed = true;
  standing_changed_ = false;
  if (!anything_to_write_) return;
  anything_to_write_ = false;
  building_.number = ++writes_;
  pending_.push_back({writes_, log_.last(), building_.install});
  out.writes.push_back(std::move(building_));
  building_ = {};
}

void raft_machine::set_vote(term_number term, server_id voted_for) {
  WARREN_ENSURE(term >= vote_.term);
  if (term > vote_.term) held_.clear();  // answers to whoever led or stood before
  if (term != vote_.term) standing_changed_ = true;
  vote_ = {term, voted_for};
  building_.vote = vote_;
  if (planted(bug::forgotten_vote)) building_.vote->voted_for = 0;
  vote_write_ = next_write();
  anything_to_write_ = true;
}

void raft_machine::append_own(entry_kind kind, payload bytes) {
  uncommitted_bytes_ += bytes ? bytes->size() : 0;
  append_to_log({log_.last() + 1, vote_.term, kind, std::move(bytes)});
}

void raft_machine::append_to_log(entry e) {
  building_.entries.push_back(e);
  anything_to_write_ = true;
  log_.append(std::move(e));
  const entry& in_log = log_.at(log_.last());
  WARREN_ENSURE(configure_from(in_log));  // a follower has looked before
}

/// A follower's conflicting entries. Never committed ones: that would be the end of everything (leader completeness).
void raft_machine::truncate_log(log_index from) {
  WARREN_ENSURE(from > commit_ && building_.entries.empty());
  log_.truncate(from);
  stable_ = std::min(stable_, from - 1);
  for (pending_write& p : pending_) p.stable = std::min(p.stable, from - 1);
  building_.truncate_from = from;
  anything_to_write_ = true;
  while (points_.size() > 1 &&
         points_.back().at >= from) {  // dissertation 4.1: the latest configuration in the log, if
    points_.pop_back();                // need be the one before
    standing_changed_ = true;
  }
}

void raft_machine::send(server_id to, decltype(message::body) body, raft_effects& out, std::uint64_t needs,
                        term_number term) {
  if (!reachable(to)) return;
  message m{settings_.self, to, term != 0 ? term : vote_.term, branch(), std::move(body)};
  needs = std::max(needs, vote_write_);
  if (needs > durable_) {
    held_.push_back({needs, std::move(m)});
  } else {
    out.messages.push_back(std::move(m));
  }
}

void raft_machine::commit_to(log_index at, raft_effects& out) {
  if (at <= commit_) return;
  WARREN_ENSURE(at <= log_.last());
  if (role_ == role::leader)
    for (log_index i = commit_ + 1; i <= at; ++i) uncommitted_bytes_ -= log_.at(i).size();
  commit_ = at;
  apply(out);
  if (role_ == role::leader) after_commit(out);
}

/// What is committed and durable here as well: so a snapshot of the state machine is never ahead of this server's own
/// log.
void raft_machine::apply(raft_effects& out) {
  if (installing_) return;
  const log_index upto = std::min(commit_, planted(bug::early_count) ? commit_ : stable_);
  while (applied_ < upto) out.committed.push_back(log_.at(++applied_));
}

// ---- snapshots of this server's own state machine

snapshot_meta raft_machine::describe(log_index applied) const {
  WARREN_ENSURE(applied <= applied_ && log_.knows(applied));
  snapshot_meta m;
  m.at = applied;
  m.term = log_.term_at(applied);
  const auto point =
      std::find_if(points_.rbegin(), points_.rend(), [applied](const config_point& p) { return p.at <= applied; });
  WARREN_ENSURE(point != points_.rend());
  m.members = *point->members;
  m.branches = *point->branches;
  return m;
}

void raft_machine::snapshot_taken(const snapshot_meta& meta) {
  if (meta.at <= snapshot_->at) return;  // a newer one was installed meanwhile
  WARREN_ENSURE(meta.at <= applied_);
  snapshot_ = std::make_shared<const snapshot_meta>(meta);
  if (meta.at > settings_.kept_entries) compact_to(meta.at - settings_.kept_entries);
}

void raft_machine::compact_to(log_index upto) {
  if (upto <= log_.base()) return;
  log_.compact(upto);
  while (points_.size() > 1 && points_[1].at <= upto) points_.erase(points_.begin());
}

bool raft_machine::snapshot_in_use(std::uint64_t id) const {
  return snapshot_->id == id || std::any_of(followers_.begin(), followers_.end(), [id](const follower_progress& f) {
           return f.snapshot && f.snapshot->meta->id == id;
         });
}

void raft_machine::snapshot_unavailable(std::uint64_t id, time_ms now, raft_effects& out) {
  now_ = now;
  for (follower_progress& f : followers_)
    if (f.snapshot && f.snapshot->meta->id == id && snapshot_->id != id) {
      f.snapshot.reset();
      replicate(f, false, out);
    }
  finish(out);
}

std::string_view text_of(refusal r) {
  switch (r) {
    case refusal::none: return "taken";
    case refusal::not_leader: return "this member does not lead the group";
    case refusal::handing_over: return "leadership is being handed over";
    case refusal::too_large: return "the entry does not fit into a message between nodes";
    case refusal::backlog: return "too many bytes wait for being committed";
    case refusal::not_yet: return "an earlier change of the group is not committed yet";
    case refusal::no_such_member: return "no such member";
    case refusal::already_so: return "nothing to change";
    case refusal::last_voter: return "the last voting member cannot be removed";
    case refusal::not_caught_up: return "the member has not caught up yet";
    case refusal::not_a_survivor: return "the survivors must be voting members, this one among them";
  }
  return "unknown";
}

}  // namespace warren::raft
