#pragma once

#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/message/message.hpp"
#include "core/queue/queue_types.hpp"

namespace warren::storage {

/// Messages of one queue that stand together in the log or in a segment, either all persistent or all not. What differs from
/// message to message stands in columns that are left out when it does not; the records follow exactly as in memory.
///
///     0       8        16         24      28     32              36           40      41     42       44      48
///     | queue | first  | base ms  | count | span | message bytes | body bytes | flags | lane | zero16 | zero32 |
///     | present: a bit per position of [first, first + span), in words of 64   (flag sparse)                  |
///     | times: u32 ms above base, per message, padded to 8                     (flag times)                   |
///     | lanes: u8, per message, padded to 8                                    (flag lanes; only in the log)  |
///     | message records                                                                                       |
struct run_header {
  enum flag : std::uint8_t { persistent = 1, sparse = 2, times = 4, lanes = 8 };
  std::uint64_t queue = 0;
  std::uint64_t first = 0;          ///< position of the first message
  std::int64_t base_ms = 0;
  std::uint32_t count = 0;
  std::uint32_t span = 0;           ///< last position - first + 1
  std::uint32_t message_bytes = 0;
  std::uint32_t body_bytes = 0;
  std::uint8_t flags = 0;
  std::uint8_t lane = 0;
  std::uint16_t zero16 = 0;
  std::uint32_t zero32 = 0;

  [[nodiscard]] position last() const { return first + span - 1; }
};
static_assert(sizeof(run_header) == 48);

/// One message to be written.
struct run_item {
  const message* record = nullptr;
  position at = 0;
  time_ms enqueued_ms = 0;
  std::uint8_t lane = 0;
};

/// A run is what one load reads and one checksum covers; its presence bitmap costs at most 4 bytes a message.
inline constexpr std::uint32_t max_run_bytes = 128 * 1024;
inline constexpr std::uint32_t max_run_messages = 4096;

/// How many of the front items (ascending positions) make the next run. At least 1.
[[nodiscard]] std::size_t run_length(std::span<const run_item> items, bool mixed_lanes);

/// Appends header and columns of a run of exactly these items; the records are the caller's to append. Returns the header.
run_header append_run_head(std::string& out, queue_id queue, std::span<const run_item> items, bool persistent);

/// A parsed run; everything points into the bytes it was parsed from, which must be 8-byte aligned.
struct run_view {
  run_header head;
  const std::uint64_t* present = nullptr;  ///< null: all of [first, last]
  const std::uint32_t* times = nullptr;
  const std::uint8_t* lanes = nullptr;
  char* messages = nullptr;

  [[nodiscard]] std::size_t words() const { return (head.span + 63) / 64; }
};

/// Checks every length and the records' own ones: afterwards for_each_message may walk without looking.
[[nodiscard]] std::optional<run_view> parse_run(char* payload, std::size_t bytes);

/// each(message&, position, enqueued_ms, lane) in order.
template <class F>
void for_each_message(const run_view& run, F&& each) {
  char* at = run.messages;
  std::size_t i = 0;
  const auto visit = [&](position p) {
    auto& m = *reinterpret_cast<message*>(at);
    each(m, p, run.head.base_ms + (run.times ? run.times[i] : 0), run.lanes ? run.lanes[i] : run.head.lane);
    at += m.record_bytes;
    ++i;
  };
  if (run.present == nullptr) {
    for (std::uint32_t n = 0; n < run.head.count; ++n) visit(run.head.first + n);
    return;
  }
  for (std::size_t w = 0; w < run.words(); ++w)
    for (std::uint64_t bits = run.present[w]; bits != 0; bits &= bits - 1)
      visit(run.head.first + w * 64 + static_cast<unsigned>(std::countr_zero(bits)));
}

}  // namespace warren::storage
