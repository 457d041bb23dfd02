#include "actors/logging/log_file_sink.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace warren::actors {

namespace fs = std::filesystem;

log_file_sink::log_file_sink(std::string path, log_rotation rotation) : path_(std::move(path)), rotation_(rotation) {}

log_file_sink::~log_file_sink() {
  if (file_) std::fclose(file_);
}

std::string log_file_sink::reopen() {
  const std::lock_guard lock(mutex_);
  return open();
}

std::string log_file_sink::open() {
  if (file_) std::fclose(file_);
  std::error_code ignored;  // fopen says what is wrong
  if (const auto directory = fs::path(path_).parent_path(); !directory.empty())
    fs::create_directories(directory, ignored);
  file_ = std::fopen(path_.c_str(), "ae");
  if (!file_) return "cannot open the log file " + path_ + ": " + std::strerror(errno);
  std::fseek(file_, 0, SEEK_END);
  bytes_ = static_cast<std::uint64_t>(std::max(0L, std::ftell(file_)));
  return "";
}

void log_file_sink::rotate() {
  const auto numbered = [this](std::uint32_t n) { return path_ + "." + std::to_string(n); };
  std::error_code ignored;  // a missing file in the row is normal
  if (rotation_.keep == 0) {
    fs::remove(path_, ignored);
  } else {
    for (std::uint32_t n = rotation_.keep - 1; n > 0; --n) fs::rename(numbered(n - 1), numbered(n), ignored);
    fs::rename(path_, numbered(0), ignored);
  }
  (void)open();  // without a file, lines go to the standard error
}

void log_file_sink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (rotation_.max_bytes > 0 && bytes_ > 0 && bytes_ + line.size() > rotation_.max_bytes) rotate();
  std::fwrite(line.data(), 1, line.size(), file_ ? file_ : stderr);
  bytes_ += line.size();
}

void log_file_sink::flush_() { std::fflush(file_ ? file_ : stderr); }

}  // namespace warren::actors
