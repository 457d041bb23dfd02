#include "actors/control/evaluate.hpp"

#include "core/metadata/term_text.hpp"

namespace warren::actors {

namespace {

struct known {
  std::string_view text;
  known_expression what;
};
constexpr known expressions[] = {
    {"rabbit_nodes:cluster_name()", known_expression::cluster_name},
    {"rabbit_alarm:get_alarms()", known_expression::alarms},
    {"application:get_env(rabbit,cluster_partition_handling)", known_expression::get_partition_handling},
    {"rabbit_mnesia:cluster_nodes(running)", known_expression::running_nodes},
    {"rabbit_nodes:all_running()", known_expression::running_nodes},
    {"rabbit_mnesia:cluster_nodes(all)", known_expression::all_nodes},
    {"nodes()", known_expression::other_nodes},
    {"node()", known_expression::this_node},
    {"rabbit_federation_status:status()", known_expression::federation_status},
    {"rabbit_shovel_status:status()", known_expression::shovel_status},
    {"rabbit:is_running()", known_expression::is_running},
    {"rabbit_misc:version()", known_expression::version},
};
constexpr std::string_view setting = "application:set_env(rabbit,cluster_partition_handling,";

std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') out += c;
  return out;
}

}  // namespace

std::variant<expression, expression_refusal> read_expression(std::string_view text) {
  std::string e = without_spaces(text);
  if (e.empty() || e.back() != '.') return expression_refusal{true, "\"syntax error before: \""};
  e.pop_back();
  for (const known& k : expressions)
    if (k.text == e) return expression{k.what, ""};
  if (e.starts_with(setting) && e.ends_with(")"))
    return expression{known_expression::set_partition_handling,
                      e.substr(setting.size(), e.size() - setting.size() - 1)};
  std::string all;
  for (const known& k : expressions) all += "\n  " + std::string(k.text) + ".";
  return expression_refusal{false, "this node has no Erlang runtime that could evaluate an expression. Known are:" +
                                       all + "\n  " + std::string(setting) + "MODE)."};
}

std::string atom_list(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const std::string& name : names) out += (out.size() > 1 ? "," : "") + term_atom(name);
  return out + "]";
}

}  // namespace warren::actors
