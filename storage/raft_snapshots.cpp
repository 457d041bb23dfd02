#include "storage/raft_snapshots.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "core/raft/raft_codec.hpp"
#include "storage/crc32c.hpp"

namespace warren::storage {
namespace {

constexpr char snapshot_magic[8] = {'W', 'R', 'N', 'R', 'A', 'F', 'T', '\n'};
constexpr std::uint32_t snapshot_version = 1;

///     0        8         12    16      24           32
///     | magic  | version | crc | group | meta bytes | blob bytes | meta … | blob …     crc: of the bytes from 16 on
struct snapshot_header {
  char magic[8] = {};
  std::uint32_t version = 0;
  std::uint32_t crc = 0;
  std::uint64_t group = 0;
  std::uint64_t meta_bytes = 0;
  std::uint64_t blob_bytes = 0;
};
static_assert(sizeof(snapshot_header) == 40);
constexpr std::size_t summed_from = 16;

std::string file_name(const raft::snapshot_meta& m) {
  char name[64];
  std::snprintf(name, sizeof name, "%016llx-%016llx.snap", static_cast<unsigned long long>(m.at),
                static_cast<unsigned long long>(m.id));
  return name;
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::uint64_t v = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    v = v * 16 + static_cast<unsigned>(digit);
  }
  return v;
}

error damaged(const std::string& path, const char* what) {
  return fail(reply_code::internal_error, path + ": damaged: " + what);
}

}  // namespace

std::string raft_snapshots::path_of(raft_group_id group) const {
  char name[32];
  std::snprintf(name, sizeof name, "/%016llx", static_cast<unsigned long long>(group.value));
  return directory_ + name;
}

status raft_snapshots::make_path(raft_group_id group) {
  if (fs_.exists(path_of(group))) return success{};
  if (!fs_.exists(directory_)) {
    if (status s = fs_.make_directory(directory_); !s.ok()) return s;
    if (status s = fs_.sync_directory(directory_.substr(0, directory_.rfind('/'))); !s.ok()) return s;
  }
  if (status s = fs_.make_directory(path_of(group)); !s.ok()) return s;
  return fs_.sync_directory(directory_);
}

// ---- writing

status raft_snapshots::write(raft_group_id group, const raft::snapshot_meta& meta, bytes_view blob) {
  WARREN_ENSURE(meta.bytes == blob.size());
  // One that is coming in at the same time is not disturbed: it is newer than this one, or will be refused.
  auto interrupted = incoming_.extract(group);
  status done = begin(group, meta);
  if (done.ok()) done = append(group, blob);
  if (done.ok()) done = finish(group);
  if (!interrupted.empty()) incoming_.insert(std::move(interrupted));
  return done;
}

status raft_snapshots::begin(raft_group_id group, const raft::snapshot_meta& meta) {
  incoming_.erase(group);
  if (status s = make_path(group); !s.ok()) return s;
  incoming in;
  in.meta = meta;
  in.path = path_of(group) + "/" + file_name(meta) + ".new";
  if (fs_.exists(in.path))
    if (status s = fs_.remove(in.path); !s.ok()) return s;
  auto opened = fs_.open(in.path, open_mode::create_new);
  if (!opened.ok()) return opened.failure();
  in.to = std::move(opened).value();
  std::string bytes(sizeof(snapshot_header), '\0');
  raft::encode(meta, bytes);
  snapshot_header h;
  std::memcpy(h.magic, snapshot_magic, sizeof snapshot_magic);
  h.version = snapshot_version;
  h.group = group.value;
  h.meta_bytes = bytes.size() - sizeof h;
  h.blob_bytes = meta.bytes;
  std::memcpy(bytes.data(), &h, sizeof h);
  if (status s = in.to->write_at(0, bytes.data(), bytes.size()); !s.ok()) return s;
  in.sum = crc32c(snapshot_version, bytes.data() + summed_from, bytes.size() - summed_from);
  in.end = bytes.size();
  in.left = meta.bytes;
  incoming_.emplace(group, std::move(in));
  return success{};
}

status raft_snapshots::append(raft_group_id group, bytes_view piece) {
  const auto found = incoming_.find(group);
  WARREN_ENSURE(found != incoming_.end());
  incoming& in = found->second;
  if (piece.size() > in.left) return fail(reply_code::internal_error, in.path + ": more was sent than was announced");
  if (piece.empty()) return success{};
  if (status s = in.to->write_at(in.end, piece.data(), piece.size()); !s.ok()) return s;
  in.sum = crc32c(in.sum, piece.data(), piece.size());
  in.end += piece.size();
  in.left -= piece.size();
  return success{};
}

status raft_snapshots::finish(raft_group_id group) {
  auto node = incoming_.extract(group);
  WARREN_ENSURE(!node.empty());
  incoming& in = node.mapped();
  if (in.left != 0) return fail(reply_code::internal_error, in.path + ": less was sent than was announced");
  const auto sum = reinterpret_cast<const char*>(&in.sum);
  if (status s = in.to->write_at(offsetof(snapshot_header, crc), sum, sizeof in.sum); !s.ok()) return s;
  if (status s = in.to->sync_data(); !s.ok()) return s;
  if (status s = fs_.rename(in.path, in.path.substr(0, in.path.size() - 4)); !s.ok()) return s;
  return fs_.sync_directory(path_of(group));
}

