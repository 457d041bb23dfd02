#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/raft/raft_types.hpp"

namespace warren::raft {

/// What a leader knows of one other member.
struct follower_progress {
  enum class mode : std::uint8_t {
    probe,      ///< one append at a time until one fits
    replicate,  ///< appends are sent ahead of the answers
    snapshot,   ///< its log ends before mine begins
  };
  struct sent {
    log_index last = 0;
    std::size_t bytes = 0;
  };
  struct transfer {
    std::shared_ptr<const snapshot_meta> meta;
    std::uint64_t acked = 0, sent = 0;  ///< bytes
    time_ms progress_at = 0;
  };

  server_id id = 0;
  mode how = mode::probe;
  bool waiting = false;    ///< probe: sent, not answered
  bool on_branch = false;  ///< it has said so
  log_index match = 0;     ///< durable there, as it said
  log_index next = 1;      ///< to be sent
  log_index commit_sent = 0;
  log_index commit_known = 0;  ///< as it said
  std::uint64_t round = 0;     ///< of the last answer
  time_ms heard_at = 0;        ///< last answer in this term
  std::vector<sent> inflight;  ///< a few dozen at most: a deque would cost an idle group half a KiB
  std::size_t inflight_bytes = 0;
  std::unique_ptr<transfer> snapshot;

  void probe(log_index from) {
    how = mode::probe;
    waiting = false;
    next = from;
    inflight.clear();
    inflight_bytes = 0;
    snapshot.reset();
  }
  void answered_up_to(log_index upto) {
    const auto open = std::find_if(inflight.begin(), inflight.end(), [upto](const sent& s) { return s.last > upto; });
    for (auto s = inflight.begin(); s != open; ++s) inflight_bytes -= s->bytes;
    inflight.erase(inflight.begin(), open);
  }
};

}  // namespace warren::raft
