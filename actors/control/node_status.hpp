#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/control/command_actor.hpp"

namespace warren::actors {

// Facts about this node as several commands show them.

struct alarm_facts {
  std::string node;
  std::string resource;  ///< `memory`, `disk`
  friend bool operator==(const alarm_facts&, const alarm_facts&) = default;
};
[[nodiscard]] std::vector<alarm_facts> local_alarms(command_actor& call);
/// Of the whole cluster.
void ask_alarms(command_actor& call, std::function<void(std::vector<alarm_facts>)> then);
/// `Memory alarm on node X`, `Free disk space alarm on node X`
[[nodiscard]] std::string alarm_text(const alarm_facts& alarm);
[[nodiscard]] boost::json::array alarm_texts(const std::vector<alarm_facts>& alarms);

[[nodiscard]] boost::json::array listener_rows(command_actor& call);
[[nodiscard]] boost::json::array feature_flag_rows();
[[nodiscard]] std::string cluster_name(command_actor& call);

/// Memory by use, in bytes. What is not known stands in `other_system`; the sum is what the process has of the machine.
struct memory_use {
  boost::json::object by_category;
  std::uint64_t resident = 0, allocated = 0;
};
void ask_memory(command_actor& call, std::function<void(memory_use)> then);

}  // namespace warren::actors
