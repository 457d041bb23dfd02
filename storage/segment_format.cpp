#include "storage/segment_format.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "storage/crc32c.hpp"

namespace warren::storage {
namespace {

std::uint32_t header_sum(const segment_header& h) {
  return crc32c(0, reinterpret_cast<const char*>(&h) + 16, sizeof h - 16);
}

std::uint64_t words_of(const footer_run& r) {
  return (r.flags & run_header::sparse) ? (std::uint64_t{r.span} + 63) / 64 : 0;
}

std::unique_ptr<std::uint64_t[]> copy_words(const void* from, std::uint64_t words) {
  if (words == 0) return nullptr;
  auto out = std::make_unique_for_overwrite<std::uint64_t[]>(words);
  std::memcpy(out.get(), from, words * 8);
  return out;
}

bool parse_footer(bytes_view payload, std::uint64_t runs, segment_content& out) {
  if (runs > payload.size() / sizeof(footer_run)) return false;
  std::uint64_t at = runs * sizeof(footer_run);
  out.runs.reserve(runs);
  for (std::uint64_t i = 0; i < runs; ++i) {
    segment_content::run r;
    std::memcpy(&r.entry, payload.data() + i * sizeof(footer_run), sizeof r.entry);
    const std::uint64_t bytes = words_of(r.entry) * 8;
    if (r.entry.count == 0 || r.entry.span < r.entry.count || bytes > payload.size() - at) return false;
    r.present = copy_words(payload.data() + at, words_of(r.entry));
    at += bytes;
    out.runs.push_back(std::move(r));
  }
  return at == payload.size();
}

/// True when the file ends with a sound footer.
result<bool> read_footer(file& f, std::uint32_t salt, segment_content& out) {
  if (out.bytes < segment_header_bytes + sizeof(frame_header) + sizeof(segment_trailer)) return false;
  segment_trailer t;
  const std::uint64_t trailer_at = out.bytes - sizeof t;
  auto got = f.read_at(trailer_at, reinterpret_cast<char*>(&t), sizeof t);
  if (!got.ok()) return got.failure();
  if (std::memcmp(t.magic, trailer_magic, sizeof t.magic) != 0 || crc32c(salt, &t, 16) != t.crc) return false;
  if (t.footer_at < segment_header_bytes || t.footer_at >= trailer_at) return false;
  std::string frame(trailer_at - t.footer_at, '\0');
  got = f.read_at(t.footer_at, frame.data(), frame.size());
  if (!got.ok()) return got.failure();
  const auto footer = frame_at(frame, 0, salt);
  if (!footer || footer->type != footer_frame || !parse_footer(footer->payload, t.runs, out)) {
    out.runs.clear();
    return false;
  }
  out.end = t.footer_at;
  out.closed = true;
  return true;
}

status walk_runs(file& f, std::uint32_t salt, segment_content& out) {
  const auto content = std::make_unique_for_overwrite<char[]>(out.bytes + 8);
  const auto got = f.read_at(0, content.get(), out.bytes);
  if (!got.ok()) return got.failure();
  const frame_scan scan = scan_frames({content.get(), got.value()}, segment_header_bytes, salt);
  for (const auto& gap : scan.gaps)
    if (scan.damaged(gap))
      out.notes.push_back(f.path() + ": damaged at offset " + std::to_string(gap.from) + ": the messages in " +
                          std::to_string(gap.to - gap.from) + " bytes are lost, what follows is kept");
  out.end = segment_header_bytes;
  for (const frame_view& frame : scan.frames) {
    if (frame.type != run_frame) continue;
    const auto run = parse_run(content.get() + frame.offset + sizeof(frame_header), frame.payload.size());
    if (!run || run->head.queue != out.header.queue) {
      out.notes.push_back(f.path() + ": malformed run at offset " + std::to_string(frame.offset) + ", left out");
      continue;
    }
    segment_content::run r;
    r.entry.first = run->head.first;
    r.entry.span = run->head.span;
    r.entry.count = run->head.count;
    r.entry.offset = frame.offset;
    r.entry.bytes = static_cast<std::uint32_t>(frame.end() - frame.offset);
    r.entry.body_bytes = run->head.body_bytes;
    r.entry.flags = run->head.flags;
    r.present = copy_words(run->present, words_of(r.entry));
    out.runs.push_back(std::move(r));
    out.end = frame.end();
  }
  return success{};
}

}  // namespace

std::uint32_t segment_salt(const segment_header& h) {
  const std::uint64_t parts[5] = {h.incarnation, h.queue, h.first, h.lane, h.serial};
  return crc32c(0x736567, parts, sizeof parts);
}

void seal(segment_header& h) {
  std::memcpy(h.magic, segment_magic, sizeof h.magic);
  h.version = segment_version;
  h.crc = header_sum(h);
}

std::optional<segment_header> parse_segment_header(bytes_view bytes, std::uint64_t incarnation) {
  segment_header h;
  if (bytes.size() < sizeof h) return std::nullopt;
  std::memcpy(&h, bytes.data(), sizeof h);
  if (std::memcmp(h.magic, segment_magic, sizeof h.magic) != 0 || header_sum(h) != h.crc) return std::nullopt;
  if (h.incarnation != incarnation || h.lane > 255) return std::nullopt;
  return h;
}

std::string segment_file_name(std::uint8_t lane, position first, unsigned attempt) {
  char name[48];
  if (attempt == 0) {
    std::snprintf(name, sizeof name, "%u-%016llx.seg", lane, static_cast<unsigned long long>(first));
  } else {
    std::snprintf(name, sizeof name, "%u-%016llx.%u.seg", lane, static_cast<unsigned long long>(first), attempt);
  }
  return name;
}

bool is_segment_file_name(std::string_view name) { return name.size() > 4 && name.substr(name.size() - 4) == ".seg"; }

result<std::optional<segment_content>> read_segment(file_system& fs, const std::string& path, std::uint64_t incarnation) {
  auto opened = fs.open(path, open_mode::read);
  if (!opened.ok()) return opened.failure();
  file& f = *opened.value();
  segment_content out;
  const auto size = f.size();
  if (!size.ok()) return size.failure();
  out.bytes = size.value();
  std::string start(segment_header_bytes, '\0');
  const auto got = f.read_at(0, start.data(), start.size());
  if (!got.ok()) return got.failure();
  const auto header = parse_segment_header(start, incarnation);
  if (!header) {
    // The header goes to the disk with the first sync; without it nothing in the file was ever promised. A file that has
    // a footer or frames all the same has been damaged, which its queue cannot tell from here: say so.
    if (start.find_first_not_of('\0') != std::string::npos) {
      out.notes.push_back(path + ": damaged header at offset 0, the segment is left aside");
      return std::optional<segment_content>(std::move(out));
    }
    return std::optional<segment_content>();
  }
  if (header->version != segment_version)
    return fail(reply_code::internal_error, path + ": format version " + std::to_string(header->version) +
                                                ", this program reads version " + std::to_string(segment_version));
  out.header = *header;
  const std::uint32_t salt = segment_salt(*header);
  const auto closed = read_footer(f, salt, out);
  if (!closed.ok()) return closed.failure();
  if (!closed.value())
    if (status s = walk_runs(f, salt, out); !s.ok()) return s.failure();
  return std::optional<segment_content>(std::move(out));
}

std::string make_footer(const segment_header& header, const std::vector<footer_run>& runs,
                        const std::vector<const std::uint64_t*>& present, std::uint64_t offset, std::uint64_t sequence,
                        std::uint64_t synced) {
  const std::uint32_t salt = segment_salt(header);
  std::string out(sizeof(frame_header), '\0');
  for (const footer_run& r : runs) out.append(reinterpret_cast<const char*>(&r), sizeof r);
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (const std::uint64_t words = words_of(runs[i]); words != 0)
      out.append(reinterpret_cast<const char*>(present[i]), words * 8);
  const auto length = static_cast<std::uint32_t>(out.size() - sizeof(frame_header));
  const std::uint32_t sum = crc32c(salt, out.data() + sizeof(frame_header), length);
  const frame_header h = make_frame_header(salt, footer_frame, length, sum, sequence, synced);
  std::memcpy(out.data(), &h, sizeof h);
  segment_trailer t;
  t.footer_at = offset;
  t.runs = runs.size();
  t.crc = crc32c(salt, &t, 16);
  std::memcpy(t.magic, trailer_magic, sizeof t.magic);
  out.append(reinterpret_cast<const char*>(&t), sizeof t);
  return out;
}

}  // namespace warren::storage
