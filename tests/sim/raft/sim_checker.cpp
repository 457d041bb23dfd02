#include "tests/sim/raft/sim_checker.hpp"

#include <algorithm>

namespace warren::sim {

using namespace raft;

void violated(const std::string& what) { throw violation(what); }

namespace {

std::string place_text(log_index at, term_number term) {
  return "index " + std::to_string(at) + " of term " + std::to_string(term);
}

}  // namespace

void sim_checker::after_step(sim_server& s, const raft_effects& out) {
  check_writes(s, out);
  check_leader(s, out);
  check_commit(s);
  s.was_role = s.machine->standing();
  s.was_term = s.machine->term();
  s.was_commit = s.machine->commit();
}

/// Election safety, leader append-only, leader completeness.
void sim_checker::check_leader(sim_server& s, const raft_effects& out) {
  const raft_machine& m = *s.machine;
  if (m.standing() != role::leader) return;
  const bool leads_on = s.was_role == role::leader && s.was_term == m.term();
  if (leads_on) {
    for (const log_write& w : out.writes)
      if (w.truncate_from != 0 || w.install)
        violated("leader append-only: server " + std::to_string(s.id) + " changed its log");
    return;
  }
  const auto [led, fresh] = leaders_.try_emplace(m.term(), s.id);
  if (!fresh && led->second != s.id)
    violated("election safety: servers " + std::to_string(led->second) + " and " + std::to_string(s.id) +
             " lead term " + std::to_string(m.term()));
  if (m.log().last() < committed_.size())
    violated("leader completeness: server " + std::to_string(s.id) + " leads without committed entries");
  for (log_index i = m.log().base() + 1; i <= committed_.size(); ++i)
    if (m.log().term_at(i) != committed_[i - 1].term)
      violated("leader completeness: server " + std::to_string(s.id) + " leads term " + std::to_string(m.term()) +
               " without the committed " + place_text(i, committed_[i - 1].term));
}

/// Log matching, by induction: equal index and term means equal content and an equal term before.
void sim_checker::check_writes(sim_server& s, const raft_effects& out) {
  for (const log_write& w : out.writes) {
    term_number before = 0;
    for (std::size_t i = 0; i < w.entries.size(); ++i) {
      const entry& e = w.entries[i];
      if (i > 0) {
        before = w.entries[i - 1].term;
      } else if (e.at - 1 >= s.machine->log().base() && e.at - 1 <= s.machine->log().last()) {
        before = s.machine->log().term_at(e.at - 1);
      } else {
        continue;
      }
      const content now{hash_of(e), before};
      const auto [known, fresh] = entries_.try_emplace({e.at, e.term}, now);
      if (!fresh && (known->second.hash != now.hash || known->second.before != now.before))
        violated("log matching: server " + std::to_string(s.id) + " has another entry at " + place_text(e.at, e.term));
    }
  }
}

/// What is committed stays so, and is on the disks of a majority.
void sim_checker::check_commit(sim_server& s) {
  const raft_machine& m = *s.machine;
  if (m.commit() < s.was_commit) violated("commit index: server " + std::to_string(s.id) + " went back");
  for (log_index i = std::max(s.was_commit, m.log().base()) + 1; i <= m.commit(); ++i) {
    const entry& e = m.log().at(i);
    const place now{e.term, hash_of(e), 0};
    if (i <= committed_.size()) {
      if (committed_[i - 1].term != now.term || committed_[i - 1].hash != now.hash)
        violated("committed twice: server " + std::to_string(s.id) + " commits another entry at " +
                 place_text(i, e.term) + ", known is term " + std::to_string(committed_[i - 1].term));
      continue;
    }
    if (i != committed_.size() + 1) violated("committed with a gap at " + place_text(i, e.term));
    committed_.push_back(now);
    if (m.standing() != role::leader) continue;
    std::size_t on_disk = 0;
    for (const server_id id : m.members().voter_ids()) on_disk += servers_.at(id).disk.holds(i, e.term) ? 1 : 0;
    if (on_disk < majority_of(m.members().voters()))
      violated("durability: server " + std::to_string(s.id) + " commits " + place_text(i, e.term) + ", which is on " +
               std::to_string(on_disk) + " disks only");
  }
}

/// State-machine safety.
void sim_checker::applied(sim_server& s, const entry& e) {
  if (e.at != s.state.at + 1)
    violated("state machine: server " + std::to_string(s.id) + " applies " + place_text(e.at, e.term) +
             " after index " + std::to_string(s.state.at));
  if (e.at > committed_.size() || committed_[e.at - 1].hash != hash_of(e) || committed_[e.at - 1].term != e.term)
    violated("state machine: server " + std::to_string(s.id) + " applies what is not committed at " +
             place_text(e.at, e.term));
  s.state.apply(e);
  std::uint64_t& chain = committed_[e.at - 1].chain;
  if (chain == 0) chain = s.state.chain;
  if (chain != s.state.chain)
    violated("state machine: server " + std::to_string(s.id) + " has another state after " + place_text(e.at, e.term));
  if (e.at > s.machine->stable())
    violated("state machine: server " + std::to_string(s.id) + " applies what its own log may lose");
}

void sim_checker::restored(const sim_server& s) {
  if (s.state.at == 0) return;
  if (s.state.at > committed_.size() || committed_[s.state.at - 1].chain != s.state.chain)
    violated("snapshot: server " + std::to_string(s.id) + " restored a state that nobody had at index " +
             std::to_string(s.state.at));
}

void sim_checker::read_answered(log_index at, log_index asked_after) const {
  if (at < asked_after)
    violated("linearizable reads: a read sees index " + std::to_string(at) + ", answered before was " +
             std::to_string(asked_after));
}

}  // namespace warren::sim
