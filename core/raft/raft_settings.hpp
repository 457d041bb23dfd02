#pragma once

#include <cstddef>
#include <cstdint>

#include "core/raft/raft_types.hpp"

namespace warren::raft {

/// Who notices that a server is gone.
enum class liveness : std::uint8_t {
  /// The group itself: a leader sends heartbeats, followers wait for them. For networks that lose messages silently.
  heartbeats,
  /// The host: links are ordered and lose messages only when they end, and every end and beginning of one comes as
  /// peer_down
  /// and peer_up. A group in which nothing happens has no deadline then and costs nothing, as thousands of them must.
  host,
};

struct raft_settings {
  server_id self = 0;
  liveness alive_by = liveness::host;
  time_ms election_ms = 1000;             ///< a follower waits once to twice that long (paper 5.2: randomised)
  time_ms heartbeat_ms = 100;             ///< and how often what was not answered is sent again
  std::size_t message_bytes = 1u << 20;   ///< of one message, all included
  std::size_t inflight_bytes = 4u << 20;  ///< sent to one follower and not answered
  std::uint32_t inflight_messages = 64;
  std::size_t uncommitted_bytes = 64u << 20;  ///< beyond it proposals are refused
  std::size_t chunk_bytes = 256u << 10;       ///< of a snapshot
  std::uint32_t inflight_chunks = 4;
  std::uint64_t kept_entries = 1024;  ///< behind a snapshot, for followers that are a little slow
};

}  // namespace warren::raft
