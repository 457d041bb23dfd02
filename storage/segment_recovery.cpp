// Finding again what segments hold: at the node's start, or when a queue's actor was restarted.
#include <algorithm>

#include "storage/queue_files.hpp"

namespace warren::storage {

result<std::vector<queue_id>> segment_store::queues_on_disk() {
  std::vector<queue_id> out;
  const auto names = fs_.list(directory_);
  if (!names.ok()) return names.failure();
  for (const std::string& name : names.value()) {
    if (name.size() != 16 || name.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    out.push_back(queue_id{std::stoull(name, nullptr, 16)});
  }
  return out;
}

status segment_store::adopt_segment(queue_files& q, const std::string& path, segment_content content) {
  auto s = std::make_unique<segment>();
  s->header = content.header;
  s->path = path;
  s->end = content.end;
  s->full = true;
  s->listed = s->closed = content.closed;
  if (!content.closed && content.bytes != content.end) {
    auto opened = files_.get(path);
    if (!opened.ok()) return opened.failure();
    if (status st = opened.value()->resize(content.end); !st.ok()) return st;
  }
  const auto lane = static_cast<std::uint8_t>(content.header.lane);
  for (segment_content::run& r : content.runs) {
    stored_run run;
    run.home = s.get();
    run.offset = r.entry.offset;
    run.first = r.entry.first;
    run.span = r.entry.span;
    run.count = run.live = r.entry.count;
    run.bytes = r.entry.bytes;
    run.body_bytes = r.entry.body_bytes;
    run.flags = r.entry.flags;
    run.present = std::move(r.present);
    q.highest = std::max(q.highest, run.last());
    s->live += run.live;
    s->sequence = s->runs.size() + 1;
    s->runs.push_back(q.lane(lane).add(std::move(run)));
  }
  ++counters_.segments;
  counters_.segment_bytes += s->end;
  if (!s->closed) {
    // Read by walking: what was written last may not be on the disk yet (the process was killed, not the machine). It is
    // synced, and gets its footer, with the first sync.
    s->dirty = true;
    dirty_.emplace_back(q.id.value, s.get());
  }
  q.segments.push_back(std::move(s));
  return success{};
}

result<position_ranges> segment_store::open_queue(queue_id queue, std::vector<std::string>& notes) {
  const std::string directory = directory_of(queue);
  if (find(queue) != nullptr || !fs_.exists(directory)) return position_ranges{};
  const auto names = fs_.list(directory);
  if (!names.ok()) return names.failure();
  auto owned = std::make_unique<queue_files>(queue, directory, incarnation_, true);
  queue_files& q = *owned;
  q.has_directory = true;
  new_directories_.push_back(directory);  // the killed process may not have got to syncing its entry
  queues_[queue.value] = std::move(owned);
  for (const std::string& name : names.value()) {
    const std::string path = directory + "/" + name;
    if (name == "acks") continue;
    if (!is_segment_file_name(name)) {  // a rewritten ack file that never got its name
      if (status s = fs_.remove(path); !s.ok()) return s.failure();
      continue;
    }
    auto content = read_segment(fs_, path, incarnation_);
    if (!content.ok()) return content.failure();
    if (!content->has_value()) {
      if (status s = fs_.remove(path); !s.ok()) return s.failure();
      continue;
    }
    segment_content& found = **content;
    notes.insert(notes.end(), found.notes.begin(), found.notes.end());
    if (found.header.queue != queue.value) {
      if (found.notes.empty()) notes.push_back(path + ": belongs to another queue, the segment is left aside");
      if (status s = fs_.rename(path, path + ".damaged"); !s.ok()) return s.failure();
      continue;
    }
    if (status s = adopt_segment(q, path, std::move(found)); !s.ok()) return s.failure();
  }
  auto acks = q.acks.recover(fs_);
  if (!acks.ok()) return acks.failure();
  if (!acks->empty()) q.highest = std::max(q.highest, acks->back().second);
  for (auto& [number, lane] : q.lanes)
    for (auto& [first, run] : lane->runs()) {
      if (!run.persistent()) {
        account_dead(q, run, run.kill(run.first, run.last()));
        continue;
      }
      for (auto r = first_range_from(acks.value(), run.first); r != acks->end() && r->first <= run.last(); ++r)
        account_dead(q, run, run.kill(r->first, r->second));
    }
  if (q.segments.empty()) q.some_segment_died = true;  // the directory can go
  return acks;
}

bool segment_store::has(queue_id queue, position p) {
  queue_files* q = find(queue);
  if (q == nullptr) return false;
  for (auto& [number, lane] : q->lanes)
    if (lane->find(p) != nullptr) return true;
  return false;
}

bool segment_store::overlaps(queue_id queue, position from, position to) {
  queue_files* q = find(queue);
  if (q == nullptr) return false;
  for (auto& [number, lane] : q->lanes)
    if (lane->overlaps(from, to)) return true;
  return false;
}

position segment_store::highest_position(queue_id queue) const {
  const queue_files* q = find(queue);
  return q == nullptr ? 0 : q->highest;
}

result<std::vector<disk_range>> segment_store::ranges(queue_id queue) {
  std::vector<disk_range> out;
  queue_files* q = find(queue);
  if (q == nullptr) return out;
  for (auto& [number, lane] : q->lanes) {
    disk_range range;
    range.lane = number;
    for (auto& entry : lane->runs()) {
      stored_run& run = entry.second;  // a structured binding cannot be captured below (clang 14)
      if (run.live == 0) continue;
      std::uint64_t bodies = run.body_bytes;
      if (run.live != run.count) {
        std::optional<run_view> view;
        auto read = read_run(run, view);
        if (!read.ok()) return read.failure();
        bodies = 0;
        if (view) {
          for_each_message(*view, [&](const message& m, position p, time_ms, std::uint8_t) {
            if (run.is_alive(p)) bodies += m.body_bytes;
          });
          read.value()->release();
        }
      }
      const position alive = run.next_alive(run.first);  // a run that begins later may have the first living message
      range.first = range.messages == 0 ? alive : std::min(range.first, alive);
      range.last = std::max(range.last, run.last());
      range.messages += run.live;
      range.body_bytes += bodies;
    }
    if (range.messages != 0) out.push_back(range);
  }
  std::sort(out.begin(), out.end(), [](const disk_range& a, const disk_range& b) { return a.lane < b.lane; });
  return out;
}

}  // namespace warren::storage
