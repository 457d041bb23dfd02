#include <array>

#include "node/config/config_draft.hpp"
#include "node/config/config_keys.hpp"

namespace warren::node {
namespace {

using kind = value_kind;
using draft = config_draft;
using text = std::string;
using value = config_value;

/// Stores a whole number that must fit `low … high`.
template <class T>
text store_within(T& to, const value& v, std::int64_t low, std::int64_t high) {
  const auto n = whole_of(v);
  if (n < low || n > high) return "a number from " + std::to_string(low) + " to " + std::to_string(high);
  to = static_cast<T>(n);
  return {};
}

constexpr std::int64_t u32_max = 0xFFFF'FFFF;

constexpr auto limits = std::to_array<config_key>({
    {"heartbeat", kind::seconds, "", "60", "Seconds between heartbeats that the node suggests; 0 switches them off.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) { return store_within(d.config.heartbeat_s, v, 0, 65535); }},
    {"frame_max", kind::bytes, "", "131072", "Largest frame that the node suggests; 0 = no limit.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       if (whole_of(v) != 0 && whole_of(v) < 4096) return text("0, or at least 4096 bytes (AMQP 0-9-1's minimum)");
       return store_within(d.config.frame_max, v, 0, u32_max);
     }},
    {"initial_frame_max", kind::bytes, "", "4096", "Largest frame before the limits are agreed on.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) { return store_within(d.config.initial_frame_max, v, 4096, u32_max); }},
    {"channel_max", kind::whole, "", "2047", "Channels per connection; 0 = no limit.", key_effect::in_force,
     [](draft& d, const text&, const value& v) { return store_within(d.config.channel_max, v, 0, 65535); }},
    {"connection_max", kind::whole_or_infinity, "", "infinity", "Client connections to this node.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.connection_max.reset();
       if (whole_of(v) < 0) return text();
       std::uint32_t limit = 0;
       auto wrong = store_within(limit, v, 0, u32_max);
       d.config.connection_max = limit;
       return wrong;
     }},
    {"max_message_size", kind::bytes, "", "134217728", "Largest message body, at most 536870912 bytes.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) { return store_within(d.config.max_message_bytes, v, 0, 536'870'912); }},
    {"consumer_timeout", kind::milliseconds_or_infinity, "", "1800000",
     "A delivery that is not acknowledged for so long closes its channel. infinity (Warren's addition) switches it "
     "off.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.consumer_timeout_ms.reset();
       if (whole_of(v) == 0) return text("1 or more milliseconds, or infinity");
       if (whole_of(v) > 0) d.config.consumer_timeout_ms = whole_of(v);
       return text();
     }},
});

constexpr auto resources = std::to_array<config_key>({
    {"vm_memory_high_watermark.relative", kind::ratio, "", "0.4",
     "Publishers are blocked while the node uses more than this share of the memory (of the container's limit, if "
     "there is one).",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.memory_watermark = real_of(v);
       return text();
     }},
    {"vm_memory_high_watermark.absolute", kind::memory_size, "", "", "The same as an amount; wins over the share.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.memory_watermark_bytes = whole_of(v);
       return text();
     }},
    {"vm_memory_high_watermark_paging_ratio", kind::ratio_below_one, "", "0.5",
     "Queues page transient messages out from this share of the watermark on.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.memory_paging_ratio = real_of(v);
       return text();
     }},
    {"total_memory_available_override_value", kind::memory_size, "", "",
     "Memory of the machine, in place of what it says itself.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.total_memory_bytes = whole_of(v);
       return text();
     }},
    {"memory_monitor_interval", kind::milliseconds, "", "2500", "Time between two looks at the memory in use.",
     key_effect::in_force,
     [](draft& d, const text&, const value& v) { return store_within(d.config.memory_interval_ms, v, 1, 3'600'000); }},
    {"disk_free_limit.absolute", kind::memory_size, "", "50MB",
     "Publishers are blocked while less is free on the data directory's disk.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.disk_free_limit_bytes = whole_of(v);
       d.config.disk_free_limit_relative.reset();
       return text();
     }},
    {"disk_free_limit.relative", kind::ratio, "", "", "The same as a multiple of the memory.", key_effect::in_force,
     [](draft& d, const text&, const value& v) {
       d.config.disk_free_limit_relative = real_of(v);
       return text();
     }},
    {"vm_memory_calculation_strategy", kind::choice, "rss erlang allocated legacy", "rss",
     "Warren always measures resident memory.", key_effect::no_effect},
});

}  // namespace

std::span<const config_key> limit_keys() { return limits; }
std::span<const config_key> resource_keys() { return resources; }

}  // namespace warren::node
