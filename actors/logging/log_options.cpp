#include "actors/logging/log_options.hpp"

#include <algorithm>

namespace warren::actors {
namespace {

constexpr std::array<std::string_view, 9> level_names = {"debug",    "info",  "notice",    "warning", "error",
                                                         "critical", "alert", "emergency", "none"};
constexpr std::array<std::string_view, log_categories> category_names = {"default",   "connection", "channel", "queue",
                                                                         "mirroring", "federation", "upgrade", "ra"};

template <class E, std::size_t N>
std::optional<E> parse(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) return std::nullopt;
  return static_cast<E>(it - names.begin());
}

}  // namespace

std::string_view log_level_name(log_level level) { return level_names[static_cast<std::size_t>(level)]; }
std::string_view log_category_name(log_category category) { return category_names[static_cast<std::size_t>(category)]; }
std::optional<log_level> parse_log_level(std::string_view name) { return parse<log_level>(level_names, name); }
std::optional<log_category> parse_log_category(std::string_view name) {
  return parse<log_category>(category_names, name);
}

log_level log_threshold(const log_options& options, log_category category, const log_sink_options& sink) {
  auto level = options.categories[static_cast<std::size_t>(category)].level;
  if (!level) level = options.categories[static_cast<std::size_t>(log_category::plain)].level;
  if (!level) return sink.level.value_or(log_level::info);
  return sink.level ? std::max(*level, *sink.level) : *level;
}

}  // namespace warren::actors
