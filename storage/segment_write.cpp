// Appending to segments: how queue entries become runs in files.
#include <algorithm>
#include <deque>

#include "storage/crc32c.hpp"
#include "storage/queue_files.hpp"

namespace warren::storage {
namespace {

constexpr std::size_t pieces_at_once = 512;  ///< of one gathered write; IOV_MAX is 1024

const char zeros[8] = {};

}  // namespace

/// Runs of one segment that go out in one gathered write.
struct segment_store::pending_write {
  std::deque<std::string> heads;   ///< frame and run headers with their columns; addresses stay
  std::vector<io_slice> slices;
  std::vector<stored_run> runs;
  std::uint64_t bytes = 0;

  void add(queue_id queue, segment& to, std::span<const run_item> items, bool persistent);
};

void segment_store::pending_write::add(queue_id queue, segment& to, std::span<const run_item> items, bool persistent) {
  std::string& head = heads.emplace_back(sizeof(frame_header), '\0');
  const run_header h = append_run_head(head, queue, items, persistent);
  const std::uint32_t salt = segment_salt(to.header);
  std::uint32_t sum = crc32c(salt, head.data() + sizeof(frame_header), head.size() - sizeof(frame_header));
  slices.push_back({head.data(), head.size()});
  for (std::size_t i = 0; i < items.size();) {
    // neighbours in a block are neighbours in memory
    const char* from = reinterpret_cast<const char*>(items[i].record);
    const char* end = from;
    for (; i < items.size() && reinterpret_cast<const char*>(items[i].record) == end; ++i) end += items[i].record->record_bytes;
    const auto length = static_cast<std::size_t>(end - from);
    sum = crc32c(sum, from, length);
    slices.push_back({from, length});
  }
  const auto payload = static_cast<std::uint32_t>(head.size() - sizeof(frame_header) + h.message_bytes);
  if (pad8(payload) != payload) slices.push_back({zeros, pad8(payload) - payload});

  stored_run run;
  run.home = &to;
  run.offset = to.end + bytes;
  run.first = h.first;
  run.span = h.span;
  run.count = run.live = h.count;
  run.bytes = static_cast<std::uint32_t>(frame_bytes(payload));
  run.body_bytes = h.body_bytes;
  run.flags = h.flags;
  if (h.flags & run_header::sparse) {
    run.present = std::make_unique_for_overwrite<std::uint64_t[]>(run.words());
    std::memcpy(run.present.get(), head.data() + sizeof(frame_header) + sizeof h, run.words() * 8);
  }
  const frame_header f = make_frame_header(salt, run_frame, payload, sum, to.sequence++, to.synced);
  std::memcpy(head.data(), &f, sizeof f);
  bytes += run.bytes;
  runs.push_back(std::move(run));
}

result<segment*> segment_store::segment_for(queue_files& q, std::uint8_t lane, position first) {
  for (auto s = q.segments.rbegin(); s != q.segments.rend(); ++s) {
    if ((*s)->header.lane != lane || (*s)->full) continue;
    if ((*s)->end < options_.segment_bytes) return s->get();
    (*s)->full = true;
    if (!(*s)->dirty)  // otherwise sync() writes it, once the messages are safe
      if (status st = write_footer(**s); !st.ok()) return st.failure();
    break;
  }
  auto s = std::make_unique<segment>();
  s->header.incarnation = incarnation_;
  s->header.queue = q.id.value;
  s->header.first = first;
  s->header.lane = lane;
  s->header.serial = next_serial_++;
  seal(s->header);
  for (unsigned attempt = 0;; ++attempt) {
    s->path = q.directory + "/" + segment_file_name(lane, first, attempt);
    if (!fs_.exists(s->path)) break;
  }
  auto opened = files_.get(s->path, open_mode::create_new);
  if (!opened.ok()) return opened.failure();
  if (status st = opened.value()->write_at(0, reinterpret_cast<const char*>(&s->header), sizeof s->header); !st.ok())
    return st.failure();
  s->end = segment_header_bytes;
  ++counters_.segments;
  counters_.segment_bytes += s->end;
  q.segments.push_back(std::move(s));
  return q.segments.back().get();
}

/// Items of one lane, all persistent or all not.
status segment_store::write_runs(queue_files& q, std::span<const run_item> items, bool persistent) {
  while (!items.empty()) {
    const std::uint8_t lane = items[0].lane;
    auto to = segment_for(q, lane, items[0].at);
    if (!to.ok()) return to.failure();
    segment& s = *to.value();
    pending_write out;
    while (!items.empty() && s.end + out.bytes < options_.segment_bytes && out.slices.size() < pieces_at_once) {
      const auto run = items.first(run_length(items, false));
      out.add(q.id, s, run, persistent);
      items = items.subspan(run.size());
    }
    auto opened = files_.get(s.path);
    if (!opened.ok()) return opened.failure();
    if (status st = opened.value()->write_at(s.end, out.slices); !st.ok()) return st;
    s.end += out.bytes;
    counters_.segment_bytes += out.bytes;
    counters_.bytes_out += out.bytes;
    for (stored_run& run : out.runs) {
      s.live += run.live;
      counters_.messages_out += run.live;
      q.highest = std::max(q.highest, run.last());
      s.runs.push_back(q.lane(lane).add(std::move(run)));
    }
    if (persistent && q.durable && !std::exchange(s.dirty, true)) dirty_.emplace_back(q.id.value, &s);
  }
  return success{};
}

status segment_store::page_out(queue_id queue, std::span<const run_item> items, bool persistent, bool durable_queue) {
  if (items.empty()) return success{};
  auto found = find_or_create(queue, durable_queue);
  if (!found.ok()) return found.failure();
  queue_files& q = *found.value();
  q.durable = durable_queue;
  while (!items.empty()) {
    const std::uint8_t lane = items[0].lane;
    std::size_t n = 1;
    while (n < items.size() && items[n].lane == lane) ++n;
    std::span<const run_item> same = items.first(n);
    items = items.subspan(n);
    // What is in a segment already must not get there twice; nearly always nothing overlaps and nothing is copied.
    lane_index& index = q.lane(lane);
    std::vector<run_item> fresh;
    if (index.overlaps(same.front().at, same.back().at)) {
      for (const run_item& item : same)
        if (index.find(item.at) == nullptr) fresh.push_back(item);
      same = fresh;
    }
    if (status s = write_runs(q, same, persistent); !s.ok()) return s;
  }
  return remove_if_empty(q);
}

status segment_store::page_out(queue_id queue, std::span<const queue_entry> entries, bool durable_queue) {
  ++counters_.page_outs;
  std::vector<run_item> kinds[2];
  for (const queue_entry& e : entries) {
    const bool persistent = (e.flags & queue_entry::persistent) != 0;
    kinds[persistent].push_back({e.message.get(), e.at, e.enqueued_ms, e.lane});
  }
  for (const bool persistent : {false, true})
    if (status s = page_out(queue, kinds[persistent], persistent, durable_queue); !s.ok()) return s;
  return success{};
}

}  // namespace warren::storage
