#include "node/ctl/run/banners.hpp"

#include <algorithm>

#include "node/ctl/run/banner.hpp"

namespace warren::ctl {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const std::string& w : words) out.append(&w == &words.front() ? "" : separator).append(w);
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

}  // namespace

std::string rename_banner(const invocation& i) {
  std::string out = "Renaming cluster nodes: \n ";
  for (std::size_t n = 1; n + 1 <= i.arguments.size(); n += 2)
    out += (n == 1 ? "" : "\n ") + std::string(i.argument(n)) + " -> " + std::string(i.argument(n + 1));
  return out;
}

std::string clear_user_limits_banner(const invocation& i) {
  return fill(i.argument(2) == "all" ? "Clearing all limits for user \"{1}\" ..." : "Clearing \"{2}\" limit for user \"{1}\" ...", i);
}

std::string list_user_limits_banner(const invocation& i) {
  return i.flag("global") ? "Listing limits for all users ..." : fill("Listing limits for user \"{--user}\" ...", i);
}

std::string list_vhost_limits_banner(const invocation& i) {
  return i.flag("global") ? "Listing limits for all vhosts ..." : fill("Listing limits for vhost \"{vhost}\" ...", i);
}

std::string clear_topic_permissions_banner(const invocation& i) {
  if (i.arguments.size() < 2) return fill("Clearing topic permissions for user \"{1}\" in vhost \"{vhost}\" ...", i);
  return fill("Clearing topic permissions on \"{2}\" for user \"{1}\" in vhost \"{vhost}\" ...", i);
}

std::string delete_queue_banner(const invocation& i) {
  const bool empty = i.flag("if-empty"), unused = i.flag("if-unused");
  std::string condition;
  if (empty || unused) condition = " if queue is ";
  if (empty) condition += "empty";
  if (empty && unused) condition += " and if queue is ";
  if (unused) condition += "unused";
  return fill("Deleting queue '{1}' on vhost '{vhost}'", i) + condition + " ...";
}

std::string close_all_connections_banner(const invocation& i) {
  if (i.flag("global")) return fill("Closing all connections to node {node} (across all vhosts), reason: {1}...", i);
  if (i.option("limit") != "0") return fill("Closing {--limit} connections in vhost {vhost}, reason: {1}...", i);
  return fill("Closing all connections in vhost {vhost}, reason: {1}...", i);
}

std::string cipher_suites_banner(const invocation& i) {
  const std::string_view format = i.option("format");
  const std::string how = format == "erlang" ? "Erlang/OTP" : format == "map" ? "map" : "OpenSSL";
  return std::string("Listing ") + (i.flag("all") ? "all " : "") + "available cipher suites in " + how + " format";
}

std::string log_stream_banner(const invocation& i) {
  if (i.given("duration")) return fill("Streaming logs from node {node} for {--duration} seconds ...", i);
  return fill("Streaming logs from node {node} ...", i);
}

std::string resolve_banner(const invocation& i) {
  const bool six = upper(i.option("address-family")) == "IPV6";
  return fill("Asking node {node} to resolve hostname {1} to ", i) + (six ? "IPv6" : "IPv4") + " addresses...";
}

std::string log_level_banner(const invocation& i) {
  // an unknown level is refused before anything is said
  constexpr std::string_view levels[] = {"debug", "info", "notice", "warning", "error", "critical", "none"};
  if (std::find(std::begin(levels), std::end(levels), i.argument(1)) == std::end(levels)) return {};
  return fill("Setting log level to \"{1}\" ...", i);
}

std::string disk_limit_banner(const invocation& i) {
  if (i.argument(1) == "mem_relative") return fill("Setting disk free limit on {node} to {2} times the total RAM ...", i);
  return fill("Setting disk free limit on {node} to {1} bytes ...", i);
}

std::string watermark_banner(const invocation& i) {
  if (i.argument(1) == "absolute") return fill("Setting memory threshold on {node} to {2} bytes ...", i);
  return fill("Setting memory threshold on {node} to {1} ...", i);
}

std::string export_banner(const invocation& i) {
  if (i.argument(1) == "-") return {};  // the definitions alone, so that they can be piped
  return "Exporting definitions in JSON to a file at \"" + std::string(i.argument(1)) + "\" ...";
}

std::string import_banner(const invocation& i) {
  if (i.arguments.empty() || i.argument(1) == "-") return "Importing definitions in JSON from standard input ...";
  return "Importing definitions in JSON from a file at \"" + std::string(i.argument(1)) + "\" ...";
}

std::string feature_flag_banner(const invocation& i) {
  return i.argument(1) == "all" ? "Enabling all feature flags ..." : fill("Enabling feature flag \"{1}\" ...", i);
}

std::string rebalance_banner(const invocation& i) {
  const std::string_view which = i.argument(1);
  if (which == "all") return "Re-balancing leaders of all queues...";
  if (which == "classic" || which == "quorum") return fill("Re-balancing leaders of {1} queues...", i);
  return {};
}

std::string list_plugins_banner(const invocation& i) {
  return "Listing plugins with pattern \"" + std::string(i.arguments.empty() ? ".*" : i.argument(1)) + "\" ...";
}

std::string is_enabled_banner(const invocation& i) {
  if (i.arguments.size() == 1) return fill("Asking node {node} if plugin {1} is enabled...", i);
  return "Asking node " + i.node + " if plugins " + joined(i.arguments, ", ") + " are enabled...";
}

}  // namespace warren::ctl
