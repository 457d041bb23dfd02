#include "core/raft/raft_codec.hpp"
#include "tests/sim/raft/raft_world.hpp"

namespace warren::sim {

using namespace raft;

void raft_world::send(message m) {
  const bool forward = m.from < m.to;
  time_ms at = now_ + random_.between(0, weather_.delay_ms);
  if (!hosted()) {
    if (blocked_[{m.from, m.to}] || (!peace_ && random_.chance(weather_.drop))) return;
    if (!peace_ && random_.chance(weather_.duplicate))
      later(random_.between(0, 5 * weather_.delay_ms), [this, m] { deliver(m); });
    later(at - now_, [this, m = std::move(m)] { deliver(m); });
    return;
  }
  link& l = between(m.from, m.to);
  if (!l.up) return;
  time_ms& last = l.last_arrival[forward ? 0 : 1];
  at = last = std::max(last, at);  // a link keeps the order
  later(at - now_, [this, m = std::move(m), epoch = l.epoch] {
    const link& here = between(m.from, m.to);
    if (here.up && here.epoch == epoch) deliver(m);
  });
}

void raft_world::deliver(message m) {
  sim_server& to = servers_.at(m.to);
  if (!to.machine) return;
  if (!hosted() && blocked_[{m.from, m.to}]) return;
  if (weather_.through_codec) {
    std::string wire;
    encode(m, wire);
    auto decoded = decode_message(wire);
    if (!decoded) violated("codec: a message cannot be read back");
    m = std::move(*decoded);
  }
  step(to, [&](raft_effects& out) { to.machine->receive(std::move(m), now_, out); });
}

/// Both sides are told after a while, each for itself.
void raft_world::break_link(server_id a, server_id b) {
  link& l = between(a, b);
  if (!l.up) return;
  l.up = false;
  ++l.epoch;
  for (const server_id side : {a, b}) {
    const server_id other = side == a ? b : a;
    const std::size_t which = side < other ? 0 : 1;
    later(random_.between(0, 100), [this, side, other, which, epoch = l.epoch] {
      link& here = between(side, other);
      if (here.up || here.epoch != epoch) return;  // it crashed meanwhile, and knows of no link any more
      here.told_up[which] = false;
      sim_server& s = servers_.at(side);
      if (s.machine) step(s, [&](raft_effects& out) { s.machine->peer_down(other, now_, out); });
    });
  }
}

void raft_world::mend_links() {
  if (!hosted()) return;
  for (auto& [ia, a] : servers_)
    for (auto& [ib, b] : servers_) {
      if (ia >= ib || !a.machine || !b.machine) continue;
      link& l = between(ia, ib);
      if (l.up || l.cut || l.told_up[0] || l.told_up[1] || !random_.chance(700)) continue;
      l.up = l.told_up[0] = l.told_up[1] = true;
      l.last_arrival = {now_, now_};
      step(a, [&](raft_effects& out) { a.machine->peer_up(ib, now_, out); });
      step(b, [&](raft_effects& out) { b.machine->peer_up(ia, now_, out); });
    }
  later(20, [this] { mend_links(); });
}

void raft_world::cut_somehow() {
  std::vector<server_id> left, right;
  for (auto& [id, s] : servers_) (random_.chance(random_.chance(500) ? 500 : 200) ? left : right).push_back(id);
  const bool one_way = !hosted() && random_.chance(300);
  const auto between_sides = [this, one_way, left, right](bool cut) {
    for (const server_id a : left)
      for (const server_id b : right) {
        if (hosted()) {
          between(a, b).cut = cut;
          if (cut) break_link(a, b);
        } else {
          blocked_[{a, b}] = cut;
          if (!one_way) blocked_[{b, a}] = cut;
        }
      }
  };
  if (trace_) {
    std::string sides = one_way ? "cut one way:" : "cut:";
    for (const server_id a : left) sides += " " + std::to_string(a);
    say(sides + " | the others");
  }
  between_sides(true);
  later(random_.between(50, 10 * weather_.settings.election_ms), [this, between_sides] {
    between_sides(false);
    say("a cut heals");
  });
}

void raft_world::heal() {
  blocked_.clear();
  for (auto& [pair, l] : links_) l.cut = false;
}

}  // namespace warren::sim
