#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "actors/runtime/services.hpp"
#include "core/cluster/peer_alarms.hpp"
#include "supervision/place.hpp"

namespace warren::actors {

/// What the alarms are measured with; a seam for tests.
struct resource_probe {
  std::function<std::uint64_t()> memory_used_bytes;
  std::function<std::uint64_t()> disk_free_bytes;
  std::uint64_t memory_total_bytes = 0;
};
[[nodiscard]] resource_probe system_probe(const std::string& data_directory);

/// Compares memory with its watermark and the free disk with its limit, and sets the alarm board (config.md, "Alarms"). Tells the
/// cluster's other nodes, and hears of theirs.
caf::behavior alarm_actor(caf::stateful_actor<struct alarm_state>* self, node_services* services, resource_probe probe,
                          supervision::place where);

struct alarm_state {
  static inline const char* name = "alarms";
  resource_numbers numbers;
  bool memory_on = false, disk_on = false;
  peer_alarms others;
};

/// Measure at once: the limits were changed. Answered by alarms_checked.
struct alarms_check_now {};
struct alarms_checked {};

[[nodiscard]] std::uint64_t memory_limit_bytes(const resource_limits& limits, std::uint64_t total);
[[nodiscard]] std::uint64_t disk_limit_bytes(const resource_limits& limits, std::uint64_t total);

/// After so many octets written the disk is looked at again, however little time has passed: a quarter of the way to the limit,
/// since what is written once is written a second time, to segments, and more is under way.
[[nodiscard]] std::uint64_t writes_until_look(const resource_numbers& n);
/// That many were written. From any thread.
void check_disk_soon(const node_services& services);

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::alarms_check_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::alarms_checked)
