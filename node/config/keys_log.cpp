#include <array>

#include "node/config/config_draft.hpp"
#include "node/config/config_keys.hpp"

namespace warren::node {
namespace {

using kind = value_kind;
using draft = config_draft;
using text = std::string;
using value = config_value;

constexpr std::string_view levels = "debug info notice warning error critical alert emergency none";

actors::log_level level_of(const value& v) { return *actors::parse_log_level(text_of(v)); }
actors::log_format format_of(const value& v) {
  return text_of(v) == "json" ? actors::log_format::json : actors::log_format::plaintext;
}
/// `$category` only matches known ones (find_config_key).
actors::log_options::category& category_of(draft& d, const text& name) {
  return d.config.log.categories[static_cast<std::size_t>(*actors::parse_log_category(name))];
}

constexpr auto log_table = std::to_array<config_key>({
    {"log.dir", kind::path, "", "/var/log/warren, or DATA_DIR/log with --data-dir", "Directory of the log files.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log_dir = text_of(v);
       return text();
     }},
    {"log.file", kind::text, "", "NODE.log", "Name of the log file in log.dir, or a path; `false`: no file.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.file.on = text_of(v) != "false";
       if (d.config.log.file.on) d.config.log.file_path = text_of(v);
       return text();
     }},
    {"log.file.level", kind::choice, levels, "info", "Least level that is written to the file.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.file.level = level_of(v);
       return text();
     }},
    {"log.file.formatter", kind::choice, "plaintext json", "plaintext", "Readable lines, or one JSON object per line.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.file.format = format_of(v);
       return text();
     }},
    {"log.file.rotation.size", kind::bytes, "", "0", "The file is rotated when it has grown to this size; 0 = never.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.rotation.max_bytes = whole_of(v);
       return text();
     }},
    {"log.file.rotation.count", kind::whole, "", "10", "Rotated files to keep: FILE.0 (the newest), FILE.1, …", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.rotation.keep = static_cast<std::uint32_t>(std::min<std::int64_t>(whole_of(v), 1000));
       return text();
     }},
    {"log.console", kind::boolean, "", "false", "Log to the standard output (too).", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.console.on = yes_of(v);
       return text();
     }},
    {"log.console.level", kind::choice, levels, "info", "Least level that is written to the console.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.console.level = level_of(v);
       return text();
     }},
    {"log.console.formatter", kind::choice, "plaintext json", "plaintext", "Readable lines, or one JSON object per line.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.console.format = format_of(v);
       return text();
     }},
    {"log.console.stdio", kind::choice, "stdout stderr", "stdout", "Which of the two.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.console_stderr = text_of(v) == "stderr";
       return text();
     }},
    {"log.default.level", kind::choice, levels, "info", "Level of everything without a category of its own.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.log.categories[0].level = level_of(v);
       return text();
     }},
    {"log.$category.level", kind::choice, levels, "info",
     "Level of one category: connection, channel, queue, mirroring, federation, upgrade, ra.", key_effect::in_force,
     [](draft& d, const text& name, const value& v) {
       category_of(d, name).level = level_of(v);
       return text();
     }},
    {"log.$category.file", kind::text, "", "", "A log file of the category's own, in log.dir or a path.", key_effect::in_force,
     [](draft& d, const text& name, const value& v) {
       category_of(d, name).file = text_of(v);
       return text();
     }},
    {"log.$category.rotation.size", kind::bytes, "", "0", "As log.file.rotation.size.", key_effect::in_force,
     [](draft& d, const text& name, const value& v) {
       category_of(d, name).rotation.max_bytes = whole_of(v);
       return text();
     }},
    {"log.$category.rotation.count", kind::whole, "", "10", "As log.file.rotation.count.", key_effect::in_force,
     [](draft& d, const text& name, const value& v) {
       category_of(d, name).rotation.keep = static_cast<std::uint32_t>(std::min<std::int64_t>(whole_of(v), 1000));
       return text();
     }},
    {"log.file.rotation.date", kind::text, "", "", "Rotation by date: use logrotate and SIGHUP.", key_effect::no_effect},
    {"log.file.rotation.compress", kind::boolean, "", "false", "Use logrotate.", key_effect::no_effect},
    {"log.$category.rotation.date", kind::text, "", "", "Rotation by date: use logrotate and SIGHUP.", key_effect::no_effect},
    {"log.$category.rotation.compress", kind::boolean, "", "false", "Use logrotate.", key_effect::no_effect},
    {"log.default.rotation.**", kind::text, "", "", "See log.file.rotation.", key_effect::no_effect},
    {"log.file.formatter.**", kind::text, "", "", "The formats have no variants.", key_effect::no_effect},
    {"log.console.formatter.**", kind::text, "", "", "The formats have no variants.", key_effect::no_effect},
    {"log.console.use_colors", kind::flag, "", "on", "No colours.", key_effect::no_effect},
    {"log.console.color_esc_seqs.**", kind::text, "", "", "No colours.", key_effect::no_effect},
    {"log.exchange", kind::boolean, "", "false", "Log lines as messages of amq.rabbitmq.log.", key_effect::no_effect},
    {"log.exchange.**", kind::text, "", "", "", key_effect::no_effect},
    {"log.syslog", kind::boolean, "", "false", "Use the console and what runs the node.", key_effect::no_effect},
    {"log.syslog.**", kind::text, "", "", "", key_effect::no_effect},
    {"log.journald", kind::boolean, "", "false", "The journal takes the console's lines.", key_effect::no_effect},
    {"log.journald.**", kind::text, "", "", "", key_effect::no_effect},
});

}  // namespace

std::span<const config_key> log_keys() { return log_table; }

}  // namespace warren::node
