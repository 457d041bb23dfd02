#include "storage/log_reader.hpp"

#include <algorithm>

namespace warren::storage {
namespace {

error damage(const std::string& text) {
  return fail(reply_code::internal_error,
              text +
                  ". Confirmed messages or declarations may be affected, so the node does not start. Restore the "
                  "data directory from a copy, or start once with storage.accept_damaged_log = true, which "
                  "leaves out what is damaged, reports it and keeps everything else");
}

/// Damage is either the end of the start or a note.
class judge {
 public:
  judge(bool accept, std::vector<std::string>& notes) : accept_(accept), notes_(notes) {}
  [[nodiscard]] status operator()(std::string text) {
    if (!accept_) return damage(text);
    notes_.push_back(std::move(text));
    return success{};
  }

 private:
  bool accept_;
  std::vector<std::string>& notes_;
};

bool blank(bytes_view bytes) { return bytes.find_first_not_of('\0') == bytes_view::npos; }

struct unread {
  std::string path;
  log_spare place;
};

/// `headless`: neither blank nor with a sound header.
status read_headers(file_system& fs, const std::string& directory, const log_reading& how,
                    std::vector<unread>& headless, log_content& out) {
  auto names = fs.list(directory);
  if (!names.ok()) return names.failure();
  for (const std::string& name : *names) {
    const auto slot = parse_log_file_name(name);
    if (!slot) continue;
    out.next_slot = std::max(out.next_slot, *slot + 1);
    log_file_content f;
    f.path = directory + "/" + name;
    f.slot = *slot;
    auto opened = fs.open(f.path, open_mode::read);
    if (!opened.ok()) return opened.failure();
    const auto size = opened.value()->size();
    if (!size.ok()) return size.failure();
    f.bytes = size.value();
    std::string sector(log_header_bytes, '\0');
    const auto got = opened.value()->read_at(0, sector.data(), sector.size());
    if (!got.ok()) return got.failure();
    const auto header = parse_log_header(sector, how.incarnation);
    if (header && (header->version < oldest_log_version || header->version > log_version))
      return fail(reply_code::internal_error, f.path + ": format version " + std::to_string(header->version) +
                                                  ", this program reads versions up to " + std::to_string(log_version));
    if (!header && !blank(sector)) {
      headless.push_back({f.path, {f.slot, f.bytes}});
      continue;
    }
    if (header) out.newest = std::max(out.newest, header->file_id);
    if (!header || header->file_id < how.from) {
      out.spares.push_back({f.slot, f.bytes});
      continue;
    }
    f.header = *header;
    out.files.push_back(std::move(f));
  }
  std::sort(out.files.begin(), out.files.end(),
            [](const auto& a, const auto& b) { return a.header.file_id < b.header.file_id; });
  return success{};
}

/// More starts than this without a file between them are not tried: then the header counts as damaged.
constexpr std::uint64_t starts_tried = 1024;

/// Whether nothing in this file without a sound header was ever promised to anybody. The header is synced
/// before the first frame is written, so a crash before it may leave any part of it, and no frame. With all other files there (see
/// judge_headless), this can only be the file behind the newest one, or a spare; and nothing was written behind its header when it holds no sound frame of that file. Which start of the node began it is not known, so all are
/// tried that may have.
result<bool> never_promised(file_system& fs, const unread& what, std::uint64_t newest, std::uint64_t newest_start,
                            const log_reading& how) {
  auto opened = fs.open(what.path, open_mode::read);
  if (!opened.ok()) return opened.failure();
  std::string content(what.place.bytes, '\0');
  const auto got = opened.value()->read_at(0, content.data(), content.size());
  if (!got.ok()) return got.failure();
  content.resize(got.value());
  if (blank(bytes_view(content).substr(std::min<std::size_t>(content.size(), log_header_bytes)))) return true;
  if (newest == 0) return false;  // which file of the log it is cannot be told
  if (how.start < newest_start || how.start - newest_start > starts_tried) return false;
  log_file_header h;
  h.incarnation = how.incarnation;
  h.file_id = newest + 1;
  for (h.start = newest_start; h.start <= how.start; ++h.start)
    if (!scan_frames(content, log_header_bytes, log_salt(h)).frames.empty()) return false;
  return true;
}

/// `complete`: every file of the log from the oldest live one to the newest is there.
status judge_headless(file_system& fs, const std::vector<unread>& headless, bool complete, std::uint64_t newest_start,
                      const log_reading& how, judge& damaged, log_content& out) {
  for (const unread& u : headless) {
    bool harmless = false;
    if (complete) {
      const auto unpromised =
          never_promised(fs, u, std::max(out.newest, how.from == 0 ? 0 : how.from - 1), newest_start, how);
      if (!unpromised.ok()) return unpromised.failure();
      harmless = unpromised.value();
    }
    if (harmless) {
      out.spares.push_back(u.place);
    } else {
      if (status s = damaged(u.path + ": damaged header at offset 0"); !s.ok()) return s;
      out.unreadable.push_back(u.path);
    }
  }
  return success{};
}

/// The id of the first live file that is not there; 0 when all are.
std::uint64_t first_missing(const log_content& log, std::uint64_t expected) {
  for (const log_file_content& f : log.files) {
    if (f.header.file_id != expected) return expected;
    ++expected;
  }
  return 0;
}

/// Files below the newest header's `oldest_live` are spare.
void drop_settled(log_content& out, std::uint64_t oldest) {
  const auto live = std::find_if(out.files.begin(), out.files.end(),
                                 [oldest](const log_file_content& f) { return f.header.file_id >= oldest; });
  for (auto f = out.files.begin(); f != live; ++f) out.spares.push_back({f->slot, f->bytes});
  out.files.erase(out.files.begin(), live);
}

/// `sound_to`: the following file says that this one is sound up to there; 0 = it is the newest.
status read_frames(file_system& fs, log_file_content& f, std::uint64_t sound_to, judge& damaged) {
  auto opened = fs.open(f.path, open_mode::read);
  if (!opened.ok()) return opened.failure();
  const std::uint64_t wanted = sound_to != 0 ? std::min(sound_to, f.bytes) : f.bytes;
  f.content = std::make_unique_for_overwrite<char[]>(wanted + 8);
  const auto got = opened.value()->read_at(0, f.content.get(), wanted);
  if (!got.ok()) return got.failure();
  const std::uint32_t salt = log_salt(f.header);
  frame_scan scan = scan_frames({f.content.get(), got.value()}, log_header_bytes, salt);
  const std::uint64_t synced = std::max(scan.synced, sound_to);
  std::size_t keep = scan.frames.size();
  f.end = std::max(scan.end, log_header_bytes);
  for (const auto& gap : scan.gaps) {
    if (gap.from >= synced) {  // never synced, nor anything behind it: a torn tail
      keep = gap.frames_before;
      f.end = gap.from;
      break;
    }
    if (status s = damaged(f.path + ": damaged at offset " + std::to_string(gap.from) + ": " +
                           std::to_string(gap.to - gap.from) + " bytes are not readable, what follows is");
        !s.ok())
      return s;
  }
  if (sound_to != 0 && f.end < sound_to)
    if (status s =
            damaged(f.path + ": damaged at offset " + std::to_string(f.end) + ": nothing readable up to offset " +
                    std::to_string(sound_to) + ", where the file once ended");
        !s.ok())
      return s;
  scan.frames.resize(keep);
  f.frames = std::move(scan.frames);
  return success{};
}

}  // namespace

result<log_content> read_log(file_system& fs, const std::string& directory, const log_reading& how) {
  log_content out;
  judge damaged(how.accept_damage, out.notes);
  std::vector<unread> headless;
  if (status s = read_headers(fs, directory, how, headless, out); !s.ok()) return s.failure();
  if (out.files.empty()) {
    if (status s = judge_headless(fs, headless, true, 1, how, damaged, out); !s.ok()) return s.failure();
    return out;
  }
  const std::uint64_t newest_start = out.files.back().header.start;
  drop_settled(out, out.files.back().header.oldest_live);

  // Newest first: its `dropped` entries may spare reading the older ones.
  std::uint64_t oldest = out.files.front().header.file_id;
  const std::uint64_t first_wanted = std::max(how.from, out.files.back().header.oldest_live);
  for (std::size_t i = out.files.size(); i-- > 0;) {
    log_file_content& f = out.files[i];
    if (f.header.file_id < oldest) break;
    const log_file_content* next = i + 1 < out.files.size() ? &out.files[i + 1] : nullptr;
    if (next != nullptr && next->header.file_id != f.header.file_id + 1)
      next = nullptr;  // reported below, if it matters
    if (status s = read_frames(fs, f, next == nullptr ? 0 : next->header.previous_end, damaged); !s.ok())
      return s.failure();
    const status walked = f.for_each([&](log_entry type, const char* payload, std::size_t bytes) {
      if (type == log_entry::dropped && bytes >= 8) {
        std::uint64_t mark;
        std::memcpy(&mark, payload, 8);
        oldest = std::max(oldest, mark);
      }
      return true;
    });
    if (!walked.ok())
      if (status s = damaged(walked.failure().text); !s.ok()) return s.failure();
  }
  drop_settled(out, oldest);
  std::uint64_t expected = std::max(first_wanted, oldest);
  if (!headless.empty())
    if (status s = judge_headless(fs, headless, first_missing(out, expected) == 0, newest_start, how, damaged, out);
        !s.ok())
      return s.failure();
  for (const log_file_content& f : out.files) {
    if (f.header.file_id != expected)
      if (status s = damaged(directory + ": file " + std::to_string(expected) + " of the log is missing (found " +
                             f.path + " with id " + std::to_string(f.header.file_id) + " instead)");
          !s.ok())
        return s.failure();
    expected = f.header.file_id + 1;
  }
  return out;
}

}  // namespace warren::storage
