// libFuzzer: bytes as the frames of a log file, of a segment and of an ack file. The sums are repaired first (a fuzzer would never
// find them), so that what lies behind them is reached: entries, runs, ranges, footers.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "storage/crc32c.hpp"
#include "storage/frame.hpp"
#include "storage/log_format.hpp"
#include "storage/position_ranges.hpp"
#include "storage/run.hpp"
#include "storage/segment_format.hpp"

using namespace warren;
using namespace warren::storage;

namespace {

constexpr std::uint32_t salt = 1;

void walk(char* payload, std::size_t bytes) {
  const auto run = parse_run(payload, bytes);
  if (!run) return;
  std::uint64_t bodies = 0;
  for_each_message(*run, [&](const message& m, position p, time_ms, std::uint8_t) {
    bodies += m.body().size();
    if (p < run->head.first || p > run->head.last()) std::abort();
    volatile char sum = 0;
    for (const char c : m.properties()) sum = static_cast<char>(sum + c);
    for (const char c : m.body()) sum = static_cast<char>(sum + c);
  });
  if (bodies != run->head.body_bytes) std::abort();
}

void repair(char* file, std::size_t bytes) {
  for (std::size_t at = 0; at + sizeof(frame_header) <= bytes;) {
    frame_header h;
    std::memcpy(&h, file + at, sizeof h);
    h.length = static_cast<std::uint32_t>(h.length % (bytes - at - sizeof h + 1));
    if (pad8(h.length) > bytes - at - sizeof h) h.length = 0;
    if (h.type == 0) h.type = 1;
    h = make_frame_header(salt, h.type, h.length, crc32c(salt, file + at + sizeof h, h.length), h.sequence, h.synced);
    std::memcpy(file + at, &h, sizeof h);
    at += frame_bytes(h.length);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = std::make_unique<char[]>(size + 8);
  if (size != 0) std::memcpy(raw.get(), data, size);
  walk(raw.get(), size);
  if (const auto ranges = decode_ranges({raw.get(), size}))
    for (const auto& [first, last] : *ranges)
      if (first > last) std::abort();
  (void)parse_log_header({raw.get(), size}, 0);
  (void)parse_segment_header({raw.get(), size}, 0);
  for (const bool repaired : {false, true}) {
    if (repaired) repair(raw.get(), size);
    const frame_scan scan = scan_frames({raw.get(), size}, 0, salt);
    std::uint64_t end = 0;
    for (const frame_view& f : scan.frames) {
      if (f.offset < end || f.end() > pad8(size)) std::abort();
      end = f.end();
      char* payload = raw.get() + f.offset + sizeof(frame_header);
      walk(payload, f.payload.size());
      (void)for_each_log_entry(payload, f.payload.size(), [](log_entry type, char* entry, std::size_t bytes) {
        if (type == log_entry::messages) walk(entry, bytes);
        if (type == log_entry::acks && bytes >= 8) (void)decode_ranges({entry + 8, bytes - 8});
        return true;
      });
    }
  }
  return 0;
}
