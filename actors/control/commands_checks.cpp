#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "actors/control/certificates.hpp"
#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"
#include "actors/control/json_values.hpp"
#include "actors/control/node_status.hpp"

// Health checks: a sentence when all is well, otherwise 69.

namespace warren::actors {

namespace json = boost::json;

namespace {

constexpr auto bare = control_error::layout::bare;

void say_well(command_actor& call, std::string text) { call.finish(json_text(text)); }

std::string alarm_lines(const std::vector<alarm_facts>& alarms) {
  std::string text;
  for (const alarm_facts& a : alarms) text += (text.empty() ? "" : "\n") + alarm_text(a);
  return text;
}

void check_alarms(command_actor& call) {
  ask_alarms(call, [&call](std::vector<alarm_facts> alarms) {
    if (!alarms.empty()) return call.fail(exit_code::unavailable, alarm_lines(alarms), bare);
    say_well(call, "Node " + call.node_name() + " reported no alarms, local or clusterwide");
  });
}

void check_local_alarms(command_actor& call) {
  const auto alarms = local_alarms(call);
  if (!alarms.empty()) return call.fail(exit_code::unavailable, alarm_lines(alarms));
  say_well(call, "Node " + call.node_name() + " reported no local alarms");
}

void alarms(command_actor& call) {
  ask_alarms(call, [&call](std::vector<alarm_facts> all) {
    if (all.empty()) return say_well(call, "Node " + call.node_name() + " reported no alarms, local or clusterwide");
    say_well(call, alarm_lines(all));
  });
}

/// For other nodes: this one's alarms by their resource.
void local_alarms_command(command_actor& call) {
  json::array out;
  for (const alarm_facts& a : local_alarms(call)) out.push_back(json::string(a.resource));
  call.finish(std::move(out));
}

// ---- the application

bool running(command_actor& call) { return call.node().app() == node_control::app_state::running; }
std::string is_up(command_actor& call) {
  return "RabbitMQ on node " + call.node_name() + " is fully booted and running";
}
std::string is_down(command_actor& call) {
  return "RabbitMQ on node " + call.node_name() + " is not running or has not fully booted yet (check with is_booting)";
}

void check_running(command_actor& call) {
  if (running(call)) return say_well(call, is_up(call));
  call.fail(exit_code::unavailable, is_down(call));
}
void is_running(command_actor& call) { say_well(call, running(call) ? is_up(call) : is_down(call)); }
void is_booting(command_actor& call) {
  if (call.node().app() == node_control::app_state::booting)
    return say_well(call, "RabbitMQ on node " + call.node_name() + " is booting");
  say_well(call, "RabbitMQ on node " + call.node_name() +
                     " is fully booted (check with is_running), stopped or has not started booting yet");
}

void check_virtual_hosts(command_actor& call) {
  std::vector<std::string> down;
  for (const vhost_ptr& v : call.state()->vhosts)
    if (!call.services().queue_supervisors.find(v->name())) down.push_back(v->name());
  if (down.empty()) return say_well(call, "Node " + call.node_name() + " reported all vhosts as running");
  std::sort(down.begin(), down.end());
  std::string text = "Some virtual hosts on node " + call.node_name() + " are down:";
  for (const std::string& name : down) text += "\n" + name;
  call.fail(exit_code::unavailable, text);
}

void node_health_check(command_actor& call) {
  const auto on = local_alarms(call);
  if (!on.empty())
    return call.fail(exit_code::software,
                     "health check failed. Message: resource alarm(s) in effect:[" + on[0].resource + "]");
  say_well(call, "Health check passed");
}

// ---- listeners

template <class Part>
std::string joined(std::vector<Part> parts) {
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  std::string text;
  for (const Part& p : parts) {
    if (!text.empty()) text += ", ";
    if constexpr (std::is_same_v<Part, std::string>) {
      text += p;
    } else {
      text += std::to_string(p);
    }
  }
  return text;
}

void check_port_listener(command_actor& call) {
  const std::string& port = call.argument(0);
  std::vector<int> ports;
  for (const listener_facts& l : call.node().listeners()) ports.push_back(l.port);
  if (std::any_of(ports.begin(), ports.end(), [&](int p) { return std::to_string(p) == port; }))
    return say_well(call, "A listener for port " + port + " is running on node " + call.node_name() + ".");
  call.fail(exit_code::unavailable,
            "No listener for port " + port + " is active on node " + call.node_name() +
                ". Found listeners that use the following ports: " + joined(ports),
            bare);
}

/// Other names of protocols that RabbitMQ's check knows.
std::string protocol_of(std::string name) {
  if (name == "amqp091" || name == "amqp0.9.1" || name == "amqp-0-9-1" || name == "amqp10" || name == "amqp1.0")
    return "amqp";
  if (name == "amqps" || name == "amqp/tls") return "amqp/ssl";
  if (name == "prometheus") return "http/prometheus";
  return name;
}

void check_protocol_listener(command_actor& call) {
  const std::string wanted = protocol_of(call.argument(0));
  std::vector<std::string> protocols;
  for (const listener_facts& l : call.node().listeners()) protocols.push_back(l.protocol);
  if (std::find(protocols.begin(), protocols.end(), wanted) != protocols.end())
    return say_well(call,
                    "A listener for protocol " + call.argument(0) + " is running on node " + call.node_name() + ".");
  call.fail(exit_code::unavailable, "No listener for protocol " + call.argument(0) + " is active on node " +
                                        call.node_name() +
                                        ". Found listeners for the following protocols: " + joined(protocols));
}

/// Connects, waiting at most a second.
bool connects(const std::string& interface, std::uint16_t port) {
  std::string host = interface;
  if (host.starts_with("[") && host.ends_with("]")) host = host.substr(1, host.size() - 2);
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  sockaddr* address = reinterpret_cast<sockaddr*>(&v4);
  socklen_t bytes = sizeof v4;
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port = htons(port);
  if (host == "::" || host == "0.0.0.0" || host.empty()) {
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) != 1) {
    v6.sin6_family = AF_INET6;
    if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return false;
    address = reinterpret_cast<sockaddr*>(&v6);
    bytes = sizeof v6;
  }
  const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  int failed = connect(fd, address, bytes) == 0 ? 0 : errno;
  if (failed == EINPROGRESS) {
    pollfd wait{fd, POLLOUT, 0};
    socklen_t size = sizeof failed;
    if (::poll(&wait, 1, 1000) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0) failed = ETIMEDOUT;
  }
  close(fd);
  return failed == 0;
}

void check_port_connectivity(command_actor& call) {
  std::vector<int> good;
  std::vector<std::string> bad;
  for (const listener_facts& l : call.node().listeners()) {
    if (connects(l.interface, l.port)) {
      good.push_back(l.port);
    } else {
      bad.push_back(std::to_string(l.port) + " (protocol: " + l.protocol + ")");
    }
  }
  if (!bad.empty())
    return call.fail(exit_code::unavailable, "Connection attempts failed to the following ports on node " +
                                                 call.node_name() + ": " + joined(bad));
  say_well(call, "Successfully connected to ports " + joined(good) + " on node " + call.node_name() + ".");
}

// ---- certificates

void check_certificate_expiration(command_actor& call) {
  const std::string unit = call.request().option("unit", "weeks");
  const std::int64_t within = std::atoll(call.request().option("within", "4").c_str());
  const std::int64_t days = unit == "days"     ? 1
                            : unit == "weeks"  ? 7
                            : unit == "months" ? 30
                            : unit == "years"  ? 365
                                               : 0;
  if (days == 0)
    return call.fail(exit_code::usage,
                     "\"unit '" + unit + "' is not supported. Please use one of: days, weeks, months, years\"",
                     control_error::layout::validation);
  std::string expiring;
  for (const certificate_file& c : read_certificates(call.node().certificate_files()))
    if (c.not_after_s * 1000 <= wall_clock_ms() + within * days * 86'400'000)
      expiring += "\n  " + c.path + ": " + c.subject + ", valid until " + c.not_after;
  const std::string span = std::to_string(within) + " " + unit;
  if (expiring.empty()) return say_well(call, "No certificates are expiring within " + span + ".");
  call.fail(exit_code::unavailable, "Certificates that expire within " + span + ":" + expiring);
}

void certificates(command_actor& call) {
  json::object out;
  for (const certificate_file& c : read_certificates(call.node().certificate_files()))
    out[c.path] = json::object{
        {"subject", c.subject}, {"issuer", c.issuer}, {"not_before", c.not_before}, {"not_after", c.not_after}};
  call.finish(std::move(out));
}

constexpr command_entry check_table[] = {
    {"alarms", alarms},
    {"local_alarms", local_alarms_command},
    {"check_alarms", check_alarms},
    {"check_local_alarms", check_local_alarms},
    {"check_running", check_running, "any"},
    {"is_running", is_running, "any"},
    {"is_booting", is_booting, "any"},
    {"check_virtual_hosts", check_virtual_hosts},
    {"node_health_check", node_health_check},
    {"check_port_listener", check_port_listener},
    {"check_protocol_listener", check_protocol_listener},
    {"check_port_connectivity", check_port_connectivity, "running", true},
    {"check_certificate_expiration", check_certificate_expiration, "any", true},
    {"certificates", certificates, "any", true},
};

}  // namespace

std::span<const command_entry> check_commands() { return check_table; }

}  // namespace warren::actors
