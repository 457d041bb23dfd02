#include "actors/raft/raft_host_actor.hpp"

#include <algorithm>

#include "actors/logging/log.hpp"
#include "actors/runtime/io_thread.hpp"
#include "core/raft/raft_codec.hpp"

namespace warren::actors {

namespace {

/// Above this a state machine is asked for a snapshot.
constexpr std::size_t long_log_bytes = 8u << 20;
constexpr std::uint64_t long_log_entries = 20'000;
/// Of one message between two nodes (distribution::peer_transport).
constexpr std::size_t largest_message = 1u << 20;

struct raft_tick {
  time_ms at = 0;
};

}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::raft_tick)

namespace warren::actors {

raft_host_actor::raft_host_actor(caf::actor_config& config, supervision::place where, node_services& services,
                                 distribution::peer_transport* transport, raft_identity who)
    : guarded(config, std::move(where), "raft"), services_(services), transport_(transport), who_(who) {}

caf::behavior raft_host_actor::make_behavior() {
  if (transport_ != nullptr) transport_->subscribe(distribution::service::raft, caf::actor_cast<caf::actor>(this));
  return {
      [this](raft_open& wanted) { open(wanted); },
      [this](raft_attach& wanted) { attach(wanted); },
      [this](const raft_found& wanted) {
        on_group(wanted.group, [&](raft::raft_machine& m, time_ms now) {
          m.found(wanted.first, now, effects_);
          return raft::refusal::none;
        });
      },
      [this](raft_propose& p) {
        const raft::refusal refused = on_group(p.group, [&](raft::raft_machine& m, time_ms now) {
          return m.propose(std::span(&p.entry, 1), now, effects_).refused;
        });
        send(p.reply_to, raft_proposed{p.group, p.token, refused});
      },
      [this](const raft_change& c) {
        return raft_refusal{on_group(c.group, [&](raft::raft_machine& m, time_ms now) { return m.change(c.what, now, effects_); })};
      },
      [this](const raft_transfer& t) {
        return raft_refusal{on_group(t.group, [&](raft::raft_machine& m, time_ms now) { return m.transfer(t.to, now, effects_); })};
      },
      [this](const raft_force& f) {
        return raft_refusal{
            on_group(f.group, [&](raft::raft_machine& m, time_ms now) { return m.force(f.branch, f.survivors, now, effects_); })};
      },
      [this](const raft_read& r) {
        on_group(r.group, [&](raft::raft_machine& m, time_ms now) {
          m.read(r.id, now, effects_);
          return raft::refusal::none;
        });
      },
      [this](raft_snapshot& taken) { took_snapshot(taken); },
      [this](const log_raft_synced& done) {
        on_group(done.group, [&](raft::raft_machine& m, time_ms now) {
          m.persisted(done.number, now, effects_);
          return raft::refusal::none;
        });
      },
      [this](const raft_snapshot_wanted& wanted) {  // of the log: a file cannot go without it
        const auto i = groups_.find(wanted.group);
        if (i != groups_.end() && !std::exchange(i->second.snapshot_asked, true)) send(i->second.user, wanted);
      },
      [this](const log_raft_snapshot_stored& done) {
        on_group(done.group, [&](raft::raft_machine& m, time_ms) {
          m.snapshot_taken(done.meta);
          groups_.at(done.group).snapshot_asked = false;
          return raft::refusal::none;
        });
      },
      [this](const distribution::peer_message& m) { receive(m); },
      [this](const distribution::peer_up& p) { peer_changed(p.peer, true); },
      [this](const distribution::peer_down& p) { peer_changed(p.peer, false); },
      [this](const raft_tick& t) {
        if (armed_ == t.at) armed_.reset();
        tick();
      },
  };
}

void raft_host_actor::open(raft_open& wanted) {
  const time_ms now = wall_clock_ms();
  group& g = groups_[wanted.group];
  g.id = wanted.group;
  g.user = std::move(wanted.machine);
  g.snapshot = std::move(wanted.snapshot);
  raft::raft_settings settings;
  settings.self = who_.self;
  settings.election_ms = who_.election_ms;
  settings.message_bytes = largest_message - 64;  // the batch's head
  g.machine = std::make_unique<raft::raft_machine>(settings, std::move(wanted.found), who_.self ^ wanted.group, now);
  effects_.clear();
  if (!wanted.founding.members.empty()) g.machine->found(wanted.founding, now, effects_);
  for (const raft::member& m : g.machine->members().members) {
    learn(m.id, m.name);
    if (up_.contains(m.name)) g.machine->peer_up(m.id, now, effects_);
  }
  perform(g);
  tell_standing(g);
  flush_batches();
}

void raft_host_actor::attach(raft_attach& wanted) {
  const auto i = groups_.find(wanted.group);
  if (i == groups_.end()) return;
  group& g = i->second;
  g.user = std::move(wanted.machine);
  const raft::snapshot_meta& newest = g.machine->snapshot();
  if (newest.at != 0) send(g.user, raft_restore{g.id, newest.at, g.snapshot});
  raft_committed all{g.id, {}, g.machine->applied()};
  for (raft::log_index at = std::max(newest.at, g.machine->log().base()) + 1; at <= g.machine->applied(); ++at)
    if (g.machine->log().at(at).kind == raft::entry_kind::command) all.entries.push_back(g.machine->log().at(at));
  send(g.user, std::move(all));
  tell_standing(g);
}

template <class Call>
raft::refusal raft_host_actor::on_group(raft_group id, Call&& call) {
  const auto i = groups_.find(id);
  if (i == groups_.end()) return raft::refusal::not_leader;
  effects_.clear();
  const raft::refusal refused = call(*i->second.machine, wall_clock_ms());
  perform(i->second);
  flush_batches();
  return refused;
}

void raft_host_actor::receive(const distribution::peer_message& m) {
  auto batch = raft::decode_batch(m.bytes);
  if (!batch) {
    log_error(log_category::plain, "node {} sent a Raft message that cannot be read ({} bytes); it is ignored", m.from, m.bytes.size());
    return;
  }
  const time_ms now = wall_clock_ms();
  for (raft::batch_item& item : *batch) {
    const auto i = groups_.find(item.group);
    if (i == groups_.end()) continue;
    learn(item.content.from, m.from);
    effects_.clear();
    if (!i->second.machine->members().find(item.content.from)) i->second.machine->peer_up(item.content.from, now, effects_);
    i->second.machine->receive(std::move(item.content), now, effects_);
    perform(i->second);
  }
  flush_batches();
}

void raft_host_actor::peer_changed(const std::string& peer, bool up) {
  if (up) up_.insert(peer);
  else up_.erase(peer);
  const time_ms now = wall_clock_ms();
  for (auto& [id, g] : groups_) {
    effects_.clear();
    for (const auto& [server, name] : names_) {
      if (name != peer) continue;
      if (up) g.machine->peer_up(server, now, effects_);
      else g.machine->peer_down(server, now, effects_);
    }
    perform(g);
  }
  flush_batches();
}

void raft_host_actor::tick() {
  const time_ms now = wall_clock_ms();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    group& g = groups_.at(deadlines_.begin()->second);
    effects_.clear();
    g.machine->tick(now, effects_);
    perform(g);
    if (g.deadline <= now) {  // it said so, but time has to pass first
      deadlines_.erase({g.deadline, g.id});
      g.deadline = now + 1;
      deadlines_.emplace(g.deadline, g.id);
      break;
    }
  }
  flush_batches();
  if (!deadlines_.empty()) arm(groups_.at(deadlines_.begin()->second));
}

