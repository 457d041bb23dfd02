#include "storage/ack_file.hpp"

#include <algorithm>
#include <cstring>

#include "storage/crc32c.hpp"
#include "storage/frame.hpp"

namespace warren::storage {
namespace {

constexpr char ack_magic[8] = {'W', 'R', 'N', 'A', 'C', 'K', '\r', '\n'};
constexpr std::uint32_t ack_version = 1;
constexpr std::uint64_t ack_header_bytes = 32;
constexpr std::uint8_t ranges_frame = 1;

}  // namespace

ack_file::ack_file(std::string directory, std::uint64_t incarnation, std::uint64_t queue)
    : directory_(std::move(directory)), incarnation_(incarnation), queue_(queue) {
  const std::uint64_t parts[2] = {incarnation, queue};
  salt_ = crc32c(0x61636b, parts, sizeof parts);
}

std::string ack_file::header() const {
  std::string h(ack_header_bytes, '\0');
  std::memcpy(h.data(), ack_magic, 8);
  std::memcpy(h.data() + 8, &ack_version, 4);
  std::memcpy(h.data() + 16, &incarnation_, 8);
  std::memcpy(h.data() + 24, &queue_, 8);
  const std::uint32_t sum = crc32c(0, h.data() + 16, 16);
  std::memcpy(h.data() + 12, &sum, 4);
  return h;
}

std::string ack_file::frame(const position_ranges& acks) {
  std::string out(sizeof(frame_header), '\0');
  encode_ranges(acks, out);
  const auto length = static_cast<std::uint32_t>(out.size() - sizeof(frame_header));
  const std::uint32_t sum = crc32c(salt_, out.data() + sizeof(frame_header), length);
  const frame_header h = make_frame_header(salt_, ranges_frame, length, sum, sequence_++, 0);
  std::memcpy(out.data(), &h, sizeof h);
  out.append(pad8(out.size()) - out.size(), '\0');
  return out;
}

result<position_ranges> ack_file::recover(file_system& fs) {
  position_ranges acks;
  end_ = 0;
  sequence_ = 0;
  if (!fs.exists(path())) return acks;
  auto content = read_whole_file(fs, path());
  if (!content.ok()) return content.failure();
  const std::string expected = header();
  if (content->size() >= ack_header_bytes && std::memcmp(content->data(), ack_magic, 8) == 0) {
    std::uint32_t version;
    std::memcpy(&version, content->data() + 8, 4);
    if (version != ack_version)
      return fail(reply_code::internal_error, path() + ": format version " + std::to_string(version) +
                                                  ", this program reads version " + std::to_string(ack_version));
  }
  if (content->compare(0, ack_header_bytes, expected) != 0) {  // never got to the disk, nor anything behind it
    if (status s = fs.remove(path()); !s.ok()) return s.failure();
    return acks;
  }
  const frame_scan scan = scan_frames(*content, ack_header_bytes, salt_);
  for (const frame_view& f : scan.frames)
    if (const auto some = decode_ranges(f.payload)) acks.insert(acks.end(), some->begin(), some->end());
  normalize(acks);
  end_ = scan.end;
  sequence_ = scan.frames.empty() ? 0 : scan.frames.back().sequence + 1;
  if (content->size() != end_) {
    auto opened = fs.open(path(), open_mode::read_write);
    if (!opened.ok()) return opened.failure();
    if (status s = opened.value()->resize(end_); !s.ok()) return s.failure();
  }
  return acks;
}

status ack_file::append(file_cache& files, const position_ranges& acks) {
  auto opened = files.get(path(), exists() ? open_mode::read_write : open_mode::create_new);
  if (!opened.ok()) return opened.failure();
  const std::string start = exists() ? std::string() : header();
  const std::string bytes = start + frame(acks);
  if (status s = opened.value()->write_at(end_, bytes.data(), bytes.size()); !s.ok()) return s;
  end_ += bytes.size();
  return success{};
}

status ack_file::rewrite(file_system& fs, file_cache& files, const position_ranges& acks) {
  files.forget(path());
  sequence_ = 0;
  const std::string bytes = header() + frame(acks);
  if (status s = write_file_atomically(fs, directory_, "acks", bytes); !s.ok()) return s;
  end_ = bytes.size();
  return success{};
}

status ack_file::remove(file_system& fs, file_cache& files) {
  files.forget(path());
  if (!exists()) return success{};
  end_ = 0;
  sequence_ = 0;
  return fs.remove(path());
}

}  // namespace warren::storage
