#include <algorithm>
#include <functional>
#include <utility>

#include "core/base/assert.hpp"
#include "core/raft/planted_bug.hpp"
#include "core/raft/raft_machine.hpp"

// Reads without writing to the log: read index, dissertation 6.4. No leases: no clock is trusted.
//
// A round is one question to all "am I your leader?", riding on appends. A read is confirmed by a round that began
// after the read came in; reads that come while a round is open share the next one.

namespace warren::raft {

void raft_machine::read(std::uint64_t id, time_ms now, raft_effects& out) {
  now_ = now;
  if (role_ == role::leader) {
    register_read(settings_.self, id, out);
  } else if (leader_ == 0 || !reachable(leader_)) {
    out.reads.push_back({id, 0});
  } else {
    reads_.push_back({settings_.self, id, 0, 0, now + settings_.election_ms});
    send(leader_, read_request{id}, out);
  }
  finish(out);
}

void raft_machine::on(server_id from, term_number term, const read_request& r, raft_effects& out) {
  if (term > vote_.term) follow(term, 0, out);
  if (role_ != role::leader) return send(from, read_reply{r.id, 0}, out);
  register_read(from, r.id, out);
}

void raft_machine::on(server_id from, term_number term, const read_reply& r, raft_effects& out) {
  if (term > vote_.term) return follow(term, 0, out);
  if (role_ == role::leader || from != leader_) return;
  const auto asked = std::find_if(reads_.begin(), reads_.end(), [&r](const pending_read& p) { return p.id == r.id; });
  if (asked == reads_.end()) return;
  out.reads.push_back({r.id, r.at});
  reads_.erase(asked);
}

void raft_machine::register_read(server_id from, std::uint64_t id, raft_effects& out) {
  // Until something of this term is committed, a leader does not know what is (6.4, step 1).
  pending_read p{from, id, round_ + 1, leads_safely() ? commit_ : 0, now_ + settings_.election_ms};
  const bool open = confirmed_round() < round_;
  reads_.push_back(p);
  if (!open) {
    ++round_;
    broadcast(true, out);
  }
  answer_reads(out);
}

/// The last round that a majority has answered.
std::uint64_t raft_machine::confirmed_round() const {
  std::vector<std::uint64_t> rounds;
  rounds.reserve(followers_.size() + 1);
  if (members().has_voter(settings_.self)) rounds.push_back(round_);
  for (const follower_progress& f : followers_)
    if (members().has_voter(f.id)) rounds.push_back(f.round);
  const std::size_t needed = majority_of(members().voters());
  if (rounds.size() < needed) return 0;
  std::nth_element(rounds.begin(), rounds.begin() + static_cast<std::ptrdiff_t>(needed - 1), rounds.end(),
                   std::greater<>());
  return std::min(rounds[needed - 1], round_);
}

void raft_machine::answer_reads(raft_effects& out) {
  if (role_ != role::leader || reads_.empty()) return;
  while (true) {
    const std::uint64_t confirmed = confirmed_round();
    std::erase_if(reads_, [&](const pending_read& r) {
      if (r.at == 0 || (r.round > confirmed && !planted(bug::unconfirmed_read))) return false;
      if (r.from == settings_.self) {
        out.reads.push_back({r.id, r.at});
      } else {
        send(r.from, read_reply{r.id, r.at}, out);
      }
      return true;
    });
    const bool next_wanted =
        std::any_of(reads_.begin(), reads_.end(), [this](const pending_read& r) { return r.round > round_; });
    if (!next_wanted || confirmed < round_) return;
    ++round_;
    broadcast(true, out);
  }
}

void raft_machine::fail_reads(raft_effects& out) {
  for (const pending_read& r : std::exchange(reads_, {})) {
    if (r.from == settings_.self) {
      out.reads.push_back({r.id, 0});
    } else {
      send(r.from, read_reply{r.id, 0}, out);
    }
  }
}

void raft_machine::expire_reads(raft_effects& out) {
  std::erase_if(reads_, [&](const pending_read& r) {
    if (r.until > now_) return false;
    if (r.from == settings_.self) {
      out.reads.push_back({r.id, 0});
    } else {
      send(r.from, read_reply{r.id, 0}, out);
    }
    return true;
  });
}

}  // namespace warren::raft
