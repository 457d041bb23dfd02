#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// A result that is a list of objects, with the columns that were asked for.
struct rows {
  std::vector<column_spec> columns;
  std::vector<std::vector<const boost::json::value*>> values;  ///< nullptr = the row has no such column
};

/// Which columns a command shows: those of the line, else its default ones. Names live as long as the invocation.
[[nodiscard]] std::vector<column_spec> columns_of(const invocation& i);
/// `result` must outlive the rows. Columns that the command does not declare are taken from the first row.
[[nodiscard]] rows rows_of(const invocation& i, const boost::json::value& result);

/// Tab-separated, with a header line unless -s or --no-table-headers; no rows give nothing at all.
[[nodiscard]] std::string table(const rows& r, bool headers);
/// Everything in quotes.
[[nodiscard]] std::string csv(const rows& r, bool headers);
/// A box: characters of Unicode, or VT100's line drawing where the terminal's locale has none. Bold headers are for
/// terminals.
[[nodiscard]] std::string pretty_table(const rows& r, bool utf8, bool bold);

}  // namespace warren::ctl
