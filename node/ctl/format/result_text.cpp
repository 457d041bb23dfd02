#include "node/ctl/format/result_text.hpp"

#include "node/ctl/format/cell.hpp"
#include "node/ctl/format/rows.hpp"
#include "node/ctl/text/erlang_term.hpp"
#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

bool is_rows(const invocation& i) { return i.command->form == shape::table || i.command->form == shape::pretty_table; }

/// Pids in `#PID<…>` form, as RabbitMQ's JSON has them.
void mark_pids(json::value& v) {
  if (v.is_string())
    v = json::string(json_pid(v.get_string()));
  else if (v.is_array())
    for (json::value& e : v.get_array()) mark_pids(e);
}

json::value with_marked_pids(const invocation& i, json::value row) {
  if (row.is_object())
    for (const column_spec& c : i.command->columns)
      if (c.kind == column_kind::pid)
        if (json::value* v = row.get_object().if_contains(c.name)) mark_pids(*v);
  return row;
}

std::string json_lines(const invocation& i, const json::value& result) {
  if (result.is_null()) return is_rows(i) ? "[\n]\n" : "";
  const bool list = result.is_array() && (is_rows(i) || (!result.get_array().empty() && result.get_array().front().is_object()));
  if (!list) return json_text(result) + '\n';
  std::string out = "[\n";
  bool first = true;
  for (const json::value& row : result.get_array()) {
    if (!std::exchange(first, false)) out += ',';
    out += json_text(with_marked_pids(i, row)) + '\n';
  }
  return out + "]\n";
}

std::string json_stream(const invocation& i, const json::value& result) {
  if (result.is_null()) return {};
  if (!result.is_array()) return json_text(result) + '\n';
  std::string out;
  for (const json::value& row : result.get_array()) out += json_text(with_marked_pids(i, row)) + '\n';
  return out;
}

/// Rows as lists of {column, value}, each column written in its kind.
term terms_of(const invocation& i, const json::value& result) {
  if (!is_rows(i) || !result.is_array()) return term_of(result);
  std::vector<term> out;
  for (const json::value& row : result.get_array()) {
    std::vector<term> pairs;
    if (row.is_object())
      for (const auto& [key, value] : row.get_object()) {
        column_kind kind = column_kind::text;
        for (const column_spec& c : i.command->columns)
          if (c.name == key) kind = c.kind;
        pairs.push_back(term::tuple({term::atom(key), term_of(value, kind)}));
      }
    out.push_back(row.is_object() ? term::list(std::move(pairs)) : term_of(row));
  }
  return term::list(std::move(out));
}

std::string erlang(const invocation& i, const json::value& result) {
  if (result.is_null()) return is_rows(i) ? "[]\n" : "";
  return pretty(terms_of(i, result)) + '\n';
}

/// A text that does not end its line gets an end; nothing stays nothing.
std::string line(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

std::string plain(const json::value& v) {
  if (v.is_null()) return {};
  if (v.is_string()) return std::string(v.get_string());
  if (v.is_array()) {
    std::string out;
    for (const json::value& e : v.get_array()) out += line(plain(e));
    return out;
  }
  return v.is_object() ? json_text(v) : cell(v);
}

std::string own_form(const invocation& i, const json::value& result, const screen& s) {
  if (i.command->show != nullptr) return styled(line(i.command->show(i, result)), s.terminal);
  switch (i.command->form) {
    case shape::table:
      if (result.is_array()) return table(rows_of(i, result), i.headers && !i.silent);
      return line(plain(result));
    case shape::pretty_table:
      if (result.is_array()) return pretty_table(rows_of(i, result), s.utf8, s.terminal);
      return line(plain(result));
    case shape::erlang: return result.is_string() ? line(plain(result)) : erlang(i, result);
    case shape::json: return json_lines(i, result);
    default: return line(plain(result));
  }
}

}  // namespace

bool shows_banner(const invocation& i) {
  return !i.quiet && !i.silent && i.format != formatter::json && i.format != formatter::csv && i.format != formatter::json_stream;
}

std::string styled(std::string text, bool terminal) {
  if (terminal) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\x1b' && at + 1 < text.size() && text[at + 1] == '[') {
      while (at < text.size() && text[at] != 'm') ++at;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string result_text(const invocation& i, const json::value& result, const screen& s) {
  switch (i.format) {
    case formatter::standard: return own_form(i, result, s);
    case formatter::json: return json_lines(i, result);
    case formatter::json_stream: return json_stream(i, result);
    case formatter::erlang: return erlang(i, result);
    case formatter::csv:
      if (result.is_array()) return csv(rows_of(i, result), i.headers && !i.silent);
      return own_form(i, result, s);
    case formatter::table:
      if (result.is_array() && is_rows(i)) return table(rows_of(i, result), i.headers && !i.silent);
      return own_form(i, result, s);
    case formatter::pretty_table:
      if (result.is_array() && is_rows(i)) return pretty_table(rows_of(i, result), s.utf8, s.terminal);
      return own_form(i, result, s);
  }
  return {};
}

}  // namespace warren::ctl