void raft_host_actor::took_snapshot(raft_snapshot& taken) {
  const auto i = groups_.find(taken.group);
  if (i == groups_.end()) return;
  group& g = i->second;
  if (taken.applied <= g.machine->snapshot().at || taken.applied > g.machine->applied()) {
    g.snapshot_asked = false;
    return;
  }
  raft::snapshot_meta meta = g.machine->describe(taken.applied);
  meta.bytes = taken.bytes.size();
  meta.id = std::hash<std::string>{}(taken.bytes) ^ taken.applied;
  g.snapshot = std::make_shared<const std::string>(std::move(taken.bytes));
  send(services_.log(), log_raft_snapshot{g.id, std::move(meta), g.snapshot, caf::actor_cast<caf::actor>(this)});
}

// ---- effects

void raft_host_actor::perform(group& g) {
  for (int round = 0; !effects_.empty(); ++round) {
    WARREN_ENSURE(round < 1000);
    raft::raft_effects now_due = std::exchange(effects_, {});
    perform_disk(g, now_due);
    for (const raft::message& m : now_due.messages) send_message(g, m);
    for (raft::chunk_to_send& chunk : now_due.chunks) send_chunk(g, chunk);
    perform_user(g, now_due);
  }
  const raft::raft_log& log = g.machine->log();
  if (!g.snapshot_asked && (log.bytes() > long_log_bytes || g.machine->applied() > g.machine->snapshot().at + long_log_entries)) {
    g.snapshot_asked = true;
    send(g.user, raft_snapshot_wanted{g.id});
  }
  const time_ms next = g.machine->next_deadline();
  if (next == g.deadline) return;
  if (g.deadline != raft::raft_machine::never_ms) deadlines_.erase({g.deadline, g.id});
  g.deadline = next;
  if (next == raft::raft_machine::never_ms) return;
  deadlines_.emplace(next, g.id);
  arm(g);
}

