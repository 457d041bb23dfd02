#include "actors/alarms/alarm_actor.hpp"
#include "actors/control/byte_sizes.hpp"
#include "actors/control/command_actor.hpp"
#include "actors/control/command_table.hpp"

// The limits of memory and disk, until the next start of the node.

namespace warren::actors {

namespace {

constexpr auto as_validation = control_error::layout::validation;

/// Takes effect before the answer: what is said next to the node sees the alarm, if there is one.
void limit_to(command_actor& call, const resource_limits& limits) {
  call.services().alarms.limit_to(limits);
  call.request_of(call.services().alarm_actor.get(), call.patience(), alarms_check_now{})
      .then([&call](const alarms_checked&) { call.finish(); }, [&call](const caf::error&) { call.finish(); });
}

void set_memory(command_actor& call) {
  resource_limits limits = call.services().alarms.limits();
  limits.memory_blocked = false;
  limits.memory_absolute = 0;
  if (call.argument(0) == "absolute") {
    const auto bytes = parse_bytes(call.argument(1));
    if (!bytes) return call.fail(exit_code::data_error, "Bad argument.", as_validation);
    limits.memory_absolute = *bytes;
    limits.memory_blocked = *bytes == 0;
    return limit_to(call, limits);
  }
  const auto share = parse_fraction(call.argument(0));
  if (!share || *share > 1)
    return call.fail(exit_code::data_error, "Bad argument: The threshold should be a fraction between 0.0 and 1.0",
                     as_validation);
  limits.memory_relative = *share;
  limits.memory_blocked = *share == 0;
  limit_to(call, limits);
}

void set_disk(command_actor& call) {
  resource_limits limits = call.services().alarms.limits();
  if (call.argument(0) == "mem_relative") {
    const auto share = parse_fraction(call.argument(1));
    if (!share) return call.fail(exit_code::data_error, "Bad argument.", as_validation);
    limits.disk_relative = *share;
    limits.disk_absolute = 0;
  } else {
    const auto bytes = parse_bytes(call.argument(0));
    if (!bytes) return call.fail(exit_code::data_error, "Bad argument.", as_validation);
    limits.disk_relative = 0;
    limits.disk_absolute = *bytes;
  }
  limit_to(call, limits);
}

constexpr command_entry limit_table[] = {
    {"set_vm_memory_high_watermark", set_memory},
    {"set_disk_free_limit", set_disk},
};

}  // namespace

std::span<const command_entry> limit_commands() { return limit_table; }

}  // namespace warren::actors
