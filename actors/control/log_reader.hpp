#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace warren::actors {

/// The last lines of a file, oldest first. Blocks. Empty when the file cannot be read.
[[nodiscard]] std::vector<std::string> last_lines(const std::string& path, std::size_t lines);

/// Follows a file: what is appended to it, whole lines, also after it was rotated.
class log_follower {
 public:
  explicit log_follower(std::string path);
  [[nodiscard]] std::vector<std::string> more();

 private:
  std::string path_, partial_;
  std::uint64_t at_ = 0, inode_ = 0;
};

}  // namespace warren::actors
