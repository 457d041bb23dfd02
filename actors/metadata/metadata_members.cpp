#include <algorithm>

#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_actor.hpp"
#include "actors/runtime/io_thread.hpp"

// Who is a member of the cluster: joining and leaving, links to the members, going on without a majority.

namespace warren::actors {

namespace {

constexpr time_ms membership_patience_ms = 30'000;
constexpr time_ms ask_again_ms = 500;
/// Under `ignore` the survivors of a lost majority go on after that long without a leader.
constexpr time_ms leaderless_ms = 3'000;

/// Some requests are the node's own: nobody waits for them.
void answer(caf::response_promise& who, std::string failed) {
  if (who.pending()) who.deliver(metadata_membership_done{std::move(failed)});
}

}  // namespace

/// A link to every member, and to nobody else.
void metadata_actor::keep_links() {
  if (services_.transport == nullptr) return;
  std::set<std::string> wanted;
  for (const raft::member& m : standing_.members.members)
    if (m.name != services_.options.node_name) wanted.insert(m.name);
  for (const auto& [name, node] : memory_.view.snapshot()->nodes)
    if (name != services_.options.node_name) wanted.insert(name);
  for (const membership_request& r : memberships_)
    if (!r.via.empty()) wanted.insert(r.via);
  for (const std::string& name : wanted)
    if (kept_.insert(name).second) services_.transport->keep(name);
  for (auto i = kept_.begin(); i != kept_.end();) {
    if (wanted.contains(*i)) {
      ++i;
    } else {
      services_.transport->release(*i);
      i = kept_.erase(i);
    }
  }
}

// ---- asking

void metadata_actor::join(const metadata_join& wanted, caf::response_promise promise) {
  const std::uint64_t number = ++last_request_;
  memberships_.push_back({number, wanted.seed, storage::join_message{number, wanted.server, services_.options.node_name, wanted.version, wanted.ram},
                          std::move(promise), wall_clock_ms() + membership_patience_ms, 0});
  keep_links();
  on_tick();
}

void metadata_actor::leave(const metadata_leave& wanted, caf::response_promise promise) {
  if (standing_.role == raft::role::leader && wanted.node != services_.options.node_name)
    return begin_leave(wanted.node, [promise](std::string failed) mutable { promise.deliver(metadata_membership_done{std::move(failed)}); });
  const std::uint64_t number = ++last_request_;
  std::string via = leader_node();
  if (via.empty() || via == services_.options.node_name) {  // somebody else has to lead then
    via.clear();
    for (const raft::member& m : standing_.members.members) {
      if (m.name == services_.options.node_name || m.role != raft::member_role::voter || !up_.contains(m.name)) continue;
      if (standing_.role == raft::role::leader && via.empty()) request(services_.raft(), caf::infinite, raft_transfer{metadata_group, m.id}).then([](const raft_refusal&) {});
      via = m.name;
      break;
    }
  }
  if (via.empty()) return promise.deliver(metadata_membership_done{"no other running member of the cluster can be reached"});
  memberships_.push_back(
      {number, via, storage::leave_message{number, wanted.node}, std::move(promise), wall_clock_ms() + membership_patience_ms, 0});
  on_tick();
}

/// Asks again until somebody who can has answered, or time is over.
void metadata_actor::ask_members() {
  const time_ms now = wall_clock_ms();
  bool gone = false;
  std::erase_if(memberships_, [&](membership_request& r) {
    if (now >= r.until) {
      answer(r.promise, "the cluster did not answer in time (asked " + r.via + ")");
      return gone = true;
    }
    if (now >= r.again && say(r.via, r.what)) r.again = now + ask_again_ms;
    return false;
  });
  if (gone) keep_links();
}

void metadata_actor::on_peer(const std::string& from, storage::member_answer_message& m) {
  const auto i = std::find_if(memberships_.begin(), memberships_.end(), [&](const auto& r) { return r.number == m.request; });
  if (i == memberships_.end() || i->via != from) return;
  if (m.refused && m.text.empty()) {  // it does not lead
    if (m.leader.empty() || m.leader == services_.options.node_name) return;  // asked again in a moment
    i->via = m.leader;
    i->again = 0;
    keep_links();
    return on_tick();
  }
  auto promise = std::move(i->promise);
  memberships_.erase(i);
  answer(promise, m.refused ? m.text : std::string());
  keep_links();
}

// ---- carrying out, as the leader

void metadata_actor::on_peer(const std::string& from, storage::join_message& m) {
  const auto answer = [this, from, number = m.request](std::string failed) {
    (void)say(from, storage::member_answer_message{number, !failed.empty(), std::move(failed), {}});
  };
  if (standing_.role != raft::role::leader) return (void)say(from, storage::member_answer_message{m.request, true, {}, leader_node()});
  begin_join(m.server, m.node, m.version, m.ram, answer);
}

void metadata_actor::on_peer(const std::string& from, storage::leave_message& m) {
  const auto answer = [this, from, number = m.request](std::string failed) {
    (void)say(from, storage::member_answer_message{number, !failed.empty(), std::move(failed), {}});
  };
  if (standing_.role != raft::role::leader) return (void)say(from, storage::member_answer_message{m.request, true, {}, leader_node()});
  begin_leave(m.node, answer);
}

void metadata_actor::begin_join(raft::server_id server, const std::string& node, const std::string& version, bool ram,
                                std::function<void(std::string)> answer) {
  if (version != services_.options.version)
    return answer("{:inconsistent_cluster, 'Node " + services_.options.node_name + " runs version " + services_.options.version + ", node " +
                  node + " runs version " + version + "'}");
  for (const raft::member& m : standing_.members.members) {
    if (m.name != node || m.id == server) continue;
    if (m.role == raft::member_role::voter)
      return answer("{:inconsistent_cluster, 'Node " + services_.options.node_name + " thinks it's clustered with node " + node + ", but " + node +
                    " disagrees'}");
    changes_.push_back({m.id, node, false, false, false, [](std::string) {}});  // of a join that never ended
  }
  std::erase_if(changes_, [&](const member_change& c) { return c.joins && c.server == server; });  // it asks again
  changes_.push_back({server, node, true, !ram, false, std::move(answer)});
  propose(put_node{node, ram, version}, std::make_shared<asker>());
  on_tick();
}

void metadata_actor::begin_leave(const std::string& node, std::function<void(std::string)> answer) {
  if (memory_.view.snapshot()->nodes.get(node) == nullptr)
    return answer("{:not_a_cluster_node, 'The node selected is not in the cluster.'}");
  raft::server_id server = 0;
  for (const raft::member& m : standing_.members.members)
    if (m.name == node) server = m.id;
  propose(remove_node{node}, std::make_shared<asker>());
  if (server == 0) return answer("");
  changes_.push_back({server, node, false, false, false, std::move(answer)});
  on_tick();
}

/// One step at a time: learner, then voter; the log refuses what is too early and is asked again.
void metadata_actor::move_members_on() {
  if (changes_.empty()) return;
  if (standing_.role != raft::role::leader) {
    changes_.clear();  // whoever asked asks the new leader
    return;
  }
  for (std::size_t i = 0; i < changes_.size();) {
    member_change& c = changes_[i];
    const raft::member* known = standing_.members.find(c.server);
    const bool done = c.joins ? known != nullptr && (!c.votes || known->role == raft::member_role::voter) : known == nullptr;
    if (done) {
      const auto answer = std::move(c.answer);
      changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(i));
      answer("");
      continue;
    }
    if (!c.asked) {
      c.asked = true;
      const auto step = !c.joins          ? raft::membership_change::kind::remove
                        : known == nullptr ? raft::membership_change::kind::add_learner
                                           : raft::membership_change::kind::promote;
      request(services_.raft(), caf::infinite, raft_change{metadata_group, {step, c.server, c.node}})
          .then([this, server = c.server](const raft_refusal&) {
            for (member_change& change : changes_)
              if (change.server == server) change.asked = false;
          });
    }
    ++i;
  }
}

