#include "actors/storage/log_actor.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "storage/position_ranges.hpp"

namespace warren::actors {
namespace {
/// A commit is not put off above this; the memory of messages that wait for it is the publishers' credit.
constexpr std::size_t largest_batch = 4u << 20;
}  // namespace

void end_process(const std::string& what) {
  std::fprintf(stderr, "\nwarren: stopping: %s\n", what.c_str());
  std::fflush(stderr);
  std::_Exit(1);
}

log_actor::log_actor(caf::actor_config& config, std::shared_ptr<storage::write_ahead_log> log,
                     std::shared_ptr<storage::raft_snapshots> snapshots, caf::actor store,
                     fatal_handler fatal)
    : caf::event_based_actor(config), log_(std::move(log)), snapshots_(std::move(snapshots)), store_(std::move(store)), fatal_(std::move(fatal)) {
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    try {
      if (!failed_) std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      fatal_(std::string("the log failed: ") + e.what());
    } catch (...) {
      fatal_("the log failed");
    }
    return caf::exit_reason::unhandled_exception;
  });
}

void log_actor::on_exit() {  // each of the two holds the other
  store_ = nullptr;
  metadata_watcher_ = nullptr;
  raft_host_ = nullptr;
  queues_.clear();
}

caf::behavior log_actor::make_behavior() {
  anon_send(store_, store_attach_log{caf::actor_cast<caf::actor>(this)});
  look_after_files();  // files of the last run can go as soon as the store has synced
  return {
      [this](log_append& wanted) { on_append(wanted); },
      [this](const storage_end_of_batch&) { commit(); },
      [this](log_metadata& wanted) { on_metadata(wanted); },
      [this](log_raft& wanted) { on_raft(wanted); },
      [this](log_raft_snapshot& taken) { on_raft_snapshot(taken); },
      [this](const log_released& done) {
        log_->released(done.queue, done.file);
        look_after_files();
      },
      [this](const log_segment_dropped& dead) {
        log_->append_acks(dead.queue, dead.ranges);
        commit_soon();
      },
      [this](const log_forget& gone) {
        log_->forget(gone.queue);
        if (const auto i = queues_.find(gone.queue); i != queues_.end() && i->second.upto == 0) queues_.erase(i);
        look_after_files();
      },
      [this](const store_barrier_passed& passed) {
        log_->barrier_passed(passed.file);
        commit_soon();
      },
      [this](const log_snapshot_covers& covered) {
        log_->snapshot_covers(covered.index);
        look_after_files();
      },
      [this](const log_spare_ready& spare) { log_->spare_ready(spare.slot, spare.bytes); },
      [this](log_watch_metadata& watch) {
        metadata_watcher_ = std::move(watch.watcher);
        look_after_files();
      },
      [this](const log_recover_queue& wanted) {
        commit();
        const bool known = log_->knows(wanted.queue);
        return delegate(store_, store_recover_queue{wanted.queue, log_->oldest(), known ? log_->active() : log_file_id{}});
      },
      [this](const storage_stop& wanted) { on_stop(wanted); },
      [this](const store_stopped&) { anon_send(stopping_for_, storage_stopped{}); },
      [this](const storage_get_statistics&) {
        const auto& c = log_->count();
        log_statistics s;
        s.commits = c.commits;
        s.syncs = c.syncs;
        s.bytes = c.bytes;
        s.messages = c.messages;
        s.acks = c.acks;
        s.metadata_commands = c.metadata_commands;
        s.files_live = log_->live_files();
        s.files_spare = log_->spare_files();
        s.rollovers = c.rollovers;
        s.sync_nanoseconds = sync_nanoseconds_;
        return s;
      },
  };
}

void log_actor::on_append(log_append& wanted) {
  if (stopped_) return;
  if (!wanted.entries.empty()) {
    log_->append(wanted.queue, wanted.entries);
    queue_state& q = queues_[wanted.queue];
    if (std::exchange(q.upto, wanted.entries.back().at) == 0) touched_.push_back(wanted.queue);
    q.actor = std::move(wanted.reply_to);
  }
  if (!wanted.acks.empty()) log_->append_acks(wanted.queue, storage::ranges_of(wanted.acks));
  if (log_->pending_bytes() >= largest_batch) return commit();
  commit_soon();
}

