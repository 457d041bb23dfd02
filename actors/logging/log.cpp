#include "actors/logging/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

#include "actors/logging/log_file_sink.hpp"
#include "actors/logging/log_format.hpp"

namespace warren::actors {

namespace log_detail {
std::atomic<log_level> thresholds[log_categories] = {log_level::info, log_level::info, log_level::info,
                                                     log_level::info, log_level::info, log_level::info,
                                                     log_level::info, log_level::info};
}

namespace {

// Lines waiting to be written; each entry is ~400 bytes whether used or not.
constexpr std::size_t queue_entries = 1024;

// spdlog has six levels, RabbitMQ eight; the two highest share one place (Warren has no use for them).
spdlog::level::level_enum to_spdlog(log_level level) {
  return static_cast<spdlog::level::level_enum>(std::min(static_cast<int>(level), 5));
}
log_level from_spdlog(spdlog::level::level_enum level) { return static_cast<log_level>(level); }

class line_formatter final : public spdlog::formatter {
 public:
  explicit line_formatter(log_format format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    const auto at = std::chrono::duration_cast<std::chrono::microseconds>(message.time.time_since_epoch()).count();
    const std::string_view name(message.logger_name.data(), message.logger_name.size());
    const std::string_view text(message.payload.data(), message.payload.size());
    const auto category = parse_log_category(name).value_or(log_category::plain);
    std::string line;
    (format_ == log_format::json ? format_json : format_plaintext)(at, from_spdlog(message.level), category, text,
                                                                   line);
    to.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<line_formatter>(format_);
  }

 private:
  log_format format_;
};

/// Passes on what reaches one category's threshold for one sink: sinks are shared between categories.
class threshold_sink final : public spdlog::sinks::sink {
 public:
  threshold_sink(spdlog::sink_ptr to, log_level level) : to_(std::move(to)) {
    limit_to(level);
  }
  void log(const spdlog::details::log_msg& message) override { to_->log(message); }
  void flush() override { to_->flush(); }
  void limit_to(log_level level) { set_level(level == log_level::none ? spdlog::level::off : to_spdlog(level)); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  spdlog::sink_ptr to_;
};

struct running_log {
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::array<std::shared_ptr<spdlog::async_logger>, log_categories> loggers;
  std::vector<std::shared_ptr<log_file_sink>> files;
  std::vector<std::shared_ptr<threshold_sink>> limits;
  std::size_t dropped_told = 0;
};

// Replaced as a whole, so that a line that is being written keeps what it uses.
std::mutex log_mutex;
std::shared_ptr<running_log> current_log;

std::shared_ptr<running_log> current() {
  const std::lock_guard lock(log_mutex);
  return current_log;
}

void write_to_stderr(log_category category, log_level level, std::string_view text) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string line;
  format_plaintext(std::chrono::duration_cast<std::chrono::microseconds>(now).count(), level, category, text, line);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

std::string start_logging(const log_options& options) {
  auto log = std::make_shared<running_log>();
  std::string failure;
  const auto open_file = [&](const std::string& path, const log_rotation& rotation) -> spdlog::sink_ptr {
    for (const auto& file : log->files)
      if (file->path() == path) return file;
    auto file = std::make_shared<log_file_sink>(path, rotation);
    if (auto wrong = file->reopen(); !wrong.empty()) failure = wrong;
    file->set_formatter(std::make_unique<line_formatter>(options.file.format));
    log->files.push_back(file);
    return file;
  };

  spdlog::sink_ptr console, main_file;
  if (options.console.on) {
    if (options.console_stderr)
      console = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      console = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    console->set_formatter(std::make_unique<line_formatter>(options.console.format));
  }
  if (options.file.on) main_file = open_file(options.file_path, options.rotation);

  log->writer = std::make_shared<spdlog::details::thread_pool>(queue_entries, 1);
  std::array<log_level, log_categories> least;
  for (std::size_t i = 0; i < log_categories; ++i) {
    const auto category = static_cast<log_category>(i);
    const auto& own = options.categories[i];
    std::vector<spdlog::sink_ptr> sinks;
    least[i] = log_level::none;
    const auto add = [&](const spdlog::sink_ptr& sink, const log_sink_options& with) {
      const auto level = log_threshold(options, category, with);
      least[i] = std::min(least[i], level);
      log->limits.push_back(std::make_shared<threshold_sink>(sink, level));
      sinks.push_back(log->limits.back());
    };
    if (console) add(console, options.console);
    if (!own.file.empty())
      add(open_file(own.file, own.rotation), options.file);
    else if (main_file)
      add(main_file, options.file);
    auto logger =
        std::make_shared<spdlog::async_logger>(std::string(log_category_name(category)), sinks.begin(), sinks.end(),
                                               log->writer, spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog::level::trace);  // the thresholds decide
    logger->flush_on(spdlog::level::trace);
    log->loggers[i] = std::move(logger);
  }
  if (!failure.empty()) return failure;
  for (std::size_t i = 0; i < log_categories; ++i) log_detail::thresholds[i].store(least[i], std::memory_order_relaxed);
  const std::lock_guard lock(log_mutex);
  current_log = std::move(log);
  return "";
}

void stop_logging() {
  std::shared_ptr<running_log> log;
  {
    const std::lock_guard lock(log_mutex);
    log = std::move(current_log);
  }
  if (!log) return;
  while (log.use_count() > 1) std::this_thread::yield();  // a line is on its way into the queue
  log.reset();                                            // writes out what is queued and joins the thread
}

void reopen_log_files() {
  const auto log = current();
  if (!log) return;
  for (const auto& file : log->files)
    if (const auto wrong = file->reopen(); !wrong.empty())
      write_to_stderr(log_category::plain, log_level::error, wrong);
}

void set_log_level(log_level level) {
  if (const auto log = current())
    for (const auto& sink : log->limits) sink->limit_to(level);
  for (auto& threshold : log_detail::thresholds) threshold.store(level, std::memory_order_relaxed);
}

std::vector<std::string> log_files() {
  std::vector<std::string> out;
  if (const auto log = current())
    for (const auto& file : log->files) out.push_back(file->path());
  return out;
}

void write_log(log_category category, log_level level, std::string_view text) {
  std::shared_ptr<running_log> log;
  std::size_t dropped = 0;
  {
    const std::lock_guard lock(log_mutex);
    log = current_log;
    if (log && log->writer) {
      dropped = log->writer->overrun_counter() - log->dropped_told;
      log->dropped_told += dropped;
    }
  }
  if (!log) return write_to_stderr(category, level, text);
  const auto send = [&](log_category c, log_level l, std::string_view what) {
    log->loggers[static_cast<std::size_t>(c)]->log(to_spdlog(l), spdlog::string_view_t(what.data(), what.size()));
  };
  if (dropped > 0)
    send(log_category::plain, log_level::warning, fmt::format("{} log lines were dropped: too many at once", dropped));
  send(category, level, text);
}

}  // namespace warren::actors
