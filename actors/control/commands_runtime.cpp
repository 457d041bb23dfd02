#include <arpa/inet.h>
#include <ifaddrs.h>
#include <malloc.h>
#include <netdb.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/evaluate.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/node_status.hpp"
#include "core/metadata/term_text.hpp"

// The process and its surroundings, and `eval`.

namespace warren::actors {

namespace json = boost::json;

namespace {

// ---- eval

void say(command_actor& call, const std::string& term) { call.finish(json_text(term)); }

void say_alarms(command_actor& call) {
  ask_alarms(call, [&call](std::vector<alarm_facts> alarms) {
    std::string term = "[";
    for (const alarm_facts& a : alarms)
      term += (term.size() > 1 ? "," : "") + ("{{resource_limit," + a.resource + "," + term_atom(a.node) + "},[]}");
    say(call, term + "]");
  });
}

void say_nodes(command_actor& call, bool only_running, bool with_this) {
  std::vector<std::string> names;
  for (const member_facts& m : call.node().members())
    if ((m.running || !only_running) && (with_this || m.node != call.node_name())) names.push_back(m.node);
  say(call, atom_list(names));
}

void set_partition_handling(command_actor& call, const std::string& mode) {
  if (mode != "ignore" && mode != "pause_minority" && mode != "autoheal" && !mode.starts_with("{pause_if_all_down,"))
    return call.fail(
        exit_code::unavailable,
        "cluster_partition_handling is ignore, pause_minority, autoheal or {pause_if_all_down,[…],…}, not " + mode);
  call.node().set_partition_handling(mode, [done = call.completion()](control_outcome outcome) {
    if (std::holds_alternative<json::value>(outcome)) return done("ok");
    done(std::move(outcome));
  });
}

void eval(command_actor& call) {
  const auto read = read_expression(call.argument(0));
  if (const auto* refused = std::get_if<expression_refusal>(&read)) {
    if (refused->syntax) return call.fail(exit_code::usage, refused->text, control_error::layout::validation);
    return call.fail(exit_code::unavailable, refused->text);
  }
  const auto& e = std::get<expression>(read);
  switch (e.what) {
    case known_expression::cluster_name: return say(call, term_binary(cluster_name(call)));
    case known_expression::alarms: return say_alarms(call);
    case known_expression::get_partition_handling:
      return say(call, "{ok," + call.node().facts().partition_handling + "}");
    case known_expression::set_partition_handling: return set_partition_handling(call, e.argument);
    case known_expression::running_nodes: return say_nodes(call, true, true);
    case known_expression::all_nodes: return say_nodes(call, false, true);
    case known_expression::other_nodes: return say_nodes(call, true, false);
    case known_expression::this_node: return say(call, term_atom(call.node_name()));
    case known_expression::federation_status:
    case known_expression::shovel_status: return say(call, "[]");  // no links and no shovels run on this node
    case known_expression::is_running:
      return say(call, call.node().app() == node_control::app_state::running ? "true" : "false");
    case known_expression::version: return say(call, "\"" + call.node().facts().version + "\"");
  }
}

// ---- the process

/// Memory that the allocator keeps for later goes back to the system.
void force_gc(command_actor& call) {
  malloc_trim(0);
  call.finish();
}

void command_line_arguments(command_actor& call) {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  json::array words;
  bool hide = false;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\0', at), all.size());
    std::string word = all.substr(at, end - at);
    if (word.starts_with("--erlang-cookie=")) word = "--erlang-cookie=********";
    words.push_back(json_text(hide ? "********" : word));
    hide = word == "--erlang-cookie";
    at = end + 1;
  }
  call.finish(std::move(words));
}

void resolve_hostname(command_actor& call) {
  std::string family = call.request().option("address-family", "ipv4");
  std::transform(family.begin(), family.end(), family.begin(), [](unsigned char c) { return std::tolower(c); });
  addrinfo hints{};
  hints.ai_family = family == "ipv6" ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(call.argument(0).c_str(), nullptr, &hints, &found);
  if (failed != 0)
    return call.fail(exit_code::unavailable,
                     "Failed to resolve " + call.argument(0) + " to an address: " + gai_strerror(failed));
  std::string text;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    char name[NI_MAXHOST];
    if (getnameinfo(a->ai_addr, a->ai_addrlen, name, sizeof name, nullptr, 0, NI_NUMERICHOST) != 0) continue;
    text += (text.empty() ? "" : "\n") + std::string(name);
  }
  freeaddrinfo(found);
  call.finish(json_text(text));
}

/// Name → its addresses.
void list_network_interfaces(command_actor& call) {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return call.fail(exit_code::unavailable, "the interfaces of the host cannot be listed");
  json::object out;
  for (const ifaddrs* i = all; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6)) continue;
    char name[NI_MAXHOST];
    const socklen_t bytes = i->ifa_addr->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (getnameinfo(i->ifa_addr, bytes, name, sizeof name, nullptr, 0, NI_NUMERICHOST) != 0) continue;
    json::value& addresses = out[i->ifa_name];
    if (!addresses.is_array()) addresses = json::array{};
    addresses.get_array().push_back(json_text(name));
  }
  freeifaddrs(all);
  call.finish(std::move(out));
}

void tls_versions(command_actor& call) { call.finish(json::array{"tlsv1.3", "tlsv1.2", "tlsv1.1", "tlsv1"}); }

void cipher_suites(command_actor& call) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return call.fail(exit_code::unavailable, "OpenSSL has no TLS");
  if (call.request().flag("all")) SSL_CTX_set_cipher_list(context, "ALL");
  json::array names;
  const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i)
    names.push_back(json::string(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i))));
  SSL_CTX_free(context);
  call.finish(std::move(names));
}

/// How names of hosts are resolved here: by the system's own resolver.
void resolver_info(command_actor& call) {
  call.finish(json::object{{"lookup", json::array{"native"}},
                           {"hosts_file", "/etc/hosts"},
                           {"resolv_conf", "/etc/resolv.conf"},
                           {"cache_size", ""},
                           {"hosts", json::array{}}});
}

/// About Erlang's virtual machine, its tables and processes.
void about_erlang(command_actor& call) {
  call.fail(exit_code::unavailable,
            call.request().command + " is about Erlang's runtime: node " + call.node_name() + " runs without it");
}

constexpr command_entry runtime_table[] = {
    {"eval", eval, "any"},
    {"force_gc", force_gc, "any"},
    {"command_line_arguments", command_line_arguments, "any", true},
    {"resolve_hostname", resolve_hostname, "any", true},
    {"list_network_interfaces", list_network_interfaces, "any"},
    {"resolver_info", resolver_info, "any"},
    {"tls_versions", tls_versions, "any"},
    {"cipher_suites", cipher_suites, "any"},
    {"maybe_stuck", about_erlang, "any"},
    {"schema_info", about_erlang, "any"},
    {"runtime_thread_stats", about_erlang, "any"},
    {"hipe_compile", about_erlang, "any"},
};

}  // namespace

std::span<const command_entry> runtime_commands() { return runtime_table; }

}  // namespace warren::actors
