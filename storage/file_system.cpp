#include "storage/file_system.hpp"

namespace warren::storage {

status write_file_atomically(file_system& fs, const std::string& directory, const std::string& name,
                             std::string_view content) {
  const std::string temporary = directory + "/" + name + ".new";
  if (fs.exists(temporary))
    if (status s = fs.remove(temporary); !s.ok()) return s;
  auto opened = fs.open(temporary, open_mode::create_new);
  if (!opened.ok()) return opened.failure();
  if (status s = opened.value()->write_at(0, content.data(), content.size()); !s.ok()) return s;
  if (status s = opened.value()->sync_data(); !s.ok()) return s;
  if (status s = fs.rename(temporary, directory + "/" + name); !s.ok()) return s;
  return fs.sync_directory(directory);
}

result<std::string> read_whole_file(file_system& fs, const std::string& path) {
  auto opened = fs.open(path, open_mode::read);
  if (!opened.ok()) return opened.failure();
  const auto size = opened.value()->size();
  if (!size.ok()) return size.failure();
  std::string content(size.value(), '\0');
  const auto got = opened.value()->read_at(0, content.data(), content.size());
  if (!got.ok()) return got.failure();
  content.resize(got.value());
  return content;
}

}  // namespace warren::storage
