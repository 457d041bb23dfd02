#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "distribution/wire/epmd_codec.hpp"

namespace warren::distribution::epmd {

struct options {
  std::uint16_t port = default_port;  ///< ERL_EPMD_PORT
  std::vector<std::string>
      listen_addresses;  ///< ERL_EPMD_ADDRESS, comma-separated; empty = all; loopback is always added
};

/// ERL_EPMD_PORT and ERL_EPMD_ADDRESS, as Erlang reads them: what is no port is ignored.
[[nodiscard]] options options_from_environment();

}  // namespace warren::distribution::epmd
