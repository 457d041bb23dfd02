#include "actors/metadata/metadata_actor.hpp"

#include <random>
#include <utility>
#include <variant>

#include "actors/logging/log.hpp"
#include "actors/runtime/io_thread.hpp"
#include "storage/metadata_codec.hpp"

namespace warren::actors {

namespace {

/// Without a leader for that long a command is refused: an answer, not a hang.
constexpr time_ms without_leader_ms = 15'000;
constexpr auto tick_every = std::chrono::milliseconds(100);

struct metadata_tick {};

[[nodiscard]] error no_majority_error() {
  return fail(reply_code::internal_error,
              "the cluster has no majority of its nodes: the change was not carried out (it may be, once the nodes are back)");
}

[[nodiscard]] std::uint64_t new_origin() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::metadata_tick)

namespace warren::actors {

metadata_actor::metadata_actor(caf::actor_config& config, supervision::place where, node_services& services)
    : guarded(config, std::move(where), "metadata"), services_(services), memory_(*services.metadata_memory), origin_(new_origin()) {}

caf::behavior metadata_actor::make_behavior() {
  const auto self = caf::actor_cast<caf::actor>(this);
  send(services_.raft(), raft_attach{metadata_group, self});
  if (services_.transport != nullptr) services_.transport->subscribe(distribution::service::metadata, self);
  return {
      [this](const metadata_apply& wanted) -> caf::result<metadata_answer> {
        auto promise = make_response_promise();
        apply(*wanted.what, wanted.connection, promise);
        return promise;
      },
      [this](const metadata_delete_queue& gone) { apply(delete_queue{gone.vhost, gone.name, gone.id}, {}, {}); },
      [this](const metadata_connection_gone& gone) -> caf::result<metadata_done> {
        apply_here(delete_exclusive_queues{gone.connection}, std::make_shared<asker>());
        return metadata_done{};
      },
      [this](const metadata_await_current&) -> caf::result<metadata_done> {
        auto promise = make_response_promise();
        awaiting_current_.push_back(promise);
        on_tick();
        return promise;
      },
      [this](const metadata_drop_transients&) -> caf::result<metadata_done> {
        drop_transients();
        return metadata_done{};
      },
      [this](raft_committed& done) { on_committed(done); },
      [this](const raft_restore& from) { on_restore(from); },
      [this](raft_standing& now) { on_standing(now); },
      [this](const raft_read_at& r) { on_read(r); },
      [this](const raft_proposed&) {},  // a refused one is asked again with the next tick
      [this](const raft_snapshot_wanted&) { write_snapshot(); },
      [this](const raft_diverged& d) { on_diverged(d); },
      [this](const metadata_join& wanted) -> caf::result<metadata_membership_done> {
        auto promise = make_response_promise();
        join(wanted, promise);
        return promise;
      },
      [this](const metadata_leave& wanted) -> caf::result<metadata_membership_done> {
        auto promise = make_response_promise();
        leave(wanted, promise);
        return promise;
      },
      [this](const metadata_force&) -> caf::result<metadata_membership_done> {
        auto promise = make_response_promise();
        force(promise);
        return promise;
      },
      [this](const metadata_tick&) {
        ticking_ = false;
        submit_all();
        on_tick();
      },
      [this](const distribution::peer_message& m) { on_peer_message(m); },
      [this](const distribution::peer_up& p) { on_peer_up(p.peer); },
      [this](const distribution::peer_down& p) { on_peer_down(p.peer); },
  };
}

// ---- commands

void metadata_actor::apply(command c, connection_id connection, caf::response_promise promise) {
  auto who = std::make_shared<asker>();
  who->promise = std::move(promise);
  cluster_metadata::route way = memory_.view.route_of(c);
  if (way.which == cluster_metadata::way::agreed) return propose(std::move(c), std::move(who));
  if (way.which == cluster_metadata::way::elsewhere) return ask_home(c, std::move(way.node), connection, std::move(who));
  name_own(c);
  apply_here(c, who);
}

/// This node's own objects: ids that no other node gives, and where they are at home.
void metadata_actor::name_own(command& c) {
  if (auto* q = std::get_if<declare_queue>(&c)) {
    if (!q->id) q->id = services_.new_transient_queue_id();
    q->node = services_.options.node_name;
  }
  if (auto* x = std::get_if<declare_exchange>(&c)) x->node = services_.options.node_name;
}

void metadata_actor::propose(command c, asker_ptr who) {
  const std::uint64_t number = ++last_request_;
  pending_request& r = requests_[number];
  r.entry = storage::encode_entry({origin_, number, std::move(c)});
  r.who = std::move(who);
  r.since = wall_clock_ms();
  submit(number, r);
}

/// Asked again whenever the leader changes or refuses, and with every tick: the ledger sees to it that it is carried out once.
void metadata_actor::submit(std::uint64_t number, const pending_request& r) {
  if (standing_.role == raft::role::leader) {
    send(services_.raft(), raft_propose{metadata_group, number, std::make_shared<const std::string>(r.entry), caf::actor_cast<caf::actor>(this)});
  } else if (const std::string leader = leader_node(); !leader.empty()) {
    (void)say(leader, storage::propose_message{number, r.entry});
  }
  on_tick();
}

void metadata_actor::submit_all() {
  const time_ms now = wall_clock_ms();
  for (const auto& [number, r] : requests_)
    if (r.home.empty() && now - r.since > 500) submit(number, r);
}

std::string metadata_actor::leader_node() const {
  const raft::member* leader = standing_.members.find(standing_.leader);
  return leader == nullptr ? std::string() : leader->name;
}

void metadata_actor::apply_here(const command& c, const asker_ptr& who) {
  cluster_metadata::outcome out = memory_.view.here(c);
  if (!out.done.result) return refuse(who, out.done.result.failure());
  take(out, who);
  done_with(who);
}

void metadata_actor::drop_transients() {
  for (const command& c : memory_.view.transients()) {
    if (const auto* q = std::get_if<declare_queue>(&c)) apply_here(delete_queue{q->vhost, q->name, q->id}, std::make_shared<asker>());
    if (const auto* x = std::get_if<declare_exchange>(&c)) apply_here(delete_exchange{x->vhost, x->name, false}, std::make_shared<asker>());
  }
}

void metadata_actor::ask_home(const command& c, std::string home, connection_id connection, asker_ptr who) {
  const std::uint64_t number = ++last_request_;
  const std::string bytes = storage::encode_command(c);
  if (!say(home, storage::ask_home_message{number, connection, bytes}))
    return refuse(who, fail(reply_code::internal_error, "node " + home + " does not answer"));
  requests_[number] = {bytes, std::move(home), connection, std::move(who), wall_clock_ms()};
}

/// What a step of the machine brought: the snapshot for everybody, the news for the others, the actors.
void metadata_actor::take(cluster_metadata::outcome& out, const asker_ptr& who) {
  who->answer.queue = out.done.queue;
  who->answer.changed = out.done.changed;
  publish();
  announce(out.announce);
  for (const metadata_event& e : out.done.events) perform(e, who);
  for (command& c : out.propose) propose(std::move(c), std::make_shared<asker>());
}

void metadata_actor::publish() {
  if (memory_.view.snapshot() != services_.metadata_now.get()) services_.metadata_now.publish(memory_.view.snapshot());
}

void metadata_actor::done_with(const asker_ptr& who) {
  if (--who->waits_for == 0 && who->promise.pending()) who->promise.deliver(who->answer);
}

void metadata_actor::refuse(const asker_ptr& who, error why) {
  metadata_answer refused;
  refused.failure = std::move(why);
  if (who->promise.pending()) who->promise.deliver(refused);
}

// ---- the cluster's log

void metadata_actor::on_committed(raft_committed& done) {
  for (const raft::entry& e : done.entries) {
    if (e.at <= memory_.applied) continue;  // known from before this actor's restart
    const auto entry = storage::decode_entry(e.view());
    WARREN_ENSURE(entry.has_value());  // every member would have to stumble over it
    memory_.applied = e.at;
    const bool mine = entry->origin == origin_;
    auto who = std::make_shared<asker>();
    if (const auto i = requests_.find(entry->request); mine && i != requests_.end()) {
      who = i->second.who;
      requests_.erase(i);
    }
    who->at = e.at;
    if (!memory_.ledger.note(entry->origin, entry->request)) continue;
    cluster_metadata::outcome out = memory_.view.agreed(entry->what, mine);
    if (!out.done.result) {
      refuse(who, out.done.result.failure());
      continue;
    }
    take(out, who);
    if (mine && out.done.queue && std::holds_alternative<declare_queue>(entry->what)) await_home(who, out.done.queue->node);
    done_with(who);
  }
  memory_.applied = std::max(memory_.applied, done.upto);
  take_late();
  pass_barriers();
  on_tick();
}

void metadata_actor::on_restore(const raft_restore& from) {
  if (from.upto <= memory_.applied) return;
  auto state = storage::decode_agreed(*from.bytes);
  WARREN_ENSURE(state.has_value());
  memory_.ledger = std::move(state->ledger);
  memory_.applied = from.upto;
  cluster_metadata::outcome out = memory_.view.install(std::move(state->state));
  take(out, std::make_shared<asker>());
  // what was asked here and stands in the snapshot already will not come out of the log any more
  const auto& origins = memory_.ledger.origins();
  if (const auto mine = origins.find(origin_); mine != origins.end()) {
    std::erase_if(requests_, [&](auto& r) {
      if (!r.second.home.empty() || (r.first > mine->second.upto && !mine->second.above.contains(r.first))) return false;
      done_with(r.second.who);
      return true;
    });
  }
  take_late();
  pass_barriers();
  on_tick();
}

void metadata_actor::on_standing(raft_standing& now) {
  const bool another = now.leader != standing_.leader || now.term != standing_.term || now.role != standing_.role;
  standing_ = std::move(now);
  services_.cluster.set(standing_);
  leaderless_since_ = standing_.leader != 0 ? 0 : leaderless_since_ != 0 ? leaderless_since_ : wall_clock_ms();
  keep_links();
  for (member_change& c : changes_) c.asked = false;
  if (another && standing_.leader != 0)
    for (const auto& [number, r] : requests_)
      if (r.home.empty()) submit(number, r);
  if (another) asked_current_ = false;
  on_tick();
}

void metadata_actor::on_read(const raft_read_at& r) {
  asked_current_ = false;
  if (r.at != 0) current_at_ = r.at;
  on_tick();
}

/// Looks after everything that waits: for a leader, for the log, for time.
void metadata_actor::on_tick() {
  if (!awaiting_current_.empty()) {
    if (current_at_ && memory_.applied >= *current_at_) {
      for (caf::response_promise& p : std::exchange(awaiting_current_, {})) p.deliver(metadata_done{});
      current_at_.reset();
    } else if (!current_at_ && !asked_current_ && standing_.leader != 0) {
      asked_current_ = true;
      send(services_.raft(), raft_read{metadata_group, ++last_request_});
    }
  }
  const time_ms now = wall_clock_ms();
  if (standing_.leader == 0) {
    std::erase_if(requests_, [&](auto& r) {
      if (now - r.second.since < without_leader_ms) return false;
      refuse(r.second.who, no_majority_error());
      return true;
    });
  }
  if (standing_.leader == 0) go_on_without_majority();
  move_members_on();
  ask_members();
  if (ticking_ || (requests_.empty() && awaiting_current_.empty() && changes_.empty() && memberships_.empty() && standing_.leader != 0)) return;
  ticking_ = true;
  delayed_send(this, tick_every, metadata_tick{});
}

void metadata_actor::write_snapshot() {
  send(services_.raft(), raft_snapshot{metadata_group, memory_.applied, storage::encode_agreed(memory_.ledger, *memory_.view.snapshot())});
}

}  // namespace warren::actors
