#include "storage/queue_replay.hpp"

#include <algorithm>

namespace warren::storage {
namespace {

constexpr std::size_t items_at_once = 64 * 1024;

/// Collects what is to be moved and hands it to the store in pieces, sorted as the store wants it.
class mover {
 public:
  mover(segment_store& store, queue_id queue) : store_(store), queue_(queue) {}

  void add(const run_item& item) {
    mixed_ = mixed_ || (!items_.empty() && items_.back().lane != item.lane);
    items_.push_back(item);
    ++moved_;
  }
  [[nodiscard]] bool full() const { return items_.size() >= items_at_once; }
  [[nodiscard]] status flush() {
    if (mixed_)
      std::stable_sort(items_.begin(), items_.end(), [](const run_item& a, const run_item& b) { return a.lane < b.lane; });
    const status s = store_.page_out(queue_, items_, true, true);
    items_.clear();
    mixed_ = false;
    return s;
  }
  [[nodiscard]] std::uint64_t moved() const { return moved_; }

 private:
  segment_store& store_;
  queue_id queue_;
  std::vector<run_item> items_;
  bool mixed_ = false;
  std::uint64_t moved_ = 0;
};

}  // namespace

bool detail::note_log_entry(std::uint64_t file, log_entry type, char* payload, std::size_t bytes, queue_in_log& into) {
  if (type == log_entry::messages) {
    into.runs.push_back({payload, bytes});
    into.last_file = file;
    return true;
  }
  const auto acks = decode_ranges({payload + 8, bytes - 8});
  if (!acks) return false;
  into.acks.insert(into.acks.end(), acks->begin(), acks->end());
  return true;
}

void detail::finish_queue(queue_in_log& q) {
  normalize(q.acks);
  if (!q.acks.empty()) q.highest = q.acks.back().second;
  std::stable_sort(q.runs.begin(), q.runs.end(), [](const auto& a, const auto& b) {
    run_header x, y;
    if (a.bytes < sizeof x || b.bytes < sizeof y) return a.bytes < b.bytes;
    std::memcpy(&x, a.payload, sizeof x);
    std::memcpy(&y, b.payload, sizeof y);
    return x.first < y.first;
  });
}

result<queue_replayed> replay_queue(segment_store& store, queue_id queue, const queue_in_log& in_log,
                                    const position_ranges& acks) {
  queue_replayed out;
  out.highest = in_log.highest;
  if (!acks.empty()) out.highest = std::max(out.highest, acks.back().second);
  mover to_segments(store, queue);
  range_cursor acked_in_log(in_log.acks), acked_in_file(acks);
  position before = 0;
  for (const queue_in_log::run& r : in_log.runs) {
    const auto run = parse_run(r.payload, r.bytes);
    if (!run)
      return fail(reply_code::internal_error, "the log holds a malformed run of messages of queue " +
                                                  std::to_string(queue.value) + ", its checksum notwithstanding");
    out.highest = std::max(out.highest, run->head.last());
    const bool look = store.overlaps(queue, run->head.first, run->head.last());
    for_each_message(*run, [&](const message& m, position p, time_ms ms, std::uint8_t lane) {
      if (p <= before) return;  // never happens: positions are logged once
      before = p;
      if (acked_in_log.contains(p)) return;
      if (acked_in_file.contains(p)) {
        if (!out.dead.empty() && out.dead.back().second + 1 == p) {
          out.dead.back().second = p;
        } else {
          out.dead.emplace_back(p, p);
        }
        return;
      }
      if (look && store.has(queue, p)) return;
      to_segments.add({&m, p, ms, lane});
    });
    if (to_segments.full())
      if (status s = to_segments.flush(); !s.ok()) return s.failure();
  }
  if (status s = to_segments.flush(); !s.ok()) return s.failure();
  out.messages = to_segments.moved();
  store.settle(queue, in_log.acks);
  out.highest = std::max(out.highest, store.highest_position(queue));
  auto ranges = store.ranges(queue);
  if (!ranges.ok()) return ranges.failure();
  out.found.ranges = std::move(ranges).value();
  return out;
}

}  // namespace warren::storage
