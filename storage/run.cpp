#include "storage/run.hpp"

#include <algorithm>
#include <limits>

#include "storage/frame.hpp"

namespace warren::storage {
namespace {

constexpr std::uint64_t max_span(std::uint64_t count) { return 32 * count + 64; }

bool walk_is_sound(const run_view& run) {
  std::uint64_t left = run.head.message_bytes;
  std::uint64_t bodies = 0;
  const char* at = run.messages;
  for (std::uint32_t i = 0; i < run.head.count; ++i) {
    if (left < sizeof(message)) return false;
    const auto* m = reinterpret_cast<const message*>(at);
    const std::uint64_t wanted = std::uint64_t{sizeof(message)} + m->exchange_bytes + m->routing_key_bytes +
                                 m->properties_bytes + m->body_bytes;
    if (m->record_bytes < wanted || m->record_bytes % 8 != 0 || m->record_bytes > left) return false;
    bodies += m->body_bytes;
    left -= m->record_bytes;
    at += m->record_bytes;
  }
  return left == 0 && bodies == run.head.body_bytes;
}

}  // namespace

std::size_t run_length(std::span<const run_item> items, bool mixed_lanes) {
  std::uint64_t bytes = 0;
  time_ms low = items[0].enqueued_ms, high = low;
  std::size_t n = 0;
  for (; n < items.size() && n < max_run_messages; ++n) {
    const run_item& item = items[n];
    bytes += item.record->record_bytes;
    low = std::min(low, item.enqueued_ms);
    high = std::max(high, item.enqueued_ms);
    if (n == 0) continue;
    if (bytes > max_run_bytes || item.at - items[0].at >= max_span(n + 1)) break;
    if (high - low > std::numeric_limits<std::uint32_t>::max()) break;
    if (!mixed_lanes && item.lane != items[0].lane) break;
  }
  return n;
}

run_header append_run_head(std::string& out, queue_id queue, std::span<const run_item> items, bool persistent) {
  run_header h;
  h.queue = queue.value;
  h.first = items.front().at;
  h.count = static_cast<std::uint32_t>(items.size());
  h.span = static_cast<std::uint32_t>(items.back().at - items.front().at + 1);
  h.base_ms = items.front().enqueued_ms;
  h.lane = items.front().lane;
  if (persistent) h.flags |= run_header::persistent;
  if (h.span != h.count) h.flags |= run_header::sparse;
  for (const run_item& item : items) {
    h.message_bytes += item.record->record_bytes;
    h.body_bytes += item.record->body_bytes;
    if (item.enqueued_ms != items.front().enqueued_ms) h.flags |= run_header::times;
    if (item.lane != h.lane) h.flags |= run_header::lanes;
    h.base_ms = std::min(h.base_ms, item.enqueued_ms);
  }
  const std::size_t start = out.size();
  std::size_t at = start + sizeof h;
  out.append(reinterpret_cast<const char*>(&h), sizeof h);
  if (h.flags & run_header::sparse) {
    const std::size_t words = (h.span + 63) / 64;
    out.append(words * 8, '\0');
    for (const run_item& item : items) {
      const auto bit = item.at - h.first;
      out[at + bit / 8] = static_cast<char>(out[at + bit / 8] | (1 << (bit % 8)));
    }
    at += words * 8;
  }
  if (h.flags & run_header::times) {
    out.append(pad8(items.size() * 4), '\0');
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto above = static_cast<std::uint32_t>(items[i].enqueued_ms - h.base_ms);
      std::memcpy(out.data() + at + i * 4, &above, 4);
    }
    at += pad8(items.size() * 4);
  }
  if (h.flags & run_header::lanes) {
    out.append(pad8(items.size()), '\0');
    for (std::size_t i = 0; i < items.size(); ++i) out[at + i] = static_cast<char>(items[i].lane);
  }
  return h;
}

std::optional<run_view> parse_run(char* payload, std::size_t bytes) {
  run_view run;
  if (bytes < sizeof run.head) return std::nullopt;
  std::memcpy(&run.head, payload, sizeof run.head);
  const run_header& h = run.head;
  constexpr unsigned known = run_header::persistent | run_header::sparse | run_header::times | run_header::lanes;
  if (h.count == 0 || h.span < h.count || h.first == 0 || h.first + h.span < h.first || (h.flags & ~known) != 0)
    return std::nullopt;
  std::uint64_t at = sizeof h;
  const auto column = [&](std::uint64_t size) -> char* {
    char* c = payload + at;
    at += pad8(size);
    return c;
  };
  if (h.flags & run_header::sparse) run.present = reinterpret_cast<const std::uint64_t*>(column(run.words() * 8));
  if (h.flags & run_header::times) run.times = reinterpret_cast<const std::uint32_t*>(column(std::uint64_t{h.count} * 4));
  if (h.flags & run_header::lanes) run.lanes = reinterpret_cast<const std::uint8_t*>(column(h.count));
  if (at + h.message_bytes != bytes) return std::nullopt;
  run.messages = payload + at;
  if (run.present != nullptr) {
    std::uint64_t found = 0;
    for (std::size_t w = 0; w < run.words(); ++w) found += static_cast<unsigned>(std::popcount(run.present[w]));
    const unsigned spare = static_cast<unsigned>(run.words() * 64 - h.span);
    const std::uint64_t last_word = run.present[run.words() - 1];
    if (found != h.count || (spare != 0 && (last_word >> (64 - spare)) != 0)) return std::nullopt;
  } else if (h.span != h.count) {
    return std::nullopt;
  }
  if (!walk_is_sound(run)) return std::nullopt;
  return run;
}

}  // namespace warren::storage
