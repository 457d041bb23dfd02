#include <algorithm>

#include "actors/control/columns.hpp"
#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/node_status.hpp"

namespace warren::actors {

namespace json = boost::json;

namespace {

constexpr column<json::object> of_flags[] = {
    {"name", [](const json::object& r) { return r.at("name"); }},
    {"state", [](const json::object& r) { return r.at("state"); }},
    {"stability", [](const json::object& r) { return r.at("stability"); }},
    {"provided_by", [](const json::object& r) { return r.at("provided_by"); }},
    {"desc", [](const json::object& r) { return r.at("desc"); }},
    {"doc_url", [](const json::object& r) { return r.at("doc_url"); }},
};

void list_flags(command_actor& call) {
  const auto chosen = choose_columns<json::object>(call.request().arguments, of_flags, {"name", "state"});
  if (const auto* wrong = std::get_if<control_error>(&chosen)) return call.fail(*wrong);
  json::array rows;
  for (const json::value& flag : feature_flag_rows())
    rows.push_back(make_row(std::get<columns<json::object>>(chosen), flag.get_object()));
  call.finish(std::move(rows));
}

void enable_flag(command_actor& call) {
  const std::string& wanted = call.argument(0);
  const json::array flags = feature_flag_rows();
  const bool known = wanted == "all" || std::any_of(flags.begin(), flags.end(), [&](const json::value& f) {
                       return f.get_object().at("name").get_string() == wanted;
                     });
  if (!known) return call.fail(exit_code::usage, "This feature flag is not supported by node " + call.node_name());
  call.finish();  // all of them always are
}

constexpr command_entry feature_flag_table[] = {
    {"list_feature_flags", list_flags, "any"},
    {"enable_feature_flag", enable_flag},
};

}  // namespace

std::span<const command_entry> feature_flag_commands() { return feature_flag_table; }

}  // namespace warren::actors
