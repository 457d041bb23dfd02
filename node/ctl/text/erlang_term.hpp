#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/ctl/model/command.hpp"

namespace warren::ctl {

/// An Erlang term as the `erlang` formatter prints it.
class term {
 public:
  enum class kind { atom, binary, text, list, tuple, map, pid };

  static term atom(std::string_view name) { return {kind::atom, std::string(name)}; }
  static term binary(std::string_view bytes) { return {kind::binary, std::string(bytes)}; }
  /// A number, or anything else that is written as it is.
  static term text(std::string as_written) { return {kind::text, std::move(as_written)}; }
  static term list(std::vector<term> elements) { return {kind::list, {}, std::move(elements)}; }
  static term tuple(std::vector<term> elements) { return {kind::tuple, {}, std::move(elements)}; }
  /// Keys and values in turn.
  static term map(std::vector<term> pairs) { return {kind::map, {}, std::move(pairs)}; }

  [[nodiscard]] kind is() const { return kind_; }
  [[nodiscard]] bool composite() const { return (kind_ == kind::list || kind_ == kind::tuple || kind_ == kind::map) && !elements_.empty(); }
  [[nodiscard]] const std::vector<term>& elements() const { return elements_; }
  /// On one line.
  [[nodiscard]] std::string flat() const;

 private:
  term(kind k, std::string text, std::vector<term> elements = {}) : kind_(k), text_(std::move(text)), elements_(std::move(elements)) {}

  kind kind_;
  std::string text_;
  std::vector<term> elements_;
};

/// `~p` of io:format, without the newline: lines of at most 80 characters, broken where Erlang breaks them.
[[nodiscard]] std::string pretty(const term& t);

/// A JSON value as a term: objects become lists of {key, value}, texts binaries or, for a column of atoms, atoms.
[[nodiscard]] term term_of(const boost::json::value& v, column_kind kind = column_kind::text);

}  // namespace warren::ctl
