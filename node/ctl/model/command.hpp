#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/ctl/model/tool.hpp"

namespace warren::ctl {

struct invocation;
class session;

/// Sections of `help`, in the order in which they are printed.
enum class section : std::uint8_t {
  help,
  nodes,
  cluster,
  replication,
  users,
  access_control,
  monitoring,
  parameters,
  policies,
  virtual_hosts,
  configuration,
  definitions,
  feature_flags,
  operations,
  queues,
  plugins,
  upgrade,
  deprecated
};
[[nodiscard]] std::string_view title(section s);

/// What the node's application must be for a command; the node checks, the tool makes the text.
enum class app_need : std::uint8_t { any, running, stopped };

enum class option_kind : std::uint8_t { flag, text, integer, number };

struct option_spec {
  std::string_view name;  ///< long name without dashes
  char letter = 0;        ///< 0 = no short form
  option_kind kind = option_kind::flag;
  std::string_view value = {};          ///< what the value is called in help, `<seconds>`
  std::string_view default_value = {};  ///< what banners show and the node is told when it is not given
  std::string_view help = {};
};

/// How a column's value is written where JSON alone does not say.
enum class column_kind : std::uint8_t {
  text,       ///< a binary
  atom,       ///< an atom, also in lists
  arguments,  ///< an AMQP table as [name, type, value] triples
  pid,        ///< `<node.creation.id.serial>`, or a list of them
  pairs,      ///< an object shown as [{key, value}, …]
  tuple,      ///< a list shown as {0, 9, 1}
};

struct column_spec {
  std::string_view name;
  column_kind kind = column_kind::text;
};

/// How a result is shown when no --formatter is given.
enum class shape : std::uint8_t {
  nothing,       ///< only the banner, and `success`
  table,         ///< rows, tab-separated
  pretty_table,  ///< rows in a box
  text,          ///< `show`, or a text as it comes
  erlang,        ///< the value as an Erlang term
  json,          ///< one JSON value
  events         ///< a stream of items, one line each
};

/// A mistake on the command line that is found before a node is asked.
struct usage_error {
  int exit_code;
  std::string text;  ///< follows `Error (argument validation): `
};

struct arity {
  int least = 0;
  int most = 0;  ///< -1 = any number
};

/// One row of the table of commands. Everything that help, parsing, completion and output need to know about a command.
struct command_spec {
  std::string_view name;
  tool_set tools;
  section in;
  std::string_view usage = {};        ///< what follows the name on the usage line, as RabbitMQ has it
  std::string_view description = {};  ///< one line for the list of commands
  arity args = {};
  app_need app = app_need::running;
  std::string_view banner = {};  ///< a template (run/banner.hpp); empty = none
  shape form = shape::nothing;
  std::span<const column_spec> columns = {};  ///< the columns that may be asked for, or those that the rows have
  std::string_view default_columns = {};      ///< words; empty with `columns` = all of them
  std::span<const option_spec> options = {};
  bool usage_shows_timeout = false;
  int default_timeout_s = 0;        ///< 0 = as long as it takes
  std::string_view success = {};    ///< a template for the line after a success
  bool success_when_quiet = true;   ///< -q keeps `success` (-s never does)
  bool bare_errors = false;         ///< errors of a failed check come without the `Error:` line
  std::string_view details = {};    ///< further paragraphs of `help COMMAND`
  std::string_view node_name = {};  ///< the command's name at the node, when it is another

  std::optional<usage_error> (*check)(const invocation&) = nullptr;
  std::string (*show)(const invocation&, const boost::json::value&) = nullptr;  ///< the text of a result
  std::string (*make_banner)(const invocation&) = nullptr;                      ///< in place of the template
  int (*run)(session&) = nullptr;                                               ///< in place of asking the node once

  [[nodiscard]] bool takes_columns() const { return !columns.empty() && args.most < 0; }
};

}  // namespace warren::ctl