// ---- reading

result<std::vector<raft_snapshots::found_file>> raft_snapshots::list(raft_group_id group) {
  std::vector<found_file> out;
  if (!fs_.exists(path_of(group))) return out;
  auto names = fs_.list(path_of(group));
  if (!names.ok()) return names.failure();
  for (std::string& name : *names) {
    if (name.size() != 38 || name[16] != '-' || !name.ends_with(".snap")) continue;
    const auto at = parse_hex(std::string_view(name).substr(0, 16)),
               id = parse_hex(std::string_view(name).substr(17, 16));
    if (at && id) out.push_back({std::move(name), *at, *id});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.at > b.at; });
  return out;
}

result<std::optional<raft_snapshots::content>> raft_snapshots::read(raft_group_id group) {
  auto files = list(group);
  if (!files.ok()) return files.failure();
  if (files->empty()) return std::optional<content>();
  const std::string path = path_of(group) + "/" + files->front().name;
  auto bytes = read_whole_file(fs_, path);
  if (!bytes.ok()) return bytes.failure();
  snapshot_header h;
  if (bytes->size() < sizeof h) return damaged(path, "too short");
  std::memcpy(&h, bytes->data(), sizeof h);
  if (std::memcmp(h.magic, snapshot_magic, sizeof snapshot_magic) != 0) return damaged(path, "not a snapshot of a Raft group");
  if (h.version != snapshot_version)
    return fail(reply_code::internal_error, path + ": format version " + std::to_string(h.version) +
                                                ", this program reads version " + std::to_string(snapshot_version));
  const std::uint64_t behind = bytes->size() - sizeof h;
  if (crc32c(snapshot_version, bytes->data() + summed_from, bytes->size() - summed_from) != h.crc || h.meta_bytes > behind ||
      h.blob_bytes != behind - h.meta_bytes || h.group != group.value)
    return damaged(path, "the checksum of the bytes from offset 16 is wrong");
  auto meta = raft::decode_snapshot_meta(bytes_view(*bytes).substr(sizeof h, h.meta_bytes));
  if (!meta || meta->bytes != h.blob_bytes) return damaged(path, "its description cannot be read");
  content c;
  c.meta = std::move(*meta);
  c.blob = bytes->substr(sizeof h + h.meta_bytes);
  return std::optional<content>(std::move(c));
}

result<std::optional<std::string>> raft_snapshots::read_part(raft_group_id group, const raft::snapshot_meta& meta,
                                                             std::uint64_t offset, std::uint32_t bytes) {
  const std::string path = path_of(group) + "/" + file_name(meta);
  if (!fs_.exists(path)) return std::optional<std::string>();
  auto opened = fs_.open(path, open_mode::read);
  if (!opened.ok()) return opened.failure();
  snapshot_header h;
  auto got = opened.value()->read_at(0, reinterpret_cast<char*>(&h), sizeof h);
  if (!got.ok()) return got.failure();
  if (got.value() != sizeof h || offset > h.blob_bytes || bytes > h.blob_bytes - offset)
    return damaged(path, "too short");
  std::string part(bytes, '\0');
  got = opened.value()->read_at(sizeof h + h.meta_bytes + offset, part.data(), part.size());
  if (!got.ok()) return got.failure();
  if (got.value() != bytes) return damaged(path, "too short");
  return std::optional<std::string>(std::move(part));
}

// ---- removing

status raft_snapshots::remove_older(raft_group_id group, const std::vector<std::uint64_t>& except) {
  if (!fs_.exists(path_of(group))) return success{};
  if (!incoming_.contains(group)) {  // what a crash left of one that was coming in
    auto names = fs_.list(path_of(group));
    if (!names.ok()) return names.failure();
    for (const std::string& name : *names)
      if (name.ends_with(".new"))
        if (status s = fs_.remove(path_of(group) + "/" + name); !s.ok()) return s;
  }
  auto files = list(group);
  if (!files.ok()) return files.failure();
  for (std::size_t i = 1; i < files->size(); ++i) {
    const found_file& f = (*files)[i];
    if (std::find(except.begin(), except.end(), f.id) != except.end()) continue;
    if (status s = fs_.remove(path_of(group) + "/" + f.name); !s.ok()) return s;
  }
  return success{};
}

status raft_snapshots::remove_group(raft_group_id group) {
  incoming_.erase(group);
  if (!fs_.exists(path_of(group))) return success{};
  auto names = fs_.list(path_of(group));
  if (!names.ok()) return names.failure();
  for (const std::string& name : *names)
    if (status s = fs_.remove(path_of(group) + "/" + name); !s.ok()) return s;
  return fs_.remove_directory(path_of(group));
}

result<std::vector<raft_group_id>> raft_snapshots::groups_on_disk() {
  std::vector<raft_group_id> out;
  if (!fs_.exists(directory_)) return out;
  auto names = fs_.list(directory_);
  if (!names.ok()) return names.failure();
  for (const std::string& name : *names)
    if (const auto id = parse_hex(name)) out.push_back(raft_group_id{*id});
  return out;
}

}  // namespace warren::storage
