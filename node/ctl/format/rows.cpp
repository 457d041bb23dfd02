#include "node/ctl/format/rows.hpp"

#include <algorithm>

#include "node/ctl/format/cell.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

column_spec declared(const command_spec& c, std::string_view name) {
  const auto found = std::find_if(c.columns.begin(), c.columns.end(), [&](auto& column) { return column.name == name; });
  return found == c.columns.end() ? column_spec{name, column_kind::text} : *found;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

std::string text_at(const rows& r, std::size_t row, std::size_t column) {
  const json::value* v = r.values[row][column];
  return v == nullptr ? std::string() : cell(*v, r.columns[column].kind);
}

}  // namespace

std::vector<column_spec> columns_of(const invocation& i) {
  std::vector<column_spec> out;
  const command_spec& c = *i.command;
  if (c.takes_columns() && !i.arguments.empty()) {
    for (const std::string& name : i.arguments) out.push_back(declared(c, name));
  } else if (!c.default_columns.empty()) {
    for (std::size_t at = 0; at < c.default_columns.size();) {
      const std::size_t end = std::min(c.default_columns.find(' ', at), c.default_columns.size());
      out.push_back(declared(c, c.default_columns.substr(at, end - at)));
      at = end + 1;
    }
  } else {
    out.assign(c.columns.begin(), c.columns.end());
  }
  return out;
}

rows rows_of(const invocation& i, const json::value& result) {
  rows out{columns_of(i), {}};
  if (!result.is_array()) return out;
  const json::array& list = result.get_array();
  if (out.columns.empty() && !list.empty() && list.front().is_object())
    for (const auto& member : list.front().get_object()) out.columns.push_back({member.key(), column_kind::text});
  for (const json::value& row : list) {
    std::vector<const json::value*> values;
    for (const column_spec& c : out.columns)
      values.push_back(row.is_object() ? row.get_object().if_contains(c.name) : out.columns.size() == 1 ? &row : nullptr);
    out.values.push_back(std::move(values));
  }
  return out;
}

std::string table(const rows& r, bool headers) {
  std::string out;
  if (r.values.empty()) return out;
  if (headers)
    for (std::size_t c = 0; c < r.columns.size(); ++c) out.append(r.columns[c].name) += c + 1 == r.columns.size() ? '\n' : '\t';
  for (std::size_t row = 0; row < r.values.size(); ++row)
    for (std::size_t c = 0; c < r.columns.size(); ++c) out.append(text_at(r, row, c)) += c + 1 == r.columns.size() ? '\n' : '\t';
  return out;
}

std::string csv(const rows& r, bool headers) {
  std::string out;
  if (r.values.empty()) return out;
  const auto end = [&](std::size_t c) { return c + 1 == r.columns.size() ? '\n' : ','; };
  if (headers)
    for (std::size_t c = 0; c < r.columns.size(); ++c) out.append(quoted(r.columns[c].name)) += end(c);
  for (std::size_t row = 0; row < r.values.size(); ++row)
    for (std::size_t c = 0; c < r.columns.size(); ++c) out.append(quoted(text_at(r, row, c))) += end(c);
  return out;
}

}  // namespace warren::ctl
