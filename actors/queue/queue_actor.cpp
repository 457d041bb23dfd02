#include "actors/queue/queue_actor.hpp"

#include <algorithm>
#include <utility>

#include "actors/metadata/metadata_messages.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "actors/storage/storage_messages.hpp"
#include "core/metadata/checks.hpp"

namespace warren::actors {

namespace {

/// Publishers of a queue wait for their credit while this much of it is on its way to segments.
constexpr std::uint64_t paging_limit_bytes = 8u << 20;

struct queue_wake {};

/// Effects of queues that have done their turn, for the next queue of this thread: the vectors keep their memory, and
/// ten thousand idle queues have none of it.
std::vector<std::unique_ptr<queue_effects>>& idle_effects() {
  static thread_local std::vector<std::unique_ptr<queue_effects>> idle;
  return idle;
}

}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::queue_wake)

namespace warren::actors {

queue_actor::queue_actor(caf::actor_config& config, io_thread& thread, supervision::place where,
                         node_services& services, queue_start start)
    : guarded(config, std::move(where), "queue", thread),
      services_(services),
      start_(std::move(start)),
      machine_(start_.in_force->settings, start_.record->auto_delete, services.queue_limits(), wall_clock_ms()),
      dead_letters_(services, start_.record) {}

queue_actor::~queue_actor() = default;

std::string queue_actor::label() const { return queue_label(start_.record->name, start_.record->vhost); }

caf::behavior queue_actor::make_behavior() {
  set_down_handler([this](caf::down_msg& down) { on_peer_down(down.source); });
  if (start_.recovered) begin(*start_.recovered);
  if (start_.recover_first) recover();
  return running();
}

/// Whatever else arrives waits until the durable state is back.
void queue_actor::recover() {
  request(services_.log(), caf::infinite, log_recover_queue{start_.record->id})
      .await([this](const recovered_queue& found) { begin(found); },
             [this](const caf::error& failed) {
               throw std::runtime_error("cannot read back " + label() + ": " + system().render(failed));
             });
}

void queue_actor::begin(const recovered_queue& found) {
  machine_.recover(found, wall_clock_ms(), effects());
  start_.recovered.reset();
  flush();
}

/// A behaviour has a closure for each of its messages, in every queue: only what is frequent stands in it.
caf::behavior queue_actor::running() {
  set_default_handler([this](caf::scheduled_actor*, caf::message_view& arrived) -> caf::result<caf::message> {
    caf::message content = arrived.move_content_to_message();
    if (auto answer = seldom()(content)) return std::move(*answer);
    return caf::sec::unexpected_message;
  });
  return {
      [this](queue_publish& batch) { on_publish(batch); },
      [this](const queue_settle& settled) { on_settle(settled); },
      [this](const queue_replenish& sent) {
        const time_ms now = wall_clock_ms();
        for (const auto& [consumer, bytes] : sent.bytes) machine_.replenish(consumer, bytes, now, effects());
      },
      [this](const log_synced& done) {
        synced_upto_ = done.upto;
        machine_.synced(done.upto, effects());
      },
      [this](const queue_grant& g) { machine_.grant(g.consumer, g.messages, wall_clock_ms(), effects()); },
      [this](queue_get& g) {
        on_get({std::move(g.channel), g.from, g.no_ack});
      },
      [this](store_paged_out& done) {
        machine_.paged_out(done.token, effects());
        const auto i = std::find_if(paging_bytes_.begin(), paging_bytes_.end(),
                                    [&](const auto& p) { return p.first == done.token; });
        if (i != paging_bytes_.end()) {
          paging_total_ -= i->second;
          paging_bytes_.erase(i);
        }
        stop_when_paged_out();
      },
      [this](store_loaded& loaded) {
        disk_reads_ += loaded.messages.size();
        machine_.loaded(loaded.lane, loaded.messages, loaded.more_in_range, wall_clock_ms(), effects());
        for (waiting_get& g : std::exchange(gets_, {})) on_get(std::move(g));
      },
  };
}

caf::message_handler queue_actor::seldom() {
  return {
      [this](const queue_limit_channel& change) {
        machine_.limit_channel(change.channel, change.limited, wall_clock_ms(), effects());
        flush();  // deliveries go out before the answer
        return queue_limited{};
      },
      [this](queue_consume& wanted) { on_consume(wanted); },
      [this](const queue_cancel& cancelled) {
        flush();  // what is decided already goes out before the answer
        (void)machine_.cancel(cancelled.consumer, wall_clock_ms(), effects());
        consumer_channel_.erase(cancelled.consumer);
        return consumer_cancelled{cancelled.consumer};
      },
      [this](const queue_channel_gone& gone) { channel_gone(gone.channel); },
      [this](const queue_ask_counts& asked) {
        if (asked.declared) machine_.touched(wall_clock_ms());
        const auto c = machine_.count();
        return counts_answer{c.ready, c.consumers};
      },
      [this](const queue_purge&) {
        flush();
        const auto messages = machine_.purge(wall_clock_ms(), effects());
        flush();
        return purge_answer{messages};
      },
      [this](const queue_check_delete& wanted) { return check_delete(wanted); },
      [this](const queue_dispose&) { dispose(); },
      [this](const queue_new_record& changed) {
        start_.in_force = changed.in_force;
        machine_.set_settings(changed.in_force->settings, wall_clock_ms(), effects());
      },
      [this](const queue_memory_pressure&) {
        machine_.set_memory_limits(services_.queue_limits(), wall_clock_ms(), effects());
      },
      [this](const log_flush& wanted) { machine_.flush_log(wanted.file, effects()); },
      [this](const queue_wake&) {
        wake_armed_.reset();
        machine_.tick(wall_clock_ms(), effects());
      },
      [this](const queue_ask_status& asked) { return report(asked.with_consumers); },
      [this](const queue_stop_cleanly& stop) { stop_cleanly(stop.reply_to); },
  };
}

queue_effects& queue_actor::effects() {
  if (effects_) return *effects_;
  auto& idle = idle_effects();
  if (idle.empty()) {
    effects_ = std::make_unique<queue_effects>();
  } else {
    effects_ = std::move(idle.back());
    idle.pop_back();
  }
  return *effects_;
}

void queue_actor::end_of_turn() { flush(); }

void queue_actor::on_exit() { services_.queues.remove(start_.record->id, address()); }

queue_status queue_actor::report(bool with_consumers) const {
  queue_status s{start_.record, start_.in_force, machine_.count(), machine_.ledger(), machine_.active_consumer(),
                 machine_.exclusive_consumer(), disk_reads_, disk_writes_, {}};
  if (with_consumers)
    for (const queue_machine::consumer_view& c : machine_.consumers())
      s.consumers.push_back({c.spec->id, c.spec->channel, c.spec->tag, !c.spec->no_ack, c.active, c.has_credit, c.spec->prefetch,
                             c.spec->arguments});
  return s;
}

// ---- commands

void queue_actor::on_publish(queue_publish& batch) {
  const std::size_t logged = effects().log_appends.size();
  machine_.publish(batch.from, batch.items, wall_clock_ms(), effects());
  if (batch.credit_bytes == 0) return;
  if (effects().log_appends.size() > logged) {
    owed_.push_back({effects().log_appends.back().at, batch.from, batch.credit_bytes});
  } else {
    held_credit_.emplace_back(batch.from, batch.credit_bytes);
  }
}

void queue_actor::on_consume(queue_consume& wanted) {
  const consumer_id consumer = wanted.spec.id;
  const channel_id channel = wanted.spec.channel;
  consume_answer reply{consumer, std::nullopt};
  if (deleting_) {
    reply.failure = no_queue_error(start_.record->name, start_.record->vhost);
  } else if (const status done = machine_.consume(std::move(wanted.spec), label(), wall_clock_ms(), effects()); !done) {
    reply.failure = done.failure();
  } else {
    peer_of(channel, wanted.channel);
    consumer_channel_.emplace(consumer, channel);
  }
  send(wanted.channel, std::move(reply));  // before the deliveries of this turn
}

void queue_actor::on_get(waiting_get wanted) {
  flush();
  auto got = machine_.get(wanted.from, wanted.no_ack, wall_clock_ms(), effects());
  if (got.waiting) {
    gets_.push_back(std::move(wanted));
    return;
  }
  peer_of(wanted.from, wanted.channel);
  send(wanted.channel, get_answer{std::move(got.message), got.ready_left, wanted.from});
}

void queue_actor::on_settle(const queue_settle& settled) {
  const time_ms now = wall_clock_ms();
  switch (settled.how) {
    case settlement::ack: machine_.ack(settled.positions, now, effects()); break;
    case settlement::requeue: machine_.requeue(settled.positions, now, effects()); break;
    case settlement::reject: machine_.reject(settled.positions, now, effects()); break;
  }
}

delete_answer queue_actor::check_delete(const queue_check_delete& wanted) {
  flush();
  const auto c = machine_.count();
  delete_answer reply{c.ready, std::nullopt};
  if (wanted.if_unused && c.consumers > 0) {
    reply.failure = in_use_error(*start_.record);
  } else if (wanted.if_empty && c.ready > 0) {
    reply.failure = not_empty_error(*start_.record);
  } else {
    deleting_ = true;
  }
  return reply;
}

void queue_actor::dispose() {
  flush();
  ended_ = true;
  for (const auto& [consumer, channel] : consumer_channel_)
    if (const auto p = peers_.find(channel); p != peers_.end()) send(p->second.channel, consumer_cancelled{consumer});
  owed_.for_each([this](const owed& o) { answer_for(o.channel).done.credit_bytes += o.bytes; });
  owed_.clear();
  paging_total_ = 0;
  answer_publishers();
  send(services_.log(), log_forget{start_.record->id});
  send(services_.store(), store_delete{start_.record->id});
  services_.forget_queue(start_.record->id);
  quit();
}

void queue_actor::on_peer_down(const caf::actor_addr& who) {
  for (;;) {  // one actor may speak for many channels
    const auto p = std::find_if(peers_.begin(), peers_.end(), [&](const auto& i) { return i.second.channel.address() == who; });
    if (p == peers_.end()) return;
    channel_gone(p->first);
  }
}

void queue_actor::channel_gone(channel_id id) {
  const auto p = peers_.find(id);
  if (p == peers_.end()) return;
  flush();
  demonitor(p->second.channel.address());
  std::erase_if(consumer_channel_, [id](const auto& c) { return c.second == id; });
  std::erase_if(gets_, [id](const waiting_get& g) { return g.from == id; });
  peers_.erase(id);
  machine_.channel_down(id, wall_clock_ms(), effects());
}

/// What is in the log only goes to segments; then the store learns what recovery cannot see there.
void queue_actor::stop_cleanly(const caf::actor& asker) {
  flush();
  if (start_.record->durable) machine_.flush_log(log_file_id{}, effects());
  flush();
  stopping_for_ = asker;
  stop_when_paged_out();
}

void queue_actor::stop_when_paged_out() {
  if (!stopping_for_ || !paging_bytes_.empty()) return;
  if (start_.record->durable)
    send(services_.store(), store_close{start_.record->id, machine_.next_position(), machine_.highest_delivered()});
  send(std::exchange(stopping_for_, nullptr), queue_stopped{});
}

queue_actor::peer& queue_actor::peer_of(channel_id id, const caf::actor& channel) {
  const auto [i, fresh] = peers_.try_emplace(id);
  if (fresh) {
    i->second.channel = channel;
    monitor(channel);
  }
  return i->second;
}

// ---- effects

void queue_actor::flush() {
  if (ended_) return;
  if (effects_) {
    perform_log();
    perform_deliveries();
    perform_disk();
    perform_confirms();
    perform_dead_letters();
    perform_grants();
    perform_life();
    effects_->clear();
    idle_effects().push_back(std::move(effects_));
  }
  answer_publishers();
  arm_wake();
}

void queue_actor::perform_log() {
  if (effects_->log_appends.empty() && effects_->log_acks.empty()) return;
  disk_writes_ += effects_->log_appends.size();
  send(services_.log(), log_append{start_.record->id, caf::actor_cast<caf::actor>(this), std::move(effects_->log_appends),
                                   std::move(effects_->log_acks)});
  effects_->log_appends = {};
  effects_->log_acks = {};
}

void queue_actor::perform_deliveries() {
  if (effects_->deliveries.empty()) return;
  channel_id last{};
  peer* to = nullptr;
  std::vector<peer*> touched;
  std::uint64_t no_ack_bytes = 0;
  for (delivery& d : effects_->deliveries) {
    if (to == nullptr || d.channel != last) {
      const auto p = peers_.find(d.channel);
      WARREN_ENSURE(p != peers_.end());
      to = &p->second;
      last = d.channel;
    }
    if (to->outbox.empty()) touched.push_back(to);
    if (d.no_ack) no_ack_bytes += d.message->record_bytes;
    to->outbox.push_back(std::move(d));
  }
  if (no_ack_bytes > 0) pace_.delivered_no_ack(no_ack_bytes, wall_clock_ms());
  for (peer* p : touched) {
    send(p->channel, queue_deliver{start_.record->id, std::move(p->outbox)});
    p->outbox = {};
  }
}

void queue_actor::perform_disk() {
  if (effects_->purge_disk) send(services_.store(), store_purge{start_.record->id, effects_->purge_keep});
  for (page_out& out : effects_->page_outs) {
    std::uint64_t bytes = 0;
    for (const queue_entry& e : out.entries) bytes += e.message->record_bytes;
    paging_bytes_.emplace_back(out.token, bytes);
    paging_total_ += bytes;
    disk_writes_ += out.entries.size();
    send(services_.store(), store_page_out{start_.record->id, out.token, out.durable, start_.record->durable,
                                           std::move(out.entries), caf::actor_cast<caf::actor>(this)});
  }
  if (!effects_->disk_acks.empty()) send(services_.store(), store_ack{start_.record->id, effects_->disk_acks});
  for (const load_request& wanted : effects_->loads)
    send(services_.store(), store_load{start_.record->id, wanted, caf::actor_cast<caf::actor>(this)});
  for (const log_file_id file : effects_->log_releases)
    if (file) send(services_.log(), log_released{start_.record->id, file});
}

void queue_actor::perform_confirms() {
  const auto add = [](std::vector<seq_range>& ranges, std::uint64_t seq) {
    if (!ranges.empty() && ranges.back().second + 1 == seq) {
      ranges.back().second = seq;
    } else {
      ranges.emplace_back(seq, seq);
    }
  };
  for (const publish_confirm& c : effects_->confirms) add(answer_for(c.channel).done.confirmed, c.seq);
  for (const publish_confirm& c : effects_->refusals) add(answer_for(c.channel).done.refused, c.seq);
}

void queue_actor::perform_dead_letters() {
  if (effects_->dead_letters.empty()) return;
  dead_letters_.publish(*this, machine_.settings(), effects_->dead_letters, wall_clock_ms());
}

void queue_actor::perform_grants() {
  for (const consumer_id c : effects_->wants_grant)
    if (const auto i = consumer_channel_.find(c); i != consumer_channel_.end())
      send(peers_.at(i->second).channel, consumer_wants_grant{start_.record->id, c});
  for (const auto& [c, n] : effects_->unused_grants)
    if (const auto i = consumer_channel_.find(c); i != consumer_channel_.end())
      send(peers_.at(i->second).channel, consumer_unused_grant{c, n});
}

void queue_actor::perform_life() {
  if ((effects_->auto_deleted || effects_->expired) && !deleting_) {
    deleting_ = true;
    send(services_.metadata(), metadata_delete_queue{start_.record->vhost, start_.record->name, start_.record->id});
  }
}

queue_actor::answer& queue_actor::answer_for(channel_id id) {
  for (answer& a : answers_)
    if (a.channel == id) return a;
  answers_.push_back({id, services_.find_channel(id), {start_.record->id, id, 0, {}, {}}});
  return answers_.back();
}

bool queue_actor::consumers_catch_up() {
  const auto c = machine_.count();
  return pace_.holds(c.ready_bytes + c.ready * sizeof(message), wall_clock_ms());
}

void queue_actor::answer_publishers() {
  // `synced` has been applied, so everything owed up to the last confirmed position may go
  while (!owed_.empty() && owed_.front().upto <= synced_upto_) {
    held_credit_.emplace_back(owed_.front().channel, owed_.front().bytes);
    owed_.pop_front();
  }
  if (!held_credit_.empty() && paging_total_ < paging_limit_bytes && !consumers_catch_up()) {
    for (const auto& [channel, bytes] : held_credit_) answer_for(channel).done.credit_bytes += bytes;
    held_credit_.clear();
  }
  for (answer& a : answers_)
    if (a.actor) send(a.actor, std::move(a.done));
  answers_.clear();
}

void queue_actor::arm_wake() {
  auto at = machine_.wake_at();
  if (!held_credit_.empty())
    if (const auto pace = pace_.again_at(); pace && (!at || *pace < *at)) at = pace;
  if (!at || (wake_armed_ && *wake_armed_ <= *at)) return;
  wake_armed_ = at;
  thread().call_at(*at, [self = caf::actor_cast<caf::actor_addr>(this)] {
    if (auto strong = caf::actor_cast<caf::actor>(self)) caf::anon_send(strong, queue_wake{});
  });
}

}  // namespace warren::actors
