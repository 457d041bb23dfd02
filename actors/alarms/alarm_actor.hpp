#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "actors/runtime/services.hpp"
#include "supervision/place.hpp"

namespace warren::actors {

/// What the alarms are measured with; a seam for tests.
struct resource_probe {
  std::function<std::uint64_t()> memory_used_bytes;
  std::function<std::uint64_t()> disk_free_bytes;
  std::uint64_t memory_total_bytes = 0;
};
[[nodiscard]] resource_probe system_probe(const std::string& data_directory);

/// Compares memory with its watermark and the free disk with its limit, and sets the alarm board (config.md, "Alarms").
caf::behavior alarm_actor(caf::stateful_actor<struct alarm_state>* self, node_services* services, resource_probe probe,
                          supervision::place where);

struct alarm_state {
  static inline const char* name = "alarms";
  std::uint64_t memory_limit = 0, disk_limit = 0;
  bool memory_on = false, disk_on = false;
};

}  // namespace warren::actors