void raft_host_actor::perform_disk(group& g, raft::raft_effects& due) {
  for (raft::chunk_received& part : due.received) {
    if (part.offset == 0) g.incoming.clear();
    if (part.offset != g.incoming.size()) continue;  // the machine asks for it again
    g.incoming += part.data;
    if (g.incoming.size() == part.meta->bytes) g.installed = std::make_shared<const std::string>(std::exchange(g.incoming, {}));
  }
  for (raft::log_write& write : due.writes) {
    const bool installs = write.install.has_value();
    send(services_.log(), log_raft{g.id, std::move(write), installs ? g.installed : nullptr, caf::actor_cast<caf::actor>(this)});
  }
}

void raft_host_actor::perform_user(group& g, raft::raft_effects& due) {
  if (due.restore) {
    g.snapshot = std::exchange(g.installed, nullptr);
    send(g.user, raft_restore{g.id, due.restore->at, g.snapshot});
  }
  if (!due.committed.empty()) {
    raft_committed done{g.id, {}, due.committed.back().at};
    for (raft::entry& e : due.committed)
      if (e.kind == raft::entry_kind::command) done.entries.push_back(std::move(e));
    send(g.user, std::move(done));
  }
  for (const raft::read_answer& r : due.reads) send(g.user, raft_read_at{g.id, r.id, r.at});
  for (raft::divergence& d : due.divergences) send(g.user, raft_diverged{g.id, names_[d.peer], std::move(d)});
  if (!due.standing_changed) return;
  meet_members(g);
  tell_standing(g);
}

/// Members that the configuration has brought: their links may be up already.
void raft_host_actor::meet_members(group& g) {
  for (const raft::member& member : g.machine->members().members) {
    if (names_.contains(member.id)) continue;
    learn(member.id, member.name);
    if (up_.contains(member.name)) g.machine->peer_up(member.id, wall_clock_ms(), effects_);
  }
}

void raft_host_actor::arm(group& g) {
  if (g.deadline == raft::raft_machine::never_ms || (armed_ && *armed_ <= g.deadline)) return;
  armed_ = g.deadline;
  delayed_send(this, std::chrono::milliseconds(std::max<time_ms>(0, g.deadline - wall_clock_ms())), raft_tick{g.deadline});
}

void raft_host_actor::tell_standing(group& g) {
  const raft::raft_machine& m = *g.machine;
  send(g.user, raft_standing{g.id, m.standing(), m.term(), m.self(), m.leader(), m.branch(), m.leads_safely(), m.commit(), m.members()});
}

void raft_host_actor::learn(raft::server_id id, const std::string& node) { names_[id] = node; }

void raft_host_actor::send_message(group& g, const raft::message& m) {
  const auto to = names_.find(m.to);
  if (to == names_.end() || transport_ == nullptr) return;
  std::string one;
  raft::append_to_batch(g.id, m, one);
  std::string& batch = batches_[to->second];
  if (batch.size() + one.size() > largest_message) {
    (void)transport_->send(to->second, distribution::service::raft, std::move(batch));
    batch.clear();
  }
  batch += one;
}

void raft_host_actor::send_chunk(group& g, raft::chunk_to_send& chunk) {
  auto& body = std::get<raft::snapshot_chunk>(chunk.envelope.body);
  if (!g.snapshot || body.meta->id != g.machine->snapshot().id || body.offset + chunk.bytes > g.snapshot->size()) {
    return g.machine->snapshot_unavailable(body.meta->id, wall_clock_ms(), effects_);
  }
  body.data = g.snapshot->substr(body.offset, chunk.bytes);
  send_message(g, chunk.envelope);
}

void raft_host_actor::flush_batches() {
  for (auto& [node, batch] : batches_)
    if (!batch.empty()) (void)transport_->send(node, distribution::service::raft, std::exchange(batch, {}));
}

}  // namespace warren::actors
