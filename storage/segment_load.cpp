// Reading messages back from segments, in the order of their positions.
#include <algorithm>

#include "storage/queue_files.hpp"

namespace warren::storage {

/// The live messages of one run within [from, to], one after the other. The run is read whole into a block of its own.
class run_cursor {
 public:
  run_cursor(block* b, const run_view& view, const stored_run& run, position from, position to)
      : block_(b), view_(view), run_(&run), at_(view.messages), to_(to) {
    b->add_references(run.live);
    unused_ = run.live + 1;  // and the one of the reader's
    seek(from);
  }
  run_cursor(run_cursor&& other) noexcept { *this = std::move(other); }
  run_cursor& operator=(run_cursor&& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(unused_, other.unused_);
    view_ = other.view_;
    run_ = other.run_;
    at_ = other.at_;
    to_ = other.to_;
    ordinal_ = other.ordinal_;
    walked_ = other.walked_;
    current_ = other.current_;
    return *this;
  }
  ~run_cursor() {
    if (block_ != nullptr) block_->release(unused_);
  }

  [[nodiscard]] position current() const { return current_; }  ///< 0: at the end
  [[nodiscard]] loaded_message take() {
    auto* m = reinterpret_cast<message*>(at_);
    m->block_offset = static_cast<std::uint32_t>(at_ - block_->payload());
    --unused_;
    loaded_message out{message_ref::adopt(m), current_,
                       view_.head.base_ms + (view_.times ? view_.times[ordinal_] : 0)};
    seek(current_ + 1);
    return out;
  }

 private:
  /// Goes to the first live message at or above p, walking over the records of those in between.
  void seek(position p) {
    current_ = run_->next_alive(p);
    if (current_ > to_) current_ = 0;
    if (current_ == 0) return;
    const std::uint64_t wanted = current_ - run_->first;
    for (; walked_ < wanted; ++walked_) {
      if (view_.present != nullptr && ((view_.present[walked_ / 64] >> (walked_ % 64)) & 1) == 0) continue;
      at_ += reinterpret_cast<const message*>(at_)->record_bytes;
      ++ordinal_;
    }
  }

  block* block_ = nullptr;
  std::uint32_t unused_ = 0;  ///< references not given to messages
  run_view view_;
  const stored_run* run_ = nullptr;
  char* at_ = nullptr;        ///< record of the message `ordinal_`
  position to_ = 0;
  std::size_t ordinal_ = 0;   ///< messages before at_
  std::uint64_t walked_ = 0;  ///< positions before at_, counted from run_->first
  position current_ = 0;
};

/// A block with one reference that holds the whole frame, verified. Null: the run is damaged.
result<block*> segment_store::read_run(const stored_run& run, std::optional<run_view>& view) {
  view.reset();
  auto opened = files_.get(run.home->path);
  if (!opened.ok()) return opened.failure();
  block* b = block::allocate(run.bytes);
  const auto got = opened.value()->read_at(run.offset, b->payload(), run.bytes);
  if (got.ok() && got.value() == run.bytes) {
    const auto frame = frame_at({b->payload(), run.bytes}, 0, segment_salt(run.home->header));
    if (frame && frame->type == run_frame) view = parse_run(b->payload() + sizeof(frame_header), frame->payload.size());
    if (view && (view->head.first != run.first || view->head.span != run.span || view->head.count != run.count)) view.reset();
  }
  if (view) return b;
  b->release();
  return static_cast<block*>(nullptr);
}

result<load_result> segment_store::load(queue_id queue, const load_request& request) {
  load_result out;
  ++counters_.loads;
  queue_files* q = find(queue);
  lane_index* lane = q == nullptr ? nullptr : q->find_lane(request.lane);
  if (lane == nullptr) return out;
  const std::uint64_t max_messages = std::max<std::uint64_t>(request.max_messages, 1);
  std::uint64_t bytes = 0;
  auto next = lane->first_reaching(request.from);
  const auto end = lane->runs().end();
  std::vector<run_cursor> open;  // nearly always one: runs seldom interleave
  while (true) {
    const auto front =
        std::min_element(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.current() < b.current(); });
    // Every run that begins before the next message must be open before that is given out.
    while (next != end && next->second.next_alive(request.from) == 0) ++next;
    if (next != end && next->first <= request.to && (front == open.end() || next->first < front->current())) {
      stored_run& run = (next++)->second;
      const position first = run.next_alive(request.from);
      if (first > request.to) continue;
      if (open.empty() && !out.messages.empty() &&
          (out.messages.size() + run.live > max_messages || bytes + run.bytes > request.max_bytes)) {
        out.more_in_range = true;  // stop between runs rather than read one twice
        break;
      }
      std::optional<run_view> view;
      auto read = read_run(run, view);
      if (!read.ok()) return read.failure();
      if (!view) {
        on_damage(run.home->path + ": damaged at offset " + std::to_string(run.offset) + ": " + std::to_string(run.live) +
                  " messages with positions " + std::to_string(run.first) + " to " + std::to_string(run.last()) +
                  " are lost");
        ++counters_.damaged_runs;
        account_dead(*q, run, run.kill(run.first, run.last()));
        continue;
      }
      counters_.bytes_in += run.bytes;
      open.emplace_back(read.value(), *view, run, request.from, request.to);
      if (open.back().current() == 0) open.pop_back();
      continue;
    }
    if (front == open.end()) break;
    if (!out.messages.empty() && (out.messages.size() >= max_messages || bytes >= request.max_bytes)) {
      out.more_in_range = true;
      break;
    }
    // As long as no other run can come between, take from this one without looking around.
    position limit = next != end ? next->first : request.to + 1;
    for (const run_cursor& c : open)
      if (&c != &*front) limit = std::min(limit, c.current());
    do {
      out.messages.push_back(front->take());
      bytes += out.messages.back().message->record_bytes;
    } while (front->current() != 0 && front->current() < limit && out.messages.size() < max_messages &&
             bytes < request.max_bytes);
    if (front->current() == 0) open.erase(front);
  }
  counters_.messages_in += out.messages.size();
  if (status s = drop_dead(queue); !s.ok()) return s.failure();
  return out;
}

}  // namespace warren::storage
