#include "node/ctl/text/erlang_term.hpp"

#include <algorithm>
#include <cctype>

#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

bool plain_atom(std::string_view name) {
  constexpr std::string_view reserved[] = {"after", "and",    "andalso", "band", "begin", "bnot", "bor", "bsl",   "bsr", "bxor",
                                           "case",  "catch",  "cond",    "div",  "end",   "fun",  "if",  "let",   "not", "of",
                                           "or",    "orelse", "receive", "rem",  "try",   "when", "xor", "maybe_"};
  if (name.empty() || name[0] < 'a' || name[0] > 'z') return false;
  if (std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved)) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '@'; });
}

std::string escaped(std::string_view text, char quote) {
  std::string out;
  for (const char c : text) {
    if (c == quote || c == '\\')
      out += '\\', out += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else
      out += c;
  }
  return out;
}

std::string write_binary(std::string_view bytes) {
  if (bytes.empty()) return "<<>>";
  const bool ascii = std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return "<<\"" + escaped(bytes, '"') + (ascii ? "\">>" : "\"/utf8>>");
}

term pid_of(std::string_view text) { return text.empty() ? term::atom("") : term::text(std::string(text)); }

/// [name, type, value] triples as RabbitMQ keeps them: {<<"x-expires">>,long,3600000}.
term arguments_of(const json::value& v) {
  if (!v.is_array()) return term_of(v);
  std::vector<term> entries;
  for (const json::value& e : v.get_array()) {
    if (!e.is_array() || e.get_array().size() != 3) {
      entries.push_back(term_of(e));
      continue;
    }
    const json::array& triple = e.get_array();
    const bool table = triple[1] == "table";
    entries.push_back(
        term::tuple({term_of(triple[0]), term_of(triple[1], column_kind::atom), table ? arguments_of(triple[2]) : term_of(triple[2])}));
  }
  return term::list(std::move(entries));
}

}  // namespace

std::string term::flat() const {
  const auto joined = [&](std::string open, std::string_view close) {
    for (const term& e : elements_) open += (&e == &elements_.front() ? "" : ",") + e.flat();
    return open.append(close);
  };
  switch (kind_) {
    case kind::atom: return plain_atom(text_) ? text_ : "'" + escaped(text_, '\'') + "'";
    case kind::binary: return write_binary(text_);
    case kind::list: return joined("[", "]");
    case kind::tuple: return joined("{", "}");
    case kind::map: {
      std::string out = "#{";
      for (std::size_t i = 0; i + 1 < elements_.size(); i += 2)
        out += (i == 0 ? "" : ",") + elements_[i].flat() + " => " + elements_[i + 1].flat();
      return out + "}";
    }
    default: return text_;
  }
}

term term_of(const json::value& v, column_kind kind) {
  if (kind == column_kind::arguments) return v.is_string() || v.is_null() ? term::atom("") : arguments_of(v);
  switch (v.kind()) {
    case json::kind::null: return term::atom("");
    case json::kind::bool_: return term::atom(v.get_bool() ? "true" : "false");
    case json::kind::string: {
      const std::string_view text = v.get_string();
      if (kind == column_kind::pid) return pid_of(shown_pid(text));
      return kind == column_kind::atom || kind == column_kind::pairs ? term::atom(text) : term::binary(text);
    }
    case json::kind::array: {
      std::vector<term> elements;
      for (const json::value& e : v.get_array()) elements.push_back(term_of(e, kind));
      return kind == column_kind::tuple ? term::tuple(std::move(elements)) : term::list(std::move(elements));
    }
    case json::kind::object: {
      std::vector<term> pairs;
      for (const auto& [key, value] : v.get_object()) pairs.push_back(term::tuple({term::atom(key), term_of(value, kind)}));
      return term::list(std::move(pairs));
    }
    default: return term::text(number_text(v));
  }
}

}  // namespace warren::ctl
