#include "storage/segment_store.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>

#include "storage/crc32c.hpp"
#include "storage/queue_files.hpp"

namespace warren::storage {

segment_store::segment_store(file_system& fs, std::string directory, std::uint64_t incarnation,
                             const storage_options& options)
    : fs_(fs),
      directory_(std::move(directory)),
      incarnation_(incarnation),
      options_(options),
      files_(fs, options.open_files),
      next_serial_(1) {}

segment_store::~segment_store() = default;

std::string segment_store::directory_of(queue_id queue) const {
  char name[24];
  std::snprintf(name, sizeof name, "/%016llx", static_cast<unsigned long long>(queue.value));
  return directory_ + name;
}

segment_store::queue_files* segment_store::find(queue_id queue) const {
  const auto i = queues_.find(queue.value);
  return i == queues_.end() ? nullptr : i->second.get();
}

result<segment_store::queue_files*> segment_store::find_or_create(queue_id queue, bool durable) {
  auto& slot = queues_[queue.value];
  if (!slot) slot = std::make_unique<queue_files>(queue, directory_of(queue), incarnation_, durable);
  if (!slot->has_directory) {
    if (status s = fs_.make_directory(slot->directory); !s.ok()) return s.failure();
    slot->has_directory = true;
    new_directories_.push_back(slot->directory);
  }
  return slot.get();
}

// ---- acknowledgements

void segment_store::account_dead(queue_files& q, stored_run& run, std::uint32_t n) {
  run.home->live -= n;
  if (run.home->live == 0) q.some_segment_died = true;
}

status segment_store::ack(queue_id queue, std::span<const position> positions) { return ack(queue, ranges_of(positions)); }

void segment_store::settle(queue_id queue, const position_ranges& ranges) {
  queue_files* q = find(queue);
  if (q == nullptr) return;
  bool worth_writing = false;
  for (const auto& [first, last] : ranges)
    for (auto& [number, lane] : q->lanes)
      lane->kill(first, last, [&](stored_run& run, std::uint32_t n) {
        account_dead(*q, run, n);
        counters_.acks += n;
        worth_writing = worth_writing || run.persistent();
      });
  if (worth_writing && q->durable) {
    q->pending_acks.insert(q->pending_acks.end(), ranges.begin(), ranges.end());
    if (!std::exchange(q->ack_pending, true)) pending_acks_.push_back(queue.value);
  }
}

status segment_store::drop_dead(queue_id queue) {
  queue_files* q = find(queue);
  if (q == nullptr || !std::exchange(q->some_segment_died, false)) return success{};
  if (status s = remove_dead_segments(*q); !s.ok()) return s;
  return remove_if_empty(*q);
}

status segment_store::drop_dead_durably(std::span<const queue_id> queues) {
  std::vector<queue_files*> empty;
  for (const queue_id id : queues) {
    queue_files* q = find(id);
    if (q == nullptr || !std::exchange(q->some_segment_died, false)) continue;
    if (status s = remove_dead_segments(*q); !s.ok()) return s;
    if (q->segments.empty()) empty.push_back(q);
  }
  const auto has_acks = [](const queue_files* q) { return q->acks.exists(); };
  if (std::any_of(empty.begin(), empty.end(), has_acks))
    if (status s = fs_.sync_everything(directory_); !s.ok()) return s;
  for (queue_files* q : empty)
    if (status s = remove_if_empty(*q); !s.ok()) return s;
  return success{};
}

status segment_store::ack(queue_id queue, const position_ranges& ranges) {
  settle(queue, ranges);
  return drop_dead(queue);
}

status segment_store::flush_acks() {
  for (const std::uint64_t id : std::exchange(pending_acks_, {})) {
    queue_files* q = find(queue_id{id});
    if (q == nullptr || !std::exchange(q->ack_pending, false)) continue;
    normalize(q->pending_acks);
    if (status s = q->acks.append(files_, q->pending_acks); !s.ok()) return s;
    position_ranges().swap(q->pending_acks);
    if (q->acks.bytes() > std::max(options_.ack_file_bytes, q->compact_above))
      if (status s = compact_acks(*q); !s.ok()) return s;
  }
  return success{};
}

/// Only what segments still hold is worth remembering; the log was told of the rest when their segments went.
status segment_store::compact_acks(queue_files& q) {
  position_ranges dead;
  for (auto& [number, lane] : q.lanes)
    for (const auto& [first, run] : lane->runs())
      if (run.persistent()) run.append_dead(dead);
  normalize(dead);
  if (status s = q.acks.rewrite(fs_, files_, dead); !s.ok()) return s;
  q.compact_above = 2 * q.acks.bytes();
  return success{};
}

// ---- removal

status segment_store::drop_segment(queue_files& q, segment& s, bool tell_log) {
  position_ranges ranges;
  for (const auto& i : s.runs) {
    if (tell_log && q.durable && i->second.persistent()) i->second.append_positions(ranges);
    q.lane(static_cast<std::uint8_t>(s.header.lane)).erase(i);
  }
  if (!ranges.empty()) {
    normalize(ranges);
    dropped_.push_back({q.id, std::move(ranges)});
  }
  if (s.dirty) std::erase_if(dirty_, [&](const auto& d) { return d.second == &s; });
  --counters_.segments;
  counters_.segment_bytes -= s.end;
  files_.forget(s.path);
  const std::string path = s.path;
  std::erase_if(q.segments, [&](const auto& p) { return p.get() == &s; });
  return fs_.remove(path);
}

status segment_store::remove_dead_segments(queue_files& q) {
  for (std::size_t i = q.segments.size(); i-- > 0;)
    if (q.segments[i]->live == 0)
      if (status s = drop_segment(q, *q.segments[i], true); !s.ok()) return s;
  return success{};
}

/// A queue without segments costs nothing: no directory, no memory. `q` is gone afterwards.
status segment_store::remove_if_empty(queue_files& q) {
  if (!q.segments.empty()) return success{};
  if (status s = q.acks.remove(fs_, files_); !s.ok()) return s;
  const std::string directory = q.directory;
  const bool there = q.has_directory;
  std::erase(new_directories_, directory);
  queues_.erase(q.id.value);
  // What else lies there (a damaged segment that was left aside) keeps the directory.
  if (there) (void)fs_.remove_directory(directory);
  return success{};
}

status segment_store::drop_all(queue_id queue, bool tell_log) {
  queue_files* q = find(queue);
  if (q == nullptr) return success{};
  while (!q->segments.empty())
    if (status s = drop_segment(*q, *q->segments.back(), tell_log); !s.ok()) return s;
  return remove_if_empty(*q);
}

status segment_store::purge(queue_id queue, std::span<const position> keep) {
  queue_files* q = find(queue);
  if (q == nullptr) return success{};
  if (keep.empty()) return drop_all(queue, true);
  // Exactly the positions that are here: others between them may be alive in the log alone.
  position_ranges here;
  for (auto& [number, lane] : q->lanes)
    for (auto& [first, run] : lane->runs()) run.append_positions(here);
  normalize(here);
  return ack(queue, without(here, keep));
}
status segment_store::forget(queue_id queue) { return drop_all(queue, false); }

void segment_store::drop_transient(queue_id queue) {
  queue_files* q = find(queue);
  if (q == nullptr) return;
  for (auto& [number, lane] : q->lanes)
    for (auto& [first, run] : lane->runs())
      if (!run.persistent() || !q->durable) account_dead(*q, run, run.kill(run.first, run.last()));
}

status segment_store::remove_directory_of(queue_id queue) {
  const std::string directory = directory_of(queue);
  if (!fs_.exists(directory)) return success{};
  const auto names = fs_.list(directory);
  if (!names.ok()) return names.failure();
  for (const std::string& name : names.value())
    if (status s = fs_.remove(directory + "/" + name); !s.ok()) return s;
  return fs_.remove_directory(directory);
}

// ---- syncing

status segment_store::write_footer(segment& s) {
  std::vector<footer_run> runs;
  std::vector<const std::uint64_t*> present;
  runs.reserve(s.runs.size());
  for (const auto& i : s.runs) {
    const stored_run& r = i->second;
    footer_run f;
    f.first = r.first;
    f.span = r.span;
    f.count = r.count;
    f.offset = r.offset;
    f.bytes = r.bytes;
    f.body_bytes = r.body_bytes;
    f.flags = r.flags;
    runs.push_back(f);
    present.push_back(r.present.get());
  }
  const std::string footer = make_footer(s.header, runs, present, s.end, s.sequence++, s.synced);
  auto opened = files_.get(s.path);
  if (!opened.ok()) return opened.failure();
  s.full = s.closed = true;
  return opened.value()->write_at(s.end, footer.data(), footer.size());
}

status segment_store::sync() {
  if (dirty_.empty()) return success{};
  // Each single sync waits for the disk; from some number on one sync of everything is cheaper, whatever else it writes.
  constexpr std::size_t single_syncs = 48;
  const bool everything = dirty_.size() > single_syncs;
  if (everything) {
    if (status s = fs_.sync_everything(directory_); !s.ok()) return s;
    new_directories_.clear();
  }
  std::vector<std::string> directories;
  for (const auto& [id, s] : dirty_) {
    if (everything) break;
    auto opened = files_.get(s->path);
    if (!opened.ok()) return opened.failure();
    if (status st = opened.value()->sync_data(); !st.ok()) return st;
    if (!s->listed) directories.push_back(find(queue_id{id})->directory);
  }
  std::sort(directories.begin(), directories.end());
  directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
  for (const std::string& d : directories)
    if (status s = fs_.sync_directory(d); !s.ok()) return s;
  if (!new_directories_.empty()) {
    new_directories_.clear();
    if (status s = fs_.sync_directory(directory_); !s.ok()) return s;
  }
  // Only now is a footer true: it says that everything before it, the file's name included, is on the disk.
  for (const auto& [id, s] : dirty_) {
    s->listed = true;
    s->dirty = false;
    s->synced = s->end;
    if (s->full && !s->closed)
      if (status st = write_footer(*s); !st.ok()) return st;
  }
  dirty_.clear();
  ++counters_.syncs;
  return success{};
}

status segment_store::close_all() {
  if (status s = flush_acks(); !s.ok()) return s;
  if (status s = sync(); !s.ok()) return s;
  bool wrote = false;
  for (const auto& [id, q] : queues_)
    for (const auto& s : q->segments)
      if (q->durable && !s->closed) {
        if (status st = write_footer(*s); !st.ok()) return st;
        wrote = true;
      }
  // The ack files and footers as well: what was acknowledged before a clean stop stays acknowledged.
  return wrote || !queues_.empty() ? fs_.sync_everything(directory_) : status(success{});
}

}  // namespace warren::storage
