#pragma once

#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/metadata/metadata_machine.hpp"

namespace warren::storage {

/// Metadata as bytes, for the log and for snapshot files. Both forms are
///
///     | version (2, little-endian) | cereal portable binary: what follows |
///     command:  index of the alternative (2) | its fields in order
///     state:    number of commands (8) | commands
///
/// Checksums and framing are the caller's. Nevertheless hostile bytes give an error: no length is believed before that
/// many bytes are known to be there, nesting is limited, and nothing may be left over.
constexpr std::uint16_t metadata_format_version = 2;  // 2: exchanges have a home node
constexpr std::size_t max_metadata_command_bytes = 16u << 20;

[[nodiscard]] std::string encode_command(const command& c);
[[nodiscard]] result<command> decode_command(bytes_view in);

/// The durable part of the state; see export_durable().
[[nodiscard]] std::string encode_state(const broker_state& state);
/// Fails when the bytes are damaged or a command in them does not apply.
[[nodiscard]] result<broker_snapshot> decode_state(bytes_view in);

}  // namespace warren::storage
