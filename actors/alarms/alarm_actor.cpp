#include "actors/alarms/alarm_actor.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "actors/logging/log.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

namespace {

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// The machine's memory, or the container's limit when that is smaller.
std::uint64_t total_memory() {
  std::uint64_t total = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream in(file);
    std::uint64_t limit = 0;
    if (in >> limit && limit > 0) total = std::min(total, limit);
  }
  return total;
}

std::uint64_t free_bytes(const std::string& directory) {
  struct statvfs s {};
  if (statvfs(directory.c_str(), &s) != 0) return ~std::uint64_t{0};
  return static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize;
}

void tell(node_services& services, const std::string& peer, bool asks) {
  (void)services.transport->send(peer, distribution::service::alarms, peer_alarms::encode({services.alarms.own_flags(), asks}));
}

void announce(node_services& services, alarm_board::alarm which, bool on, const char* what, std::uint64_t used, std::uint64_t limit) {
  services.alarms.set(which, on);
  if (services.transport != nullptr)
    for (const std::string& peer : services.transport->peers()) tell(services, peer, false);
  if (on) {
    log_warning(log_category::plain, "{} resource limit alarm set on node {}: {} against a limit of {} bytes. *** Publishers will be blocked until "
                "this alarm clears ***", what, services.options.node_name, used, limit);
  } else {
    log_warning(log_category::plain, "{} resource limit alarm cleared on node {}: {} against a limit of {} bytes", what,
                services.options.node_name, used, limit);
  }
}

/// Octets between the free disk and its limit, on either side of it.
std::uint64_t distance_to_limit(const resource_numbers& n) {
  return n.disk_free > n.disk_limit ? n.disk_free - n.disk_limit : n.disk_limit - n.disk_free;
}

struct check_memory {};
struct check_disk {};
struct allowance_used_up {};

}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::check_memory)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::check_disk)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::allowance_used_up)

namespace warren::actors {

resource_probe system_probe(const std::string& data_directory) {
  return {resident_bytes, [data_directory] { return free_bytes(data_directory); }, total_memory()};
}

std::uint64_t memory_limit_bytes(const resource_limits& limits, std::uint64_t total) {
  if (limits.memory_blocked) return 0;
  if (limits.memory_absolute != 0) return limits.memory_absolute;
  return static_cast<std::uint64_t>(limits.memory_relative * static_cast<double>(total));
}

std::uint64_t disk_limit_bytes(const resource_limits& limits, std::uint64_t total) {
  if (limits.disk_relative > 0) return static_cast<std::uint64_t>(limits.disk_relative * static_cast<double>(total));
  return limits.disk_absolute;
}

std::uint64_t writes_until_look(const resource_numbers& n) {
  constexpr std::uint64_t least = 1u << 20;
  return std::max(distance_to_limit(n) / 4, least);
}

void check_disk_soon(const node_services& services) {
  if (const caf::actor alarms = services.alarm_actor.get()) caf::anon_send(alarms, allowance_used_up{});
}

namespace {

void compare_memory(caf::stateful_actor<alarm_state>* self, node_services& services, const resource_probe& probe) {
  alarm_state& state = self->state;
  resource_numbers& n = state.numbers;
  n.memory_used = probe.memory_used_bytes();
  n.memory_limit = memory_limit_bytes(services.alarms.limits(), n.memory_total);
  services.alarms.measured(n);
  const bool on = n.memory_used >= n.memory_limit;
  if (on != state.memory_on) announce(services, alarm_board::memory, state.memory_on = on, "memory", n.memory_used, n.memory_limit);
  const bool paging = static_cast<double>(n.memory_used) >= services.options.memory_paging_ratio * static_cast<double>(n.memory_limit);
  if (paging != services.alarms.paging()) {
    services.alarms.set_paging(paging);
    for (const auto& [id, queue] : services.queues.all()) self->send(queue, queue_memory_pressure{});
  }
}

void compare_disk(caf::stateful_actor<alarm_state>* self, node_services& services, const resource_probe& probe) {
  alarm_state& state = self->state;
  resource_numbers& n = state.numbers;
  n.disk_free = probe.disk_free_bytes();
  n.disk_limit = disk_limit_bytes(services.alarms.limits(), n.memory_total);
  services.alarms.measured(n);
  const bool on = n.disk_free < n.disk_limit;
  if (on != state.disk_on) announce(services, alarm_board::disk, state.disk_on = on, "disk", n.disk_free, n.disk_limit);
  services.disk_writes->allow(writes_until_look(n));
}

void log_elsewhere(const std::string& node, peer_alarms::change c) {
  for (const auto& [which, what] : {std::pair{alarm_board::memory, "memory"}, std::pair{alarm_board::disk, "disk"}}) {
    if (c.set & which)
      log_warning(log_category::plain, "{} resource limit alarm set on node {}. *** Publishers will be blocked until this alarm clears ***", what, node);
    if (c.cleared & which) log_warning(log_category::plain, "{} resource limit alarm cleared on node {}", what, node);
  }
}

void on_told(alarm_state& state, node_services& services, const distribution::peer_message& m) {
  const auto told = peer_alarms::decode(m.bytes);
  if (!told) {
    log_error(log_category::plain, "node {} told of its alarms in a way that cannot be read; it is ignored", m.from);
    return;
  }
  log_elsewhere(m.from, state.others.heard(m.from, told->flags));
  services.alarms.set_elsewhere(state.others.all());
  if (told->asks) tell(services, m.from, false);
}

}  // namespace

caf::behavior alarm_actor(caf::stateful_actor<alarm_state>* self, node_services* services, resource_probe probe,
                          supervision::place where) {
  supervision::guard(self, std::move(where), "alarms");
  const broker_options& o = services->options;
  self->state.numbers.memory_total = o.total_memory_override != 0 ? o.total_memory_override : probe.memory_total_bytes;
  self->state.memory_on = (services->alarms.own_flags() & alarm_board::memory) != 0;  // after a restart
  self->state.disk_on = (services->alarms.own_flags() & alarm_board::disk) != 0;
  services->alarm_actor.set(self);
  services->alarms.set_elsewhere(0);  // the peers are asked anew
  if (services->transport != nullptr) services->transport->subscribe(distribution::service::alarms, self);
  self->send(self, check_memory{});
  self->send(self, check_disk{});
  return {
      [self, services, probe](const check_memory&) {
        compare_memory(self, *services, probe);
        self->delayed_send(self, std::chrono::milliseconds(services->options.memory_monitor_interval_ms), check_memory{});
      },
      [self, services, probe](const check_disk&) {
        compare_disk(self, *services, probe);
        // often near the limit, seldom far from it: the time in which 250 MB/s would cross it, 100 ms … 10 s
        const auto wait = std::clamp<std::uint64_t>(distance_to_limit(self->state.numbers) / 250'000, 100, 10'000);
        self->delayed_send(self, std::chrono::milliseconds(wait), check_disk{});
      },
      [self, services, probe](const allowance_used_up&) { compare_disk(self, *services, probe); },
      [services](const distribution::peer_up& up) { tell(*services, up.peer, true); },
      [self, services](const distribution::peer_down& down) {
        log_elsewhere(down.peer, self->state.others.lost(down.peer));
        services->alarms.set_elsewhere(self->state.others.all());
      },
      [self, services](const distribution::peer_message& m) { on_told(self->state, *services, m); },
      [self, services, probe](const alarms_check_now&) {
        compare_memory(self, *services, probe);
        compare_disk(self, *services, probe);
        return alarms_checked{};
      },
  };
}

}  // namespace warren::actors
