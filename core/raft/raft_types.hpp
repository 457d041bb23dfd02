#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/ids.hpp"

namespace warren::raft {

using server_id = std::uint64_t;                     ///< a member of a group, never reused; 0 = none
using term_number = std::uint64_t;                   ///< from 1; 0 = before the first
using log_index = std::uint64_t;                     ///< from 1; 0 = before the first
using branch_id = std::uint64_t;                     ///< 0 = the trunk, as it was founded
using payload = std::shared_ptr<const std::string>;  ///< opaque, shared between log, messages and state machine

enum class entry_kind : std::uint8_t {
  command = 1,        ///< for the state machine
  no_op = 2,          ///< a leader's first entry
  configuration = 3,  ///< the payload is an encoded configuration
  fork = 4,           ///< the payload is an encoded branch record and the configuration of the survivors
};

struct entry {
  log_index at = 0;
  term_number term = 0;
  entry_kind kind = entry_kind::command;
  payload bytes;  ///< null = empty

  [[nodiscard]] std::size_t size() const { return bytes ? bytes->size() : 0; }
  [[nodiscard]] bytes_view view() const { return bytes ? bytes_view(*bytes) : bytes_view(); }
};

enum class member_role : std::uint8_t {
  voter = 1,
  learner = 2,  ///< receives everything, counts for nothing (dissertation 4.2.1)
};

struct member {
  server_id id = 0;
  std::string name;  ///< of its node
  member_role role = member_role::voter;
  friend bool operator==(const member&, const member&) = default;
};

struct configuration {
  std::vector<member> members;  ///< ascending by id

  [[nodiscard]] const member* find(server_id id) const;
  [[nodiscard]] bool has_voter(server_id id) const;
  [[nodiscard]] std::size_t voters() const;
  [[nodiscard]] std::vector<server_id> voter_ids() const;
  void set(member m);  ///< inserts or replaces
  void erase(server_id id);
  friend bool operator==(const configuration&, const configuration&) = default;
};
[[nodiscard]] constexpr std::size_t majority_of(std::size_t voters) { return voters / 2 + 1; }

/// Survivors without a majority went on by force (DESIGN.md section 6): from here on the log is another one. A node
/// that is not on the branch may follow it when nothing committed can be lost by that (raft_fork.cpp); otherwise it has
/// forked.
struct branch_record {
  branch_id id = 0;
  log_index from = 0;         ///< the last index that branch and parent share; the fork entry is the next one
  term_number from_term = 0;  ///< of that
  server_id forced_by = 0;
  std::vector<server_id> survivors;   ///< every one of them voted for it
  std::vector<server_id> old_voters;  ///< of the configuration that had lost its majority
  friend bool operator==(const branch_record&, const branch_record&) = default;
};
using branch_history = std::vector<branch_record>;  ///< oldest first; empty on the trunk

/// Must be durable before a message is sent that depends on it (Raft paper, figure 2: persistent state).
struct hard_state {
  term_number term = 0;
  server_id voted_for = 0;
  friend bool operator==(const hard_state&, const hard_state&) = default;
};

/// The log up to `at` as one blob, which the host keeps (dissertation 5).
struct snapshot_meta {
  log_index at = 0;
  term_number term = 0;
  configuration members;    ///< as of `at`
  branch_history branches;  ///< as of `at`
  std::uint64_t bytes = 0;  ///< of the blob
  std::uint64_t id = 0;     ///< of exactly these bytes (a checksum): what an interrupted transfer goes on by
  friend bool operator==(const snapshot_meta&, const snapshot_meta&) = default;
};

/// What a host found on its disk.
struct durable_state {
  hard_state vote;
  snapshot_meta snapshot;      ///< at == 0: none
  std::vector<entry> entries;  ///< gapless, from snapshot.at + 1
};

}  // namespace warren::raft
