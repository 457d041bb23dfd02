#pragma once

#include <string_view>

#include "node/ctl/run/session.hpp"

namespace warren::ctl {

// Encrypted values of a configuration, as RabbitMQ's rabbit_pbe makes them: `{encrypted,<<"base64 of salt, iv and
// ciphertext">>}`.
[[nodiscard]] bool knows_cipher(std::string_view name);
[[nodiscard]] bool knows_hash(std::string_view name);

int run_encode(session& s);
int run_decode(session& s);
int run_list_ciphers(session& s);
int run_list_hashes(session& s);

}  // namespace warren::ctl
