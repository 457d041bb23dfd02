#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/raft/raft_messages.hpp"

/// Wire and disk forms. Varints throughout; everything of variable length is compared with what is left before it is
/// taken. A reader says nullopt when the bytes are not exactly one such thing.
namespace warren::raft {

void encode(const configuration& c, std::string& out);
void encode(const snapshot_meta& m, std::string& out);
void encode(const message& m, std::string& out);
void encode_fork(const branch_record& r, const configuration& survivors, std::string& out);

[[nodiscard]] std::optional<configuration> decode_configuration(bytes_view in);
[[nodiscard]] std::optional<snapshot_meta> decode_snapshot_meta(bytes_view in);
[[nodiscard]] std::optional<message> decode_message(bytes_view in);
struct fork_content {
  branch_record record;
  configuration survivors;
};
[[nodiscard]] std::optional<fork_content> decode_fork(bytes_view in);

/// What an entry takes in a message, at most, besides its payload.
inline constexpr std::size_t entry_overhead = 32;
/// What a message takes besides entries and snapshot data, without branches and members.
inline constexpr std::size_t message_overhead = 128;

/// Messages of many groups in one between two nodes: { group, bytes, message }…
void append_to_batch(std::uint64_t group, const message& m, std::string& batch);
struct batch_item {
  std::uint64_t group = 0;
  message content;
};
/// nullopt when any of it is malformed: the sender is not one of us, or broken.
[[nodiscard]] std::optional<std::vector<batch_item>> decode_batch(bytes_view batch);

}  // namespace warren::raft
