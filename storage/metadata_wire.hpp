#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/metadata/commands.hpp"
#include "core/metadata/request_ledger.hpp"
#include "core/metadata/topology.hpp"

/// What members of a cluster say to each other about metadata, and what stands in the cluster's log. Hand-written heads, commands as
/// in metadata_codec.hpp. A reader says nullopt when the bytes are not exactly one such thing.
namespace warren::storage {

/// An entry of the cluster's log: | version 1 (1) | origin (8) | request (8) | command |
struct agreed_entry {
  std::uint64_t origin = 0;   ///< one run of the member that asked
  std::uint64_t request = 0;  ///< counts from 1 within it
  command what;
};
[[nodiscard]] std::string encode_entry(const agreed_entry& e);
[[nodiscard]] std::optional<agreed_entry> decode_entry(bytes_view in);

/// The agreed state as one blob: | version 1 (1) | ledger | state |
struct agreed_snapshot {
  request_ledger ledger;
  broker_snapshot state;
};
[[nodiscard]] std::string encode_agreed(const request_ledger& ledger, const broker_state& state);
[[nodiscard]] std::optional<agreed_snapshot> decode_agreed(bytes_view in);

// ---- between members

/// To the leader: put this entry into the log. Answered only when that was refused.
struct propose_message {
  std::uint64_t request = 0;
  std::string entry;  ///< encode_entry()
};
struct refused_message {
  std::uint64_t request = 0;
};
/// To the home node of a transient object.
struct ask_home_message {
  std::uint64_t request = 0;
  connection_id connection;
  std::string what;  ///< encode_command()
};
struct home_answer_message {
  std::uint64_t request = 0;
  bool refused = false;
  std::uint16_t code = 0;
  std::string text;
  bool changed = false;
};
/// The sender's transient objects: what changed, or (`anew`) all of them.
struct announce_message {
  std::uint64_t after = 0;  ///< entries of the log that the sender had applied: apply it after these
  bool anew = false;
  std::vector<std::string> commands;  ///< encode_command()
};
/// Tell me when you have applied the log up to here and what it started runs.
struct barrier_message {
  std::uint64_t request = 0;
  std::uint64_t upto = 0;
};
struct barrier_passed_message {
  std::uint64_t request = 0;
};

/// Membership, to the leader (anybody else answers with where the leader is).
struct join_message {
  std::uint64_t request = 0;
  std::uint64_t server = 0;  ///< raft::server_id of the node that wants to be a member
  std::string node, version;
  bool ram = false;
};
struct leave_message {
  std::uint64_t request = 0;
  std::string node;  ///< to be removed: the sender, or one that is gone for good
};
struct member_answer_message {
  std::uint64_t request = 0;
  bool refused = false;
  std::string text;    ///< refused: why
  std::string leader;  ///< refused with this: ask that node
};

using metadata_message = std::variant<propose_message, refused_message, ask_home_message, home_answer_message, announce_message,
                                      barrier_message, barrier_passed_message, join_message, leave_message, member_answer_message>;
[[nodiscard]] std::string encode_message(const metadata_message& m);
[[nodiscard]] std::optional<metadata_message> decode_message(bytes_view in);

}  // namespace warren::storage
