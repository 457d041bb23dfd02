#pragma once

#include <spdlog/sinks/base_sink.h>

#include <cstdio>
#include <mutex>
#include <string>

#include "actors/logging/log_options.hpp"

namespace warren::actors {

/// A log file that rotates by size as RabbitMQ names it (FILE, FILE.0, FILE.1, …) and can be reopened. spdlog's own
/// rotating sink can do only the former. When the file cannot be written, lines go to the standard error.
class log_file_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  log_file_sink(std::string path, log_rotation rotation);
  ~log_file_sink() override;

  /// Returns why the file cannot be opened, or "". Creates the directory. Thread-safe.
  std::string reopen();
  [[nodiscard]] const std::string& path() const { return path_; }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;

 private:
  std::string open();
  void rotate();

  std::string path_;
  log_rotation rotation_;
  std::FILE* file_ = nullptr;
  std::uint64_t bytes_ = 0;
};

}  // namespace warren::actors
