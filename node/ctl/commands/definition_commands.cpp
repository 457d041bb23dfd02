#include "node/ctl/commands/checks.hpp"
#include "node/ctl/commands/tables.hpp"
#include "node/ctl/run/banners.hpp"
#include "node/ctl/run/definitions.hpp"

namespace warren::ctl {
namespace {

constexpr option_spec export_options[] = {
    {.name = "format", .kind = option_kind::text, .value = "<json | erlang>", .default_value = "json", .help = "json"},
};
constexpr option_spec import_options[] = {
    {.name = "format", .kind = option_kind::text, .value = "<json | erlang>", .default_value = "json", .help = "json"},
    {.name = "skip-if-unchanged", .help = "do nothing if these definitions were the last to be imported"},
};
constexpr column_spec flag_columns[] = {{"name", column_kind::atom},
                                        {"state", column_kind::atom},
                                        {"stability", column_kind::atom},
                                        {"provided_by", column_kind::atom},
                                        {"desc"},
                                        {"doc_url"}};

constexpr command_spec rows[] = {
    {.name = "export_definitions",
     .tools = tool::ctl,
     .in = section::definitions,
     .usage = "<file_path | \"-\"> [--format <json | erlang>]",
     .description = "Exports definitions in JSON or compressed Erlang Term Format.",
     .args = {1, 1},
     .options = export_options,
     .usage_shows_timeout = true,
     .default_timeout_s = 300,
     .check = check_definitions_format,
     .make_banner = export_banner,
     .run = run_export},
    {.name = "import_definitions",
     .tools = tool::ctl,
     .in = section::definitions,
     .usage = "<file_path | \"-\"> [--format <json | erlang>] [--skip-if-unchanged]",
     .description = "Imports definitions in JSON or compressed Erlang Term Format.",
     .args = {0, 1},
     .options = import_options,
     .usage_shows_timeout = true,
     .default_timeout_s = 300,
     .check = check_import,
     .make_banner = import_banner,
     .run = run_import},
    {.name = "list_feature_flags",
     .tools = tool::ctl | tool::diagnostics,
     .in = section::feature_flags,
     .usage = "[<column> ...]",
     .description = "Lists feature flags",
     .args = {0, -1},
     .app = app_need::any,
     .banner = "Listing feature flags ...",
     .form = shape::table,
     .columns = flag_columns,
     .default_columns = "name state",
     .usage_shows_timeout = true},
    {.name = "enable_feature_flag",
     .tools = tool::ctl,
     .in = section::feature_flags,
     .usage = "<all | feature_flag>",
     .description = "Enables a feature flag or all supported feature flags on the target node",
     .args = {1, 1},
     .check = check_feature_flag,
     .make_banner = feature_flag_banner},
};

}  // namespace

std::span<const command_spec> definition_commands() { return rows; }

}  // namespace warren::ctl