// ---- without a majority

/// A member that cannot be reached any more has left the majority gone. Under `ignore` the others go on: the one with the smallest
/// name speaks for those who can see each other (DESIGN, section 6).
void metadata_actor::go_on_without_majority() {
  if (services_.options.partition_handling != "ignore" || !services_.app_running.load() || leaderless_since_ == 0) return;
  if (wall_clock_ms() - leaderless_since_ < leaderless_ms) return;
  std::vector<raft::server_id> survivors;
  std::string speaker = services_.options.node_name;
  std::size_t voters = 0;
  for (const raft::member& m : standing_.members.members) {
    if (m.role != raft::member_role::voter) continue;
    ++voters;
    if (m.name != services_.options.node_name && !up_.contains(m.name)) continue;
    survivors.push_back(m.id);
    speaker = std::min(speaker, m.name);
  }
  if (voters == 0 || survivors.empty() || survivors.size() >= raft::majority_of(voters) || speaker != services_.options.node_name) return;
  leaderless_since_ = wall_clock_ms();
  log_warning(log_category::plain, "{} of {} voting members can be reached: they go on without the others (cluster_partition_handling = ignore)",
              survivors.size(), voters);
  request(services_.raft(), caf::infinite, raft_force{metadata_group, origin_ ^ ++last_request_, std::move(survivors)})
      .then([](const raft_refusal& r) {
        if (r.why != raft::refusal::none) log_warning(log_category::plain, "they cannot: {}", raft::text_of(r.why));
      });
}

void metadata_actor::force(caf::response_promise promise) {
  log_warning(log_category::plain, "going on alone, as the operator wants it (force_boot)");
  request(services_.raft(), caf::infinite, raft_force{metadata_group, origin_ ^ ++last_request_, {standing_.self}})
      .then([promise](const raft_refusal& r) mutable {
        promise.deliver(metadata_membership_done{r.why == raft::refusal::none ? std::string() : std::string(raft::text_of(r.why))});
      });
}

/// A member comes back that was left behind when the others went on without it: it is taken in again. One that went on by itself,
/// too, is not: that is a partition.
void metadata_actor::on_diverged(const raft_diverged& d) {
  if (d.what.what == raft::divergence::kind::forked) {
    log_warning(log_category::plain, "partition: node {} and this node have each gone on without the other; restart the side that is to give way", d.node);
    return services_.partitioned_from.add(d.node);
  }
  if (d.what.what == raft::divergence::kind::ahead) {  // the others went on without this node: it asks to be one of them again
    if (!memberships_.empty()) return;
    log_info(log_category::plain, "the cluster went on without this node while it was away; asking {} to be taken in again", d.node);
    const node_record* self = memory_.view.snapshot()->nodes.get(services_.options.node_name);
    return join({d.node, services_.options.version, standing_.self, self != nullptr && self->ram}, {});
  }
  if (d.what.what != raft::divergence::kind::behind || standing_.role != raft::role::leader) return;
  const node_record* known = memory_.view.snapshot()->nodes.get(d.node);
  if (known == nullptr || std::any_of(changes_.begin(), changes_.end(), [&](const auto& c) { return c.server == d.what.peer; })) return;
  log_info(log_category::plain, "node {} is back and follows again", d.node);
  changes_.push_back({d.what.peer, d.node, true, !known->ram, false, [](std::string) {}});
  on_tick();
}

}  // namespace warren::actors