void log_actor::on_metadata(log_metadata& wanted) {
  if (stopped_) return;
  const std::uint64_t index = log_->append_metadata(wanted.bytes);
  if (wanted.reply_to) owed_.push_back({std::move(wanted.reply_to), {wanted.token, index}});
  commit_soon();
}

void log_actor::on_raft(log_raft& wanted) {
  if (stopped_) return;
  const raft_group_id group{wanted.group};
  if (wanted.write.install) require(snapshots_->write(group, *wanted.write.install, *wanted.install));  // before the log forgets
  log_->append_raft(group, wanted.write);
  raft_host_ = wanted.reply_to;
  owed_raft_.push_back({std::move(wanted.reply_to), {wanted.group, wanted.write.number}});
  commit_soon();
}

void log_actor::on_raft_snapshot(log_raft_snapshot& taken) {
  if (stopped_) return;
  const raft_group_id group{taken.group};
  require(snapshots_->write(group, taken.meta, *taken.bytes));
  require(snapshots_->remove_older(group, {}));
  log_->raft_snapshot_covers(group, taken.meta.at);
  anon_send(taken.reply_to, log_raft_snapshot_stored{taken.group, std::move(taken.meta)});
  look_after_files();
}

/// Behind everything that is in the mailbox now: no timer, and no second wake-up.
void log_actor::commit_soon() {
  if (!std::exchange(commit_under_way_, true)) send(this, storage_end_of_batch{});
}

void log_actor::require(const status& s) {
  if (s.ok()) return;
  failed_ = true;
  fatal_("the log cannot keep its promises: " + s.failure().text);
  throw std::runtime_error(s.failure().text);  // only a test's handler returns
}

void log_actor::commit() {
  commit_under_way_ = false;
  if (log_->pending_bytes() == 0) return;
  const auto before = std::chrono::steady_clock::now();
  require(log_->commit());
  sync_nanoseconds_ += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - before).count());
  answer();
  look_after_files();
}

void log_actor::answer() {
  for (const queue_id id : touched_) {
    const auto i = queues_.find(id);
    if (i == queues_.end()) continue;
    anon_send(i->second.actor, log_synced{id, std::exchange(i->second.upto, 0)});
    if (!log_->knows(id)) queues_.erase(i);  // it was deleted meanwhile
  }
  touched_.clear();
  for (owed_metadata& o : owed_) anon_send(o.to, o.done);
  owed_.clear();
  for (owed_raft& o : owed_raft_) anon_send(o.to, o.done);
  owed_raft_.clear();
}

void log_actor::look_after_files() {
  for (const auto& wanted : log_->take_flush_requests()) {
    const auto i = queues_.find(wanted.queue);
    if (i != queues_.end()) anon_send(i->second.actor, log_flush{wanted.queue, wanted.file});
  }
  if (const auto spare = log_->take_spare_request()) anon_send(store_, store_make_spare{spare->slot, spare->path, spare->bytes});
  if (const auto file = log_->take_barrier_request()) anon_send(store_, store_barrier{*file});
  if (raft_host_)
    for (const raft_group_id group : log_->take_raft_snapshot_requests()) anon_send(raft_host_, raft_snapshot_wanted{group.value});
  if (!metadata_watcher_) return;
  if (const auto index = log_->take_snapshot_request()) anon_send(metadata_watcher_, log_snapshot_wanted{*index});
}

void log_actor::on_stop(const storage_stop& wanted) {
  commit();
  require(log_->sync());
  stopped_ = true;
  stopping_for_ = wanted.reply_to;
  anon_send(store_, store_stop{log_->active().value, log_->metadata_covered(), log_->queues()});
}

}  // namespace warren::actors
