#include "storage/metadata_snapshot.hpp"

#include <cstring>

#include "storage/small_file.hpp"

namespace warren::storage {
namespace {
constexpr std::string_view metadata_magic = "WRNMETA\n";
constexpr std::uint32_t metadata_version = 1;
constexpr const char* name = "metadata.snapshot";
}  // namespace

status write_metadata_snapshot(file_system& fs, const std::string& data_directory, const metadata_snapshot& s) {
  std::string content(reinterpret_cast<const char*>(&s.index), 8);
  content += s.bytes;
  return write_file_atomically(fs, data_directory, name, wrap_small_file(metadata_magic, metadata_version, content));
}

result<std::optional<metadata_snapshot>> read_metadata_snapshot(file_system& fs, const std::string& data_directory) {
  const std::string path = data_directory + "/" + name;
  if (!fs.exists(path)) return std::optional<metadata_snapshot>();
  auto file = read_whole_file(fs, path);
  if (!file.ok()) return file.failure();
  auto content = unwrap_small_file(metadata_magic, metadata_version, path, *file);
  if (!content.ok()) return content.failure();
  if (content->size() < 8) return fail(reply_code::internal_error, path + ": damaged: too short");
  metadata_snapshot s;
  std::memcpy(&s.index, content->data(), 8);
  s.bytes = content->substr(8);
  return std::optional<metadata_snapshot>(std::move(s));
}

}  // namespace warren::storage
