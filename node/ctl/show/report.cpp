#include "node/ctl/show/report.hpp"

#include "node/ctl/commands/registry.hpp"
#include "node/ctl/format/result_text.hpp"
#include "node/ctl/run/banner.hpp"
#include "node/ctl/text/json_text.hpp"

namespace warren::ctl {

std::string show_report(const invocation& i, const boost::json::value& r) {
  if (!r.is_object()) return json_text(r);
  std::string out;
  for (const auto& [name, result] : r.get_object()) {
    const command_spec* command = find_command(tool::ctl, name);
    if (command == nullptr) continue;
    invocation part = i;
    part.command = command;
    part.arguments.clear();
    part.options.clear();
    if (!out.empty()) out += '\n';
    if (const std::string banner = banner_of(part); !banner.empty()) out += banner + '\n';
    out += result_text(part, result, {.terminal = true, .utf8 = false});  // bold is taken out later, where it has to be
  }
  return out;
}

}  // namespace warren::ctl
