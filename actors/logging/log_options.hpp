#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::actors {

/// RabbitMQ's levels; `none` as a limit lets nothing through.
enum class log_level : std::uint8_t { debug, info, notice, warning, error, critical, alert, emergency, none };

/// What a line is about; each has its own level (`log.connection.level`, …). `plain` is RabbitMQ's "default".
enum class log_category : std::uint8_t { plain, connection, channel, queue, mirroring, federation, upgrade, raft };
inline constexpr std::size_t log_categories = 8;

[[nodiscard]] std::string_view log_level_name(log_level level);
[[nodiscard]] std::optional<log_level> parse_log_level(std::string_view name);
[[nodiscard]] std::string_view log_category_name(log_category category);  ///< as in `log.NAME.level`
[[nodiscard]] std::optional<log_category> parse_log_category(std::string_view name);

enum class log_format : std::uint8_t { plaintext, json };

struct log_rotation {
  std::uint64_t max_bytes = 0;  ///< 0 = never rotated by the node
  std::uint32_t keep = 10;      ///< rotated files kept, named FILE.0 (newest), FILE.1, …
};

struct log_sink_options {
  bool on = false;
  std::optional<log_level> level;
  log_format format = log_format::plaintext;
};

/// A line is written to a sink when it reaches the category's level and the sink's. A category without a level takes
/// that of `plain`; where neither that nor the sink has one, it is info. So `log.console.level = debug` alone shows
/// debug lines.
struct log_options {
  struct category {
    std::optional<log_level> level;
    std::string file;  ///< empty = the node's log file
    log_rotation rotation;
  };
  log_sink_options console;
  bool console_stderr = false;
  log_sink_options file;
  std::string file_path;  ///< created with its directory
  log_rotation rotation;
  std::array<category, log_categories> categories;
};

[[nodiscard]] log_level log_threshold(const log_options& options, log_category category, const log_sink_options& sink);

}  // namespace warren::actors
