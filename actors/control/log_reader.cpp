#include "actors/control/log_reader.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

namespace warren::actors {

namespace {

std::uint64_t inode_of(const std::string& path, std::uint64_t& bytes) {
  struct stat s {};
  if (stat(path.c_str(), &s) != 0) return 0;
  bytes = static_cast<std::uint64_t>(s.st_size);
  return s.st_ino;
}

std::vector<std::string> cut_lines(std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  text.erase(0, at);
  return lines;
}

}  // namespace

std::vector<std::string> last_lines(const std::string& path, std::size_t lines) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in || lines == 0) return {};
  auto begin = static_cast<std::uint64_t>(in.tellg());
  std::string text;
  std::size_t breaks = 0;
  while (begin > 0 && breaks <= lines) {  // backwards, piece by piece
    const std::uint64_t piece = std::min<std::uint64_t>(begin, 64 * 1024);
    begin -= piece;
    std::string more(piece, '\0');
    in.seekg(static_cast<std::streamoff>(begin));
    in.read(more.data(), static_cast<std::streamsize>(piece));
    breaks += static_cast<std::size_t>(std::count(more.begin(), more.end(), '\n'));
    text.insert(0, more);
  }
  if (!text.empty() && text.back() != '\n') text += '\n';
  std::vector<std::string> all = cut_lines(text);
  if (all.size() > lines) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
  return all;
}

log_follower::log_follower(std::string path) : path_(std::move(path)) { inode_ = inode_of(path_, at_); }

std::vector<std::string> log_follower::more() {
  std::uint64_t bytes = 0;
  const std::uint64_t inode = inode_of(path_, bytes);
  if (inode != inode_ || bytes < at_) {  // rotated or cut
    inode_ = inode;
    at_ = 0;
    partial_.clear();
  }
  if (bytes <= at_) return {};
  std::ifstream in(path_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(at_));
  std::string more(std::min<std::uint64_t>(bytes - at_, 1u << 20), '\0');
  in.read(more.data(), static_cast<std::streamsize>(more.size()));
  more.resize(static_cast<std::size_t>(in.gcount()));
  at_ += more.size();
  partial_ += more;
  return cut_lines(partial_);
}

}  // namespace warren::actors
