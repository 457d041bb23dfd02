#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

// warren-plugins. What runs is asked from the node (`status`); what is enabled stands in the file of enabled plugins,
// which the node names.
int run_list_plugins(session& s);
int run_is_enabled(session& s);
int run_plugin_directories(session& s);
[[nodiscard]] std::string show_plugins(const invocation& i, const boost::json::value& result);
[[nodiscard]] std::string show_plugin_directories(const invocation& i, const boost::json::value& result);

/// The names in an `enabled_plugins` file: an Erlang list of atoms with a full stop.
[[nodiscard]] std::vector<std::string> enabled_plugins_of(std::string_view file_text);

}  // namespace warren::ctl
