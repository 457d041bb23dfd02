#include "node/ctl/show/values.hpp"

#include "node/ctl/format/cell.hpp"
#include "node/ctl/format/rows.hpp"
#include "node/ctl/show/sections.hpp"
#include "node/ctl/text/erlang_term.hpp"
#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

/// Rows whose columns are those of the first.
std::string rows_as_they_are(const invocation& i, const json::value& list) {
  invocation any = i;
  command_spec shown = *i.command;
  shown.columns = {};
  shown.default_columns = {};
  any.command = &shown;
  return table(rows_of(any, list), i.headers && !i.silent);
}

}  // namespace

std::string show_limits(const invocation& i, const json::value& r) {
  if (r.is_array()) return rows_as_they_are(i, r);
  const json::value* value = member(r, "value");
  return (value == nullptr ? json_text(r) : cell(*value)) + '\n';
}

std::string show_rows_without_headers(const invocation& i, const json::value& r) { return table(rows_of(i, r), false); }

std::string show_resized(const invocation& i, const json::value& r) {
  const std::string rows = table(rows_of(i, r), i.headers && !i.silent);
  return rows.empty() ? "\n" : rows;
}

std::string show_auth_attempts(const invocation& i, const json::value& r) {
  const json::value* attempts = r.is_array() ? &r : member(r, "attempts");
  return attempts == nullptr ? std::string() : rows_as_they_are(i, *attempts);
}

std::string show_certificates(const invocation&, const json::value& r) {
  std::vector<term> pairs;
  if (r.is_object())
    for (const auto& [file, certificate] : r.get_object()) {
      pairs.push_back(term::binary(file));
      pairs.push_back(term_of(certificate));
    }
  return pretty(term::map(std::move(pairs)));
}

std::string show_peers(const invocation&, const json::value& r) {
  if (r.is_string()) return cell(r);
  const auto peers = words_of(&r);
  if (peers.empty()) return "No peers discovered";
  std::string out;
  for (const std::string& p : peers) out += p + '\n';
  return out;
}

std::string show_interfaces(const invocation&, const json::value& r) {
  std::string out;
  if (!r.is_object()) return cell(r);
  for (const auto& [name, addresses] : r.get_object()) {
    out += "Interface " + std::string(name) + "\n";
    for (const std::string& a : words_of(&addresses)) out += "  " + a + '\n';
  }
  return out;
}

std::string show_environment_variables(const invocation&, const json::value& r) {
  std::string out;
  if (r.is_object())
    for (const auto& [name, value] : r.get_object()) out += std::string(name) + "=" + cell(value) + '\n';
  return out;
}

std::string show_resolver(const invocation&, const json::value& r) {
  section_writer w;
  std::string order;
  for (const std::string& way : words_of(member(r, "lookup"))) order += (order.empty() ? "" : ", ") + way;
  w.title("Runtime Hostname Resolver (inetrc) Settings").line("Lookup order: " + order);
  w.line("Hosts file: " + text_of(r, "hosts_file")).line("Resolver conf file: " + text_of(r, "resolv_conf"));
  w.line("Cache size: " + text_of(r, "cache_size"));
  return w.title("inetrc File Host Entries").lines_or_none(words_of(member(r, "hosts"))).take();
}

}  // namespace warren::ctl
