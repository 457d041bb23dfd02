#include "tests/sim/raft/raft_world.hpp"

namespace warren::sim {

using namespace raft;

void raft_world::start(sim_server& s) {
  s.start(weather_.settings, random_.next(), now_);
  checker_.restored(s);
  // a founder whose disk has nothing was never more than blank
  if (s.id <= weather_.founders && s.machine->term() == 0 && s.machine->log().last() == 0 && s.machine->members().members.empty())
    step(s, [&](raft_effects& out) { s.machine->found(founders_, now_, out); });
  say("server " + std::to_string(s.id) + " starts, term " + std::to_string(s.machine->term()) + ", last " +
      std::to_string(s.machine->log().last()));
}

void raft_world::crash(sim_server& s) {
  say("server " + std::to_string(s.id) + " crashes");
  ++crashes_;
  s.crash(random_);
  if (hosted())
    for (auto& [id, other] : servers_)
      if (id != s.id) {
        break_link(s.id, id);
        between(s.id, id).told_up[s.id < id ? 0 : 1] = false;
      }
  later(random_.between(20, 6 * weather_.settings.election_ms), [this, &s] {
    if (!s.machine) start(s);
  });
}

void raft_world::something_happens() {
  if (peace_) return;
  later(random_.between(20, 400), [this] { something_happens(); });
  const sim_weather& w = weather_;
  std::uint64_t which = random_.below(w.crash + w.cut + w.members + w.transfer + w.snapshot + 1);
  const auto is = [&which](unsigned weight) {
    const bool yes = which < weight;
    which -= yes ? 0 : weight;
    return yes;
  };
  if (is(w.crash)) {
    sim_server* s = random_.chance(400) ? pick_leader() : pick(true);
    if (s != nullptr) crash(*s);
  } else if (is(w.cut)) {
    cut_somehow();
  } else if (is(w.members)) {
    change_members();
  } else if (is(w.transfer)) {
    hand_over();
  } else if (is(w.snapshot)) {
    if (sim_server* s = random_.chance(500) ? pick_leader() : pick(true)) write_snapshot(*s);
  }
}

void raft_world::client_acts() {
  if (peace_) return;
  later(random_.between(1, random_.chance(50) ? 500 : 40), [this] { client_acts(); });
  if (random_.chance(300)) {
    sim_server* s = random_.chance(500) ? pick_leader() : pick(true);
    if (s == nullptr) return;
    const std::uint64_t id = next_read_++;
    s->reads[id] = {checker_.acknowledged()};
    step(*s, [&](raft_effects& out) { s->machine->read(id, now_, out); });
    return;
  }
  sim_server* s = random_.chance(900) ? pick_leader() : pick(true);
  if (s == nullptr) return;
  std::vector<payload> commands;
  for (std::uint64_t n = random_.between(1, 4); n > 0; --n) {
    auto c = std::make_shared<std::string>(std::to_string(next_command_++) + ":");
    c->append(random_.below(random_.chance(100) ? 400 : 30), 'c');
    commands.push_back(std::move(c));
  }
  step(*s, [&](raft_effects& out) {
    const proposal p = s->machine->propose(commands, now_, out);
    if (p.refused == refusal::none)
      for (std::size_t i = 0; i < commands.size(); ++i) s->proposals[p.first + i] = p.term;
  });
}

void raft_world::change_members() {
  sim_server* s = pick_leader();
  if (s == nullptr) return;
  membership_change c;
  c.id = 1 + random_.below(servers_.size());
  c.name = "n" + std::to_string(c.id);
  const member* there = s->machine->members().find(c.id);
  c.what = there == nullptr                                             ? membership_change::kind::add_learner
           : there->role == member_role::learner && random_.chance(900) ? membership_change::kind::promote
                                                                        : membership_change::kind::remove;
  step(*s, [&](raft_effects& out) {
    const refusal r = s->machine->change(c, now_, out);
    if (r == refusal::none) ++changes_;
    say("server " + std::to_string(s->id) + " is asked to change member " + std::to_string(c.id) + ": " +
        std::string(text_of(r)));
  });
}

void raft_world::hand_over() {
  sim_server* s = pick_leader();
  if (s == nullptr) return;
  const server_id to = 1 + random_.below(servers_.size());
  step(*s, [&](raft_effects& out) {
    say("server " + std::to_string(s->id) + " is asked to hand over to " + std::to_string(to) + ": " +
        std::string(text_of(s->machine->transfer(to, now_, out))));
  });
}

/// One leader, whose members have all applied all of its log, and a command of now among it.
bool raft_world::converged() {
  const auto wait_for = [this](std::string what) {
    missing_ = std::move(what);
    return false;
  };
  sim_server* leader = nullptr;
  for (auto& [id, s] : servers_)
    if (s.machine && s.machine->leads_safely() && (leader == nullptr || s.machine->term() > leader->machine->term()))
      leader = &s;
  if (leader == nullptr) return wait_for("there is no leader");
  const raft_machine& m = *leader->machine;
  for (const member& member : m.members().members) {
    const sim_server& s = servers_.at(member.id);
    const std::string name = "server " + std::to_string(member.id);
    if (!s.machine) return wait_for(name + " does not run");
    if (s.machine->term() != m.term()) return wait_for(name + " is in term " + std::to_string(s.machine->term()) + ", the leader in " + std::to_string(m.term()));
    if (s.state.at != m.log().last()) return wait_for(name + " has applied " + std::to_string(s.state.at) + " of " + std::to_string(m.log().last()));
    // one whose place the log has not reached again was lost with its leader
    if (!s.proposals.empty() && s.proposals.begin()->first <= s.state.at) return wait_for(name + " has not decided a proposal");
    if (s.state.chain != leader->state.chain) return wait_for(name + " has another state");
    if (!(s.machine->members() == m.members())) return wait_for(name + " knows other members");
  }
  for (const auto& [id, s] : servers_)
    if (!s.reads.empty()) return wait_for("server " + std::to_string(id) + " has not answered a read");
  if (next_command_ == 0) return true;  // the last command was agreed on
  missing_ = "the last command is not decided";
  next_command_ = 0;
  step(*leader, [&](raft_effects& out) {
    const payload last = std::make_shared<const std::string>("the last command");
    const proposal p = leader->machine->propose(std::span(&last, 1), now_, out);
    if (p.refused != refusal::none)
      next_command_ = 1;
    else
      leader->proposals[p.first] = p.term;
  });
  return false;
}

}  // namespace warren::sim
