#include "storage/recovery.hpp"

#include <algorithm>

namespace warren::storage {
recovered_queue recovered_node::of(queue_id queue) const {
  if (const auto i = queues.find(queue); i != queues.end()) return i->second;
  recovered_queue nothing;
  nothing.next_position = first_position;
  return nothing;
}

result<std::unique_ptr<recovery>> recovery::read(const data_directory& d, const storage_options& options) {
  std::unique_ptr<recovery> r(new recovery(d, options));
  auto clean = read_clean_stop(d);
  if (!clean.ok()) return clean.failure();
  r->clean_ = std::move(clean).value();
  auto snapshot = read_metadata_snapshot(d.files(), d.path());
  if (!snapshot.ok()) return snapshot.failure();
  r->snapshot_ = std::move(snapshot).value();
  log_reading how;
  how.incarnation = d.incarnation();
  how.start = d.starts();
  how.accept_damage = options.accept_damaged_log;
  if (r->clean_ && r->clean_->metadata_covered) how.from = r->clean_->log_file + 1;
  auto log = read_log(d.files(), d.log_path(), how);
  if (!log.ok()) return log.failure();
  r->log_ = std::move(log).value();
  r->notes_ = r->log_.notes;
  if (status s = r->read_metadata(); !s.ok()) return s.failure();
  r->group_snapshots_ = std::make_unique<raft_snapshots>(d.files(), d.path() + "/raft");
  auto groups = replay_raft(r->log_, *r->group_snapshots_, options.accept_damaged_log, r->notes_);
  if (!groups.ok()) return groups.failure();
  r->groups_ = std::move(groups).value();
  return r;
}

const recovered_group* recovery::group(raft_group_id id) const {
  const auto g = groups_.groups.find(id);
  return g == groups_.groups.end() ? nullptr : &g->second.found;
}

status recovery::read_metadata() {
  const std::uint64_t covered = snapshot_ ? snapshot_->index : 0;
  last_command_ = covered;
  if (!log_.files.empty()) last_command_ = std::max(last_command_, log_.files.front().header.metadata_before);
  if (last_command_ > covered)
    return fail(reply_code::internal_error,
                directory_.path() + "/metadata.snapshot covers the declarations up to number " + std::to_string(covered) +
                    ", but the log begins after number " + std::to_string(last_command_) +
                    ": the snapshot is missing or older than the log. Restore the data directory from a copy");
  for (const log_file_content& f : log_.files) {
    status problem = success{};
    const status walked = f.for_each([&](log_entry type, char* payload, std::size_t bytes) {
      if (type != log_entry::metadata) return true;
      std::uint64_t number = 0, length = 0;
      if (bytes < 16) return false;
      std::memcpy(&number, payload, 8);
      std::memcpy(&length, payload + 8, 8);
      if (length > bytes - 16) return false;
      if (number <= covered) return true;
      if (number != last_command_ + 1) {
        std::string text = f.path + ": declaration number " + std::to_string(last_command_ + 1) + " is missing before number " +
                           std::to_string(number);
        if (options_.accept_damaged_log) {
          notes_.push_back(std::move(text));
        } else {
          problem = fail(reply_code::internal_error, std::move(text));
          return false;
        }
      }
      last_command_ = number;
      commands_.emplace_back(payload + 16, length);
      return true;
    });
    if (!problem.ok()) return problem;
    if (!walked.ok()) return walked;
  }
  return success{};
}

result<std::unique_ptr<write_ahead_log>> recovery::open_log(const std::unordered_map<queue_id, queue_in_log>& queues,
                                                            const raft_in_log& groups) {
  file_system& fs = directory_.files();
  write_ahead_log::beginning b;
  b.incarnation = directory_.incarnation();
  b.start = directory_.starts();
  b.last_metadata = last_command_;
  b.covered = snapshot_ ? snapshot_->index : 0;
  b.next_slot = log_.next_slot;
  b.next_file = std::max(log_.newest, clean_ ? clean_->log_file : 0) + 1;
  b.queues_from = clean_ ? clean_->log_file + 1 : 0;
  for (const log_file_content& f : log_.files) {
    log_file old;
    old.id = f.header.file_id;
    old.slot = f.slot;
    old.bytes = f.bytes;
    old.end = f.end;
    old.last_metadata = last_command_;
    old.flush_asked = true;
    b.queues_from = std::max(b.queues_from, f.header.queues_from);
    for (const auto& [id, g] : groups.groups)
      if (const auto in = g.files.find(old.id); in != g.files.end()) old.groups[id.value] = in->second;
    b.old.push_back(std::move(old));
  }
  for (const auto& [id, q] : queues)
    if (q.last_file != 0) b.last_file[id.value] = q.last_file;
  for (const auto& [id, g] : groups.groups)
    if (g.found.state.vote.term != 0) b.votes[id.value] = g.found.state.vote;
  if (!log_.files.empty()) {
    // The next file will say how far this one is sound, which must then be true on the disk as well.
    auto newest = fs.open(log_.files.back().path, open_mode::read_write);
    if (!newest.ok()) return newest.failure();
    if (status s = newest.value()->sync_data(); !s.ok()) return s.failure();
  }
  for (const std::string& path : log_.unreadable)  // somebody may still want to look at it
    if (status s = fs.rename(path, path + ".damaged"); !s.ok()) return s.failure();
  for (const log_spare& s : log_.spares) {
    if (b.spares.size() < 3) {
      b.spares.push_back(s);
    } else if (status removed = fs.remove(directory_.log_path() + "/" + log_file_name(s.slot)); !removed.ok()) {
      return removed.failure();
    }
  }
  return write_ahead_log::open(fs, directory_.log_path(), options_, std::move(b));
}

result<recovered_node> recovery::finish(const std::function<bool(queue_id)>& durable) {
  recovered_node out;
  out.clean = clean_.has_value();
  out.first_position = directory_.first_position();
  out.store = std::make_unique<segment_store>(directory_.files(), directory_.queues_path(), directory_.incarnation(), options_);
  segment_store& store = *out.store;

  std::uint64_t queues_from = clean_ ? clean_->log_file + 1 : 0;
  for (const log_file_content& f : log_.files) queues_from = std::max(queues_from, f.header.queues_from);
  std::unordered_map<queue_id, queue_in_log> in_log;
  if (status s = collect_queues(log_, queues_from, durable, in_log); !s.ok()) return s.failure();
  auto on_disk = store.queues_on_disk();
  if (!on_disk.ok()) return on_disk.failure();
  for (const queue_id q : on_disk.value()) {
    if (durable(q)) {
      in_log.try_emplace(q);
    } else if (status s = store.remove_directory_of(q); !s.ok()) {
      return s.failure();
    }
  }

  std::vector<std::pair<queue_id, position_ranges>> dead;
  for (const auto& [queue, logged] : in_log) {
    auto acks = store.open_queue(queue, notes_);
    if (!acks.ok()) return acks.failure();
    auto replayed = replay_queue(store, queue, logged, acks.value());
    if (!replayed.ok()) return replayed.failure();
    recovered_queue found = std::move(replayed->found);
    found.next_position = std::max(out.first_position, replayed->highest + 1);
    found.redelivered_upto = replayed->highest;  // after a crash nobody knows; RabbitMQ marks them all as well
    if (clean_) {
      const auto known = clean_->queues.find(queue);
      if (known != clean_->queues.end()) found.redelivered_upto = known->second.highest_delivered;
    }
    out.moved_messages += replayed->messages;
    if (!replayed->dead.empty()) dead.emplace_back(queue, std::move(replayed->dead));
    out.queues.emplace(queue, std::move(found));
  }

  // Segments in which nothing lives go, and their acks with them: first the log learns what it still holds of those, or a
  // second recovery would find them alive in it.
  auto log = open_log(in_log, groups_);
  if (!log.ok()) return log.failure();
  out.log = std::move(log).value();
  for (const auto& [queue, ranges] : dead) out.log->append_acks(queue, ranges);
  out.group_snapshots = std::move(group_snapshots_);
  for (auto& [id, g] : groups_.groups) {
    if (g.void_log) {
      raft::log_write void_log;
      void_log.install = g.found.state.snapshot;
      out.log->append_raft(id, void_log);
    }
    out.groups.emplace(id, std::move(g.found));
  }
  if (status s = out.log->commit(); !s.ok()) return s.failure();
  if (status s = out.log->sync(); !s.ok()) return s.failure();
  if (status s = store.flush_acks(); !s.ok()) return s.failure();
  std::vector<queue_id> all;
  for (const auto& [queue, logged] : in_log) all.push_back(queue);
  if (status s = store.drop_dead_durably(all); !s.ok()) return s.failure();
  (void)store.take_dropped();
  if (clean_)
    if (status s = remove_clean_stop(directory_); !s.ok()) return s.failure();
  log_ = {};
  commands_.clear();
  return out;
}

status recover_running_queues(segment_store& store, const data_directory& d, std::span<restarted_queue> queues,
                              log_file_id oldest, log_file_id newest, std::vector<std::string>& notes) {
  if (status s = store.flush_acks(); !s.ok()) return s;
  log_content log;
  std::unordered_map<queue_id, queue_in_log> in_log;
  for (const restarted_queue& q : queues) in_log.try_emplace(q.queue);
  if (newest) {
    log_reading how;
    how.incarnation = d.incarnation();
    how.start = d.starts();
    how.from = oldest.value;
    how.accept_damage = true;
    auto read = read_log(d.files(), d.log_path(), how);
    if (!read.ok()) return read.failure();
    log = std::move(read).value();
    notes.insert(notes.end(), log.notes.begin(), log.notes.end());
    std::erase_if(log.files, [&](const log_file_content& f) { return f.header.file_id > newest.value; });
    const auto wanted = [&](queue_id q) { return in_log.contains(q); };
    if (status s = collect_queues(log, 0, wanted, in_log); !s.ok()) return s;
  }
  for (restarted_queue& q : queues) {
    store.drop_transient(q.queue);
    auto replayed = replay_queue(store, q.queue, in_log[q.queue], {});
    if (!replayed.ok()) return replayed.failure();
    q.found = std::move(replayed->found);
    q.found.redelivered_upto = replayed->highest;
    q.found.next_position = std::max(q.next_position, replayed->highest + 1);
  }
  if (status s = store.flush_acks(); !s.ok()) return s;
  for (const restarted_queue& q : queues)
    if (status s = store.drop_dead(q.queue); !s.ok()) return s;
  return success{};
}

}  // namespace warren::storage
