#include "node/ctl/commands/checks.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "node/ctl/model/exit_code.hpp"
#include "node/ctl/run/encoding.hpp"

namespace warren::ctl {
namespace {

using verdict = std::optional<usage_error>;

verdict bad_argument(std::string_view why = "") {
  return usage_error{exit_data, why.empty() ? "Bad argument." : "Bad argument: " + std::string(why)};
}

template <class N>
std::optional<N> number(std::string_view text) {
  N n{};
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

template <class... Words>
bool one_of(std::string_view text, Words... words) {
  return ((text == words) || ...);
}

/// 1000, 100MB, 4GiB, 1.5GB: digits and perhaps a unit of RabbitMQ's.
bool is_size(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view unit = text.substr(digits);
  if (!number<double>(text.substr(0, digits))) return false;
  return one_of(unit, "", "k", "kB", "KB", "kb", "K", "M", "MB", "mb", "m", "G", "GB", "gb", "g", "T", "TB", "tb", "ki", "kiB", "KiB", "Mi",
                "MiB", "Gi", "GiB", "Ti", "TiB");
}

/// Texts in quotes, quoted atoms and brackets are closed, and a full stop ends it: more a node has to judge.
bool complete_expression(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\n");
  if (last == text.npos || text[last] != '.') return false;
  int open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      for (++i; i < text.size() && text[i] != c; ++i)
        if (text[i] == '\\') ++i;
      if (i >= text.size()) return false;
    }
    if (c == '(' || c == '[' || c == '{') ++open;
    if (c == ')' || c == ']' || c == '}') --open;
  }
  return open == 0;
}

}  // namespace

verdict check_user_name(const invocation& i) {
  if (i.argument(1).empty()) return bad_argument("user cannot be an empty string");
  return std::nullopt;
}

verdict check_node_type(const invocation& i) {
  if (!one_of(i.argument(1), "disc", "disk", "ram")) return bad_argument("The node type must be either disc or ram.");
  return std::nullopt;
}

verdict check_pairs(const invocation& i) {
  if (i.arguments.size() % 2 != 0) return bad_argument("Argument list should contain even number of nodes");
  return std::nullopt;
}

verdict check_node_count(const invocation& i) {
  const auto n = number<long>(i.argument(1));
  if (!n || *n < 0) return bad_argument("The number of nodes must be a positive integer");
  return std::nullopt;
}

verdict check_queue_type(const invocation& i) {
  const std::string_view type = i.option("default-queue-type");
  if (!i.given("default-queue-type") || one_of(type, "quorum", "classic", "stream")) return std::nullopt;
  return usage_error{exit_usage, "Default queue type must be one of: quorum, classic, stream. Got: " + std::string(type)};
}

verdict check_explain(const invocation& i) {
  if (i.argument(1) == "publish") return std::nullopt;
  return usage_error{exit_usage, "only `publish` can be explained, not `" + std::string(i.argument(1)) + "`"};
}

verdict check_unit(const invocation& i) {
  std::string unit(i.option("unit"));
  std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (one_of(unit, "bytes", "mb", "mib", "gb", "gib", "tb", "tib")) return std::nullopt;
  return usage_error{exit_usage,
                     "unit '" + std::string(i.option("unit")) + "' is not supported. Please use one of: bytes, mb, gb, tb, mib, gib, tib"};
}

verdict check_expression(const invocation& i) {
  if (i.argument(1).empty()) return usage_error{exit_usage, "Expression must not be blank"};
  if (!complete_expression(i.argument(1))) return usage_error{exit_usage, "\"syntax error before: \""};
  return std::nullopt;
}

verdict check_file(const invocation& i) {
  if (i.argument(1).empty()) return usage_error{exit_usage, "File path must not be blank"};
  if (access(i.arguments[0].c_str(), F_OK) != 0) return bad_argument("File " + i.arguments[0] + " does not exist");
  return std::nullopt;
}

verdict check_expiration_unit(const invocation& i) {
  if (!i.given("within")) return usage_error{exit_usage, "\"the --within option is required\""};
  const std::string_view unit = i.option("unit");
  if (one_of(unit, "days", "weeks", "months", "years")) return std::nullopt;
  return usage_error{exit_usage, "\"unit '" + std::string(unit) + "' is not supported. Please use one of: days, weeks, months, years\""};
}

verdict check_port(const invocation& i) {
  const auto n = number<long>(i.argument(1));
  if (!n || *n < 1 || *n > 65535) return bad_argument("the port must be a number between 1 and 65535");
  return std::nullopt;
}

verdict check_address_family(const invocation& i) {
  std::string family(i.option("address-family"));
  std::transform(family.begin(), family.end(), family.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (one_of(family, "ipv4", "ipv6")) return std::nullopt;
  return bad_argument("unsupported IP address family " + std::string(i.option("address-family")) + ". Valid values are: ipv4, ipv6");
}

verdict check_disk_limit(const invocation& i) {
  if (i.argument(1) == "mem_relative") {
    if (i.arguments.size() < 2) return usage_error{exit_usage, "not enough arguments."};
    const auto fraction = number<double>(i.argument(2));
    if (!fraction) return bad_argument();
    if (*fraction < 0) return bad_argument();
    return std::nullopt;
  }
  if (i.arguments.size() > 1) return usage_error{exit_usage, "too many arguments."};
  if (!is_size(i.argument(1))) return bad_argument();
  return std::nullopt;
}

verdict check_watermark(const invocation& i) {
  if (i.argument(1) == "absolute") {
    if (i.arguments.size() < 2) return usage_error{exit_usage, "not enough arguments."};
    if (!is_size(i.argument(2))) return bad_argument();
    return std::nullopt;
  }
  if (i.arguments.size() > 1) return usage_error{exit_usage, "too many arguments."};
  const auto fraction = number<double>(i.argument(1));
  if (!fraction) return bad_argument();
  if (*fraction < 0 || *fraction > 1) return bad_argument("The threshold should be a fraction between 0.0 and 1.0");
  return std::nullopt;
}

verdict check_encoding(const invocation& i) {
  if (!knows_cipher(i.option("cipher"))) return bad_argument("The requested cipher is not supported");
  if (!knows_hash(i.option("hash"))) return bad_argument("The requested hash is not supported");
  const auto rounds = number<long>(i.option("iterations"));
  if (!rounds || *rounds <= 0 || *rounds > 100'000'000) return bad_argument("The requested number of iterations is incorrect");
  return std::nullopt;
}

verdict check_definitions_format(const invocation& i) {
  const std::string_view format = i.option("format");
  if (format == "json") return std::nullopt;
  if (format == "erlang") return bad_argument("Erlang's term format is not supported; definitions are in JSON");
  return bad_argument("Format should be either json or erlang");
}

verdict check_import(const invocation& i) {
  if (auto wrong = check_definitions_format(i)) return wrong;
  if (i.arguments.empty() || i.argument(1) == "-") return std::nullopt;
  return check_file(i);
}

verdict check_feature_flag(const invocation& i) {
  if (i.argument(1).empty()) return bad_argument("feature_flag cannot be an empty string.");
  return std::nullopt;
}

verdict check_grow(const invocation& i) {
  if (one_of(i.argument(2), "all", "even")) return std::nullopt;
  return usage_error{exit_usage, "\"strategy '" + std::string(i.argument(2)) + "' is not recognised.\""};
}

}  // namespace warren::ctl
