#include "node/ctl/link/diagnostics.hpp"

namespace warren::ctl {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ",") + n;
  return out;
}

std::string mapper_lines(const dial_failure& f) {
  const std::string port = std::to_string(f.mapper_port), host = f.host();
  const std::string connected = "  * connected to epmd (port " + port + ") on " + host + "\n";
  const std::string uses =
      "  * epmd reports node '" + f.name() + "' uses port " + std::to_string(f.node_port) + " for inter-node and CLI tool traffic \n";
  switch (f.at) {
    case dial_failure::step::host:
      return "  * unable to connect to epmd (port " + port + ") on " + host + ": nxdomain (non-existing domain)\n";
    case dial_failure::step::port_mapper: return "  * unable to connect to epmd (port " + port + ") on " + host + ": " + f.detail + "\n";
    case dial_failure::step::registration: {
      std::string out = connected + "  * epmd reports: node '" + f.name() + "' not running at all\n                  ";
      if (f.other_nodes.empty())
        out += "no other nodes on " + host + "\n";
      else
        out += "other nodes on " + host + ": [" + joined(f.other_nodes) + "]\n";
      return out + "  * suggestion: start the node\n";
    }
    case dial_failure::step::connection:
      return connected + uses + "  * can't establish TCP connection to the target node, reason: " + f.detail +
             "\n  * suggestion: check if host '" + host + "' resolves, is reachable and ports " + std::to_string(f.node_port) + ", " +
             port + " are not blocked by firewall\n";
    case dial_failure::step::handshake:
      return connected + uses +
             "  * TCP connection succeeded but Erlang distribution failed \n"
             "  * suggestion: check if the Erlang cookie is identical for all server nodes and CLI tools\n"
             "  * suggestion: check if all server nodes and CLI tools use consistent hostnames when addressing each "
             "other\n"
             "  * suggestion: check if inter-node connections may be configured to use TLS. If so, all nodes and CLI "
             "tools must do "
             "that\n   * suggestion: see the CLI, clustering and networking guides on "
             "https://rabbitmq.com/documentation.html to learn "
             "more\n\n";
    case dial_failure::step::cookie:
    case dial_failure::step::app: break;
  }
  return connected + "  * node " + f.node + " up, " + f.detail + "\n";
}

}  // namespace

std::string unreachable_text(const dial_failure& f, const std::string& home) {
  return "Error: unable to perform an operation on node '" + f.node +
         "'. Please see diagnostics information and suggestions below.\n\n"
         "Most common reasons for this are:\n\n"
         " * Target node is unreachable (e.g. due to hostname resolution, TCP connection or firewall issues)\n"
         " * CLI tool fails to authenticate with the server (e.g. due to CLI tool's Erlang cookie not matching that of "
         "the server)\n"
         " * Target node is not running\n\n"
         "In addition to the diagnostics info below:\n\n"
         " * See the CLI, clustering and networking guides on https://rabbitmq.com/documentation.html to learn more\n"
         " * Consult server logs on node " +
         f.node +
         "\n * If target node is configured to use long node names, don't forget to use --longnames with CLI tools\n\n"
         "DIAGNOSTICS\n===========\n\nattempted to contact: [" +
         f.node + "]\n\n" + f.node + ":\n" + mapper_lines(f) + "\nCurrent node details:\n * node name: '" + f.own_name +
         "'\n * effective user's home directory: " + home + "\n * Erlang cookie hash: " + f.cookie_hash + "\n\n";
}

}  // namespace warren::ctl
