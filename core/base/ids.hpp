#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace warren {

/// A strongly typed 64-bit id; 0 means "none".
template <class Tag>
struct id {
  std::uint64_t value = 0;

  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const id&, const id&) = default;
};

using queue_id = id<struct queue_tag>;            ///< a queue of this cluster, never reused
using channel_id = id<struct channel_tag>;        ///< a channel of this node since it started, never reused
using connection_id = id<struct connection_tag>;  ///< a connection of this node since it started
using consumer_id = id<struct consumer_tag>;      ///< a consumer of this node since it started
using log_file_id = id<struct log_file_tag>;      ///< a file of the node's write-ahead log

/// A message's place in one queue: assigned at publish, strictly increasing, never reused; 0 = none.
using position = std::uint64_t;

/// Milliseconds since the Unix epoch. Machines are given the time, they never read a clock.
using time_ms = std::int64_t;

}  // namespace warren

template <class Tag>
struct std::hash<warren::id<Tag>> {
  std::size_t operator()(const warren::id<Tag>& i) const noexcept {
    std::uint64_t x = i.value * 0x9E3779B97F4A7C15ull;
    return static_cast<std::size_t>(x ^ (x >> 32));
  }
};
